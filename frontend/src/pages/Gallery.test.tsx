import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Finding } from "../api/gallery";
import { queryClient } from "../api/queryClient";
import { layerCurve } from "../kinds/fixtures";
import Gallery from "./Gallery";
import { finding } from "./gallery/fixtures";
import { showEverything } from "./gallery/view";

const { navigate } = vi.hoisted(() => ({ navigate: vi.fn() }));
vi.mock("../state/url", async (original) => ({ ...(await original<object>()), navigate }));

let findings: Finding[];
let status: number;
let asked: string[];

/** What is watched, and how to bring it into sight. */
let watched: { element: Element; enter: () => void }[];

class Sight {
  readonly #call: IntersectionObserverCallback;
  constructor(call: IntersectionObserverCallback) {
    this.#call = call;
  }
  observe(element: Element) {
    const entry = { isIntersecting: true } as IntersectionObserverEntry;
    watched.push({ element, enter: () => this.#call([entry], this as unknown as IntersectionObserver) });
  }
  disconnect() {}
}

beforeEach(() => {
  [watched, asked, status] = [[], [], 200];
  vi.stubGlobal("IntersectionObserver", Sight);
  findings = [
    finding("induction"),
    finding("patching", { group: "Cause", source: { title: "Interpretability in the Wild", year: 2023 } }),
    finding("french", { holds: "not supported" }),
    finding("experts", { group: "Differences", holds: "mixed", model: "specimen-moe" }),
  ];
  vi.spyOn(globalThis, "fetch").mockImplementation((input) => {
    const path = String(input).replace("/api/v1", "");
    asked.push(path);
    const problem = { error: { code: "internal", message: "The index cannot be read.", request_id: "r" } };
    const body =
      path === "/gallery"
        ? status === 200
          ? { findings }
          : problem
        : path.startsWith("/analyses/")
          ? layerCurve
          : { models: [], methods: [] };
    return Promise.resolve(new Response(JSON.stringify(body), { status: path === "/gallery" ? status : 200 }));
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  queryClient.clear();
  showEverything();
});

function open() {
  return render(
    <QueryClientProvider client={queryClient}>
      <Gallery />
    </QueryClientProvider>,
  );
}

const titles = () => screen.getAllByRole("article").map((card) => within(card).getByRole("heading").textContent);

describe("the gallery", () => {
  it("lists every finding with its number, its control and its verdict in words", async () => {
    open();
    const card = await screen.findByRole("article", { name: "induction" });
    expect(card).toHaveTextContent("supported: 0.91, control <0.01");
    expect(card).toHaveTextContent("induction score of head 1.3; control: the same head without repetition");
    expect(card).toHaveTextContent("In-context Learning and Induction Heads, 2022");
    expect(screen.getByRole("article", { name: "french" })).toHaveTextContent("not supported: 0.91");
    expect(screen.getByText("4 of 4 findings")).toBeVisible();
    expect(screen.getByText("2 supported, 1 mixed, 1 not supported")).toBeVisible();
  });

  it("opens the saved analysis of a finding", async () => {
    open();
    await userEvent.click(await screen.findByRole("link", { name: "patching" }));
    expect(navigate).toHaveBeenLastCalledWith("/a/gallery-patching");
  });

  it("fetches a picture when its card comes into sight, and not before", async () => {
    open();
    const card = await screen.findByRole("article", { name: "patching" });
    expect(asked.filter((path) => path.includes("/results/"))).toEqual([]);
    expect(card.querySelector(".skeleton")).not.toBeNull();
    watched.find(({ element }) => card.contains(element))?.enter();
    await waitFor(() => expect(card.querySelector("svg.finding-drawing path.line.control")).not.toBeNull());
    expect(asked.filter((path) => path.includes("/results/"))).toEqual([
      "/analyses/gallery-patching/results/key-of-patching",
    ]);
  });

  it("shows those of one kind, or those with the words of a search, and says how many", async () => {
    open();
    await screen.findAllByRole("article");
    await userEvent.click(screen.getByRole("radio", { name: "Cause" }));
    expect(titles()).toEqual(["patching"]);
    expect(screen.getByRole("status")).toHaveTextContent("1 of 4 findings");
    await userEvent.click(screen.getByRole("button", { name: "show all" }));
    await userEvent.type(screen.getByRole("searchbox"), "wild 2023");
    expect(titles()).toEqual(["patching"]);
    await userEvent.type(screen.getByRole("searchbox"), " zebra");
    expect(screen.getByRole("heading", { name: "No finding matches" })).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Show all findings" }));
    expect(titles()).toHaveLength(4);
  });

  it("keeps what was looked for when it is opened again", async () => {
    const { unmount } = open();
    await userEvent.type(await screen.findByRole("searchbox"), "moe");
    unmount();
    open();
    expect(await screen.findByRole("searchbox")).toHaveValue("moe");
    expect(titles()).toEqual(["experts"]);
  });

  it("says what to do when there is none", async () => {
    findings = [];
    open();
    expect(await screen.findByText(/Run make gallery/)).toBeVisible();
  });

  it("says why it cannot be shown, and asks again", async () => {
    status = 422;
    open();
    expect(await screen.findByText("The index cannot be read.")).toBeVisible();
    status = 200;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findAllByRole("article")).toHaveLength(4);
  });
});
