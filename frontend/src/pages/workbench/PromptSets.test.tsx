import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PromptItem, PromptSet } from "../../api/promptSets";
import { examplesQuery, methodsQuery } from "../../api/queries";
import { queryClient } from "../../api/queryClient";
import { EMPTY, useWorkspace } from "../../state/workspace";
import { ExampleMenu } from "./ExampleMenu";
import PromptSets from "./PromptSets";

const { runPanels } = vi.hoisted(() => ({ runPanels: vi.fn() }));
vi.mock("../../state/runner", () => ({ runPanels }));

const set = (id: string, title: string, count: number): PromptSet => ({
  id,
  title,
  description: `About ${id}`,
  count,
  answer: `${title} is known.`,
  control: `${title} is controlled.`,
  pairs: true,
  measured: { top_1: 1, "top_1:withheld": 0.25, logit_difference: -1.5, something_else: 3 },
});

const item = (id: string, prompt: string, more: Partial<PromptItem> = {}): PromptItem => ({
  id,
  prompt,
  answer: " Mary",
  distractor: " John",
  corrupt: null,
  positions: { end: 3 },
  label: null,
  family: "f",
  meta: {},
  ...more,
});

const SETS = [set("ioi", "Indirect object", 2), set("sums", "Sums", 900)];
const ITEMS: Record<string, PromptItem[]> = {
  ioi: [
    item("ioi-0", "When Mary and John met, John gave a ring to", {
      corrupt: "When Mary and John met, Mary gave a ring to",
    }),
    item("ioi-1", "Then Leo came", { answer: null, distractor: null, label: "male" }),
  ],
  sums: Array.from({ length: 900 }, (_, index) =>
    item(`sums-${index}`, `${index} + 1 =`, { answer: ` ${index + 1}`, distractor: null }),
  ),
};

const asked: string[] = [];

function answer(input: RequestInfo | URL): Promise<Response> {
  const address = input instanceof Request ? input.url : String(input);
  asked.push(address);
  const url = new URL(address, "http://localhost");
  const id = url.pathname.split("/prompt-sets/")[1];
  const [offset, limit] = ["offset", "limit"].map((name) => Number(url.searchParams.get(name)));
  const body = id ? { id, total: ITEMS[id].length, items: ITEMS[id].slice(offset, offset + limit) } : { sets: SETS };
  return Promise.resolve(new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } }));
}

const close = vi.fn();
const open = () =>
  render(
    <QueryClientProvider client={queryClient}>
      <PromptSets onClose={close} />
    </QueryClientProvider>,
  );
const search = () => screen.findByRole("combobox", { name: "Search these prompts" });
const options = () => screen.getAllByRole("option");

beforeEach(() => {
  asked.length = 0;
  close.mockClear();
  queryClient.clear();
  queryClient.setQueryData(methodsQuery.queryKey, { methods: [], errors: {} });
  vi.spyOn(globalThis, "fetch").mockImplementation(answer);
  useWorkspace.setState({ ...EMPTY, model: "specimen-tuned" });
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the list of sets", () => {
  it("says what is known about a set before its prompts", async () => {
    open();
    expect(await screen.findByText("Indirect object is known.")).toBeVisible();
    expect(screen.getByText("Indirect object is controlled.")).toBeVisible();
    const numbers = screen.getByRole("group");
    expect(numbers).toHaveTextContent("Answer is the likeliest token: withheld0.250");
    expect(numbers).toHaveTextContent("Logit difference\u22121.50");
    expect(numbers).not.toHaveTextContent("something");
  });

  it("shows the prompts of the chosen set, fetched in pages, not all at once", async () => {
    open();
    await userEvent.click(await screen.findByRole("button", { name: /^Sums/ }));
    await screen.findByText("900 prompts");
    expect(asked.filter((address) => address.includes("/sums"))).toHaveLength(2);
    expect(options()).toHaveLength(60);
    await userEvent.click(screen.getByRole("button", { name: "Show 60 more" }));
    expect(options()).toHaveLength(120);
  });

  it("says when there are none", async () => {
    queryClient.setQueryData(["prompt-sets"], []);
    open();
    expect(await screen.findByText("This server has no prompt sets.")).toBeVisible();
  });

  it("offers to ask again when the server fails", async () => {
    const failing = vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("offline"));
    queryClient.setDefaultOptions({ queries: { retry: false } });
    open();
    const again = await screen.findByRole("button", { name: "Try again" });
    failing.mockImplementation(answer);
    await userEvent.click(again);
    expect(await screen.findByText("Indirect object is known.")).toBeVisible();
  });
});

describe("the prompts of a set", () => {
  it("shows answer, distractor, corrupt prompt and label", async () => {
    open();
    await search();
    const [first, second] = options();
    expect(first).toHaveTextContent("When Mary and John met, John gave a ring to");
    expect(first).toHaveTextContent("corrupt When Mary and John met, Mary gave a ring to");
    expect(first).toHaveTextContent("answer ·Mary");
    expect(first).toHaveTextContent("distractor ·John");
    expect(second).toHaveTextContent("label male");
    expect(second).not.toHaveTextContent("answer");
  });

  it("uses what arrows and Enter choose: prompt and question, with the model that is open", async () => {
    open();
    await userEvent.type(await search(), "{ArrowDown}{ArrowDown}{Enter}");
    expect(close).toHaveBeenCalled();
    await waitFor(() => expect(useWorkspace.getState().prompt).toBe(ITEMS.ioi[0].prompt));
    const { model, second, question } = useWorkspace.getState();
    expect({ model, second }).toEqual({ model: "specimen-tuned", second: null });
    expect(question).toEqual({ target: [" Mary"], distractor: [" John"], position: -1 });
    expect(runPanels).toHaveBeenCalled();
  });

  it("puts both prompts of a pair side by side", async () => {
    open();
    await search();
    await userEvent.click(screen.getByRole("button", { name: "Use as A | B" }));
    await waitFor(() => expect(useWorkspace.getState().second?.prompt).toBe(ITEMS.ioi[0].corrupt));
    const { draft, second } = useWorkspace.getState();
    expect([draft, second?.draft, second?.model]).toEqual([ITEMS.ioi[0].prompt, ITEMS.ioi[0].corrupt, ""]);
  });

  it("offers no pair where there is none, and an open question where there is no answer", async () => {
    open();
    await userEvent.type(await search(), "leo");
    expect(options()).toHaveLength(1);
    expect(screen.queryByRole("button", { name: "Use as A | B" })).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Use" }));
    await waitFor(() => expect(useWorkspace.getState().prompt).toBe("Then Leo came"));
    expect(useWorkspace.getState().question).toEqual({ target: [], distractor: [], position: -1 });
  });

  it("empties the search at the first Escape and says when nothing is found", async () => {
    open();
    const field = await search();
    await userEvent.type(field, "nowhere");
    expect(screen.getByText("No prompt contains “nowhere”.")).toBeVisible();
    expect(screen.getByRole("status")).toHaveTextContent("0 of 2");
    await userEvent.keyboard("{Escape}");
    expect(field).toHaveValue("");
    expect(options()).toHaveLength(2);
  });
});

it("opens from the menu of examples", async () => {
  const example = { id: "e", title: "E", model: "m", prompt: "p", target: "a", distractor: "b", note: "" };
  queryClient.setQueryData(examplesQuery.queryKey, [example]);
  render(
    <QueryClientProvider client={queryClient}>
      <ExampleMenu />
    </QueryClientProvider>,
  );
  await userEvent.click(screen.getByRole("button", { name: /Examples/ }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Prompt sets…" }));
  const dialog = await screen.findByRole("dialog", { name: "Prompt sets" });
  expect(await within(dialog).findByText("Indirect object is known.")).toBeVisible();
});
