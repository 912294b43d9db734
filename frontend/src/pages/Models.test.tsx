import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { modelsQuery } from "../api/models";
import { queryClient } from "../api/queryClient";
import type { Model } from "../api/types";
import { EMPTY, useWorkspace } from "../state/workspace";
import { Toaster } from "../ui/Toast";
import Models from "./Models";
import { listed, loading, memoryOf, method, ready } from "./models/fixtures";

const { navigate } = vi.hoisted(() => ({ navigate: vi.fn() }));
vi.mock("../state/runner", () => ({ runPanels: vi.fn(), runWorkspace: vi.fn() }));
vi.mock("../state/url", async (original) => ({ ...(await original<object>()), navigate }));

const METHODS = [
  method("lens/logit-lens", { title: "Logit lens", question: "What would each layer predict?" }),
  method("attention/patterns", { title: "Attention patterns", requires: ["patterns"] }),
  method("attention/roles", { title: "Head roles", requires: ["patterns", "heads"] }),
];
const NO_PATTERNS = { patterns: "Attention of odd cannot be read in layers 0." };

interface Answer {
  status: number;
  body?: unknown;
}

/** The server: answers by "METHOD /path", and what was asked of it. */
let answers: Record<string, (body: unknown) => Answer>;
let asked: { call: string; body: unknown }[];
let models: Model[];

const problem = (status: number, code: string, message: string, remedy?: string): Answer => ({
  status,
  body: { error: { code, message, remedy, request_id: "r" } },
});
const inspection = (model: Model, needed: number, free: number, unload: string[] = []) => ({
  status: 200,
  body: { model, needed_bytes: needed, free_bytes: free, limit_bytes: 8e9, fits: needed <= free, unload },
});
const calls = (call: string) => asked.filter((each) => each.call === call);

beforeEach(() => {
  asked = [];
  models = [ready("specimen"), ready("odd", NO_PATTERNS), loading("large", 500_000, 1_000_000), listed("small")];
  answers = {
    "GET /models": () => ({ status: 200, body: { models, memory: memoryOf({ specimen: 1e9, odd: 5e8 }) } }),
    "GET /methods": () => ({ status: 200, body: { methods: METHODS, errors: {} } }),
  };
  vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => {
    const call = `${init?.method ?? "GET"} ${String(input).replace("/api/v1", "")}`;
    const body: unknown = typeof init?.body === "string" ? JSON.parse(init.body) : null;
    asked.push({ call, body });
    const answer = answers[call]?.(body) ?? problem(404, "not_found", `nothing at ${call}`);
    const text = answer.body === undefined ? null : JSON.stringify(answer.body);
    return Promise.resolve(new Response(text, { status: answer.status }));
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  queryClient.clear();
  useWorkspace.setState({ ...EMPTY });
});

async function open() {
  render(
    <QueryClientProvider client={queryClient}>
      <Models />
      <Toaster />
    </QueryClientProvider>,
  );
  await screen.findByRole("heading", { level: 1 });
}

const field = () => screen.getByRole("combobox", { name: "Load a model" });
const inList = () => within(screen.getByRole("complementary"));
const row = (name: string) => inList().getByRole("button", { name }).closest(".model-row");
const choose = (name: string) => userEvent.click(inList().getByRole("button", { name }));

describe("loading a model", () => {
  it("says what is in a folder and what it takes before it is loaded", async () => {
    const found = listed("bot", { architecture: "llama", layers: 16, parameters: 1.2e9 });
    answers["POST /models/inspect"] = () => inspection(found, 2.5e9, 7.5e9);
    await open();
    await userEvent.type(field(), "/models/bot");
    expect(await screen.findByText(/^Found: Llama, 16 layers, 1\.2.B parameters, safetensors\.$/)).toBeVisible();
    expect(screen.getByText(/^needs 2\.5.GB · 7\.5.GB free$/)).toBeVisible();
    expect(calls("POST /models/inspect")).toHaveLength(1);
    expect(calls("POST /models/inspect")[0].body).toEqual({ path: "/models/bot", precision: "float32" });
  });

  it("names the models that have to go", async () => {
    answers["POST /models/inspect"] = () => inspection(listed("big"), 8e9, 6.5e9, ["odd", "specimen"]);
    await open();
    await userEvent.type(field(), "/models/big");
    expect(await screen.findByText("To make room, odd, specimen will be unloaded.")).toBeVisible();
  });

  it("gives the server's reason under the field", async () => {
    answers["POST /models/inspect"] = () => problem(422, "no_model_here", "x holds no config.json.", "Name the folder");
    await open();
    await userEvent.type(field(), "/models/x");
    await waitFor(() => expect(field()).toBeInvalid());
    expect(field()).toHaveAccessibleDescription("x holds no config.json. Name the folder.");
  });

  it("does not call the beginning of an id a fault", async () => {
    models.push(
      listed("broken", { state: "failed", problem: { code: "no_weights", message: "It holds no weights." } }),
    );
    answers["POST /models/inspect"] = (body) =>
      (body as { id: string }).id === "broken"
        ? problem(422, "no_weights", "It holds no weights.")
        : problem(404, "unknown_model", "There is no such model.");
    await open();
    await userEvent.type(field(), "brok");
    await waitFor(() => expect(calls("POST /models/inspect")).toHaveLength(1));
    expect(field()).toHaveAccessibleDescription("A model of this server.");
    await userEvent.type(field(), "en");
    await waitFor(() => expect(field()).toHaveAccessibleDescription("It holds no weights."));
  });

  it("offers what is not loaded, loads it in the precision asked for, and shows it", async () => {
    answers["POST /models/inspect"] = () => inspection(models[3], 5e8, 6e9);
    answers["POST /models"] = () => {
      models = models.with(3, { ...loading("small", 0, 1_000_000) });
      return { status: 202, body: { id: "run-of-small" } };
    };
    await open();
    await userEvent.click(field());
    expect(within(screen.getByRole("listbox")).getAllByRole("option")).toHaveLength(1);
    await userEvent.keyboard("{ArrowDown}{Enter}");
    expect(field()).toHaveValue("small");
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "precision" }), "bfloat16");
    await userEvent.click(screen.getByRole("button", { name: "Load" }));
    expect(calls("POST /models")[0].body).toEqual({ id: "small", precision: "bfloat16" });
    expect(await screen.findByRole("heading", { level: 1, name: "small" })).toBeVisible();
    expect(field()).toHaveValue("");
  });

  it("can be cancelled", async () => {
    answers["DELETE /runs/run-of-large"] = () => ({ status: 204 });
    await open();
    expect(row("large")).toHaveTextContent("loading 50%");
    await userEvent.click(screen.getByRole("button", { name: "Cancel loading large" }));
    expect(calls("DELETE /runs/run-of-large")).toHaveLength(1);
  });

  it("is announced when it is ready", async () => {
    await open();
    models = models.with(2, ready("large"));
    await queryClient.invalidateQueries(modelsQuery);
    await waitFor(() => expect(screen.getByText("large is ready")).toHaveAttribute("aria-live", "polite"));
  });

  it("is asked about only while something loads", () => {
    const interval = modelsQuery.refetchInterval as (query: { state: { data: Model[] } }) => number | false;
    expect(interval({ state: { data: [ready("a"), loading("b", 1, 2)] } })).toBeGreaterThan(0);
    expect(interval({ state: { data: [ready("a"), listed("b")] } })).toBe(false);
  });
});

describe("unloading a model", () => {
  it("asks nothing while nobody uses it, and can be undone", async () => {
    answers["DELETE /models/specimen"] = () => ({ status: 204 });
    answers["POST /models"] = () => ({ status: 200, body: models[0] });
    await open();
    await choose("specimen");
    await userEvent.click(screen.getByRole("button", { name: "Unload" }));
    await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
    expect(calls("POST /models")[0].body).toEqual({ id: "specimen" });
  });

  it("asks when it is in use, and then does so by force", async () => {
    answers["DELETE /models/specimen"] = () => problem(409, "model_busy", "2 jobs use specimen now.");
    answers["DELETE /models/specimen?force=true"] = () => ({ status: 204 });
    await open();
    await choose("specimen");
    await userEvent.click(screen.getByRole("button", { name: "Unload" }));
    const dialog = await screen.findByRole("dialog", { name: "specimen is in use" });
    expect(dialog).toHaveTextContent("2 jobs use specimen now.");
    await userEvent.click(within(dialog).getByRole("button", { name: "Unload anyway" }));
    await waitFor(() => expect(calls("DELETE /models/specimen?force=true")).toHaveLength(1));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });
});

describe("the details", () => {
  it("explain a check on demand", async () => {
    await open();
    await choose("specimen");
    const check = screen.getByRole("button", { name: "Heads add up" });
    expect(check).toHaveAttribute("aria-expanded", "false");
    await userEvent.click(check);
    expect(screen.getByText(/add up to its attention/, { selector: "p" })).toBeVisible();
  });

  it("name what is missing, and the methods that wait for it", async () => {
    await open();
    await choose("odd");
    const panel = screen.getByRole("region", { name: "What would make more work" });
    expect(panel).toHaveTextContent(NO_PATTERNS.patterns);
    expect(panel).toHaveTextContent("Blocks 2 methods: Attention patterns, Head roles.");
    await choose("specimen");
    expect(screen.getByText("Nothing is missing: every method works on specimen.")).toBeVisible();
  });

  it("open the workbench with another model beside this one", async () => {
    useWorkspace.setState({ prompt: "Hello", draft: "Hello", model: "odd" });
    await open();
    await choose("specimen");
    await userEvent.click(screen.getByRole("button", { name: "Compare with…" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: /^odd/ }));
    await waitFor(() => expect(useWorkspace.getState()).toMatchObject({ model: "specimen", second: { model: "odd" } }));
    expect(navigate).toHaveBeenLastCalledWith(expect.stringMatching(/^\/#m=specimen&p=Hello/));
  });
});

describe("the matrix", () => {
  const dots = () => within(screen.getByRole("grid")).getAllByRole("button");
  const dot = (name: string) => screen.getByRole("button", { name });

  it("has one tab stop, which arrows move", async () => {
    await open();
    expect(dots().filter(({ tabIndex }) => tabIndex === 0)).toHaveLength(1);
    dots()[0].focus();
    await userEvent.keyboard("{ArrowDown}{ArrowRight}");
    expect(document.activeElement).toHaveAccessibleName(/^Head roles on/);
    expect(dots().filter(({ tabIndex }) => tabIndex === 0)).toEqual([document.activeElement]);
  });

  it("counts what works", async () => {
    await open();
    const [, , looks] = screen.getAllByRole("row");
    expect(looks).toHaveTextContent("Where does it look?");
    expect(looks).toHaveTextContent("2 of 2");
    expect(looks).toHaveTextContent("0 of 2");
    expect(screen.getByText("4 of 4 models · 3 methods")).toBeVisible();
  });

  it("tells why a method cannot apply, and offers a model on which it does", async () => {
    await open();
    await userEvent.click(dot("Attention patterns on odd: cannot apply"));
    const dialog = screen.getByRole("dialog", { name: "Attention patterns on odd" });
    expect(dialog).toHaveTextContent(NO_PATTERNS.patterns);
    await userEvent.click(within(dialog).getByRole("button", { name: "Look at specimen instead" }));
    expect(screen.getByRole("heading", { level: 1, name: "specimen" })).toBeVisible();
  });

  it("offers to load what is not known yet", async () => {
    answers["POST /models"] = () => ({ status: 202, body: { id: "run" } });
    await open();
    await userEvent.click(dot("Logit lens on small: not known until loaded"));
    await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Load small" }));
    expect(calls("POST /models")[0].body).toEqual({ id: "small" });
  });

  it("leads to the documentation of what works", async () => {
    await open();
    await userEvent.click(dot("Logit lens on specimen: works"));
    expect(navigate).toHaveBeenLastCalledWith("/docs/lens/logit-lens");
  });
});
