import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { selection } from "./selection";
import { undo } from "./snapshot";
import { fetchDraft, storeDraft } from "../api/drafts";
import { connectAddress, fetchAddress, markUntouched, navigate, readAddress, workbenchHref, writeAddress } from "./url";
import { NO_QUESTION, useWorkspace } from "./workspace";

vi.mock("./runner", () => ({ runPanels: vi.fn() }));
vi.mock("../api/drafts", () => ({ fetchDraft: vi.fn(), storeDraft: vi.fn() }));

const settle = () => vi.advanceTimersByTime(200);
const popped = () =>
  new Promise<void>((resolve) => {
    window.addEventListener("popstate", () => resolve(), { once: true });
    vi.advanceTimersByTime(10);
  });
let leave: () => void;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  history.replaceState(null, "", "/");
  selection.replace(null, null);
  useWorkspace.setState({
    title: "",
    model: "specimen",
    draft: "Hello",
    prompt: "Hello",
    second: null,
    question: NO_QUESTION,
    panels: [],
  });
  markUntouched();
  leave = connectAddress();
});

afterEach(() => {
  leave();
  vi.useRealTimers();
});

describe("the address bar", () => {
  it("stays bare on the untouched first screen, and while nothing but the draft changes", () => {
    expect(workbenchHref()).toBe("/");
    useWorkspace.getState().setDraft("Hello you");
    settle();
    expect(location.hash).toBe("");
  });

  it("takes a selection into the present entry, anything else into a new one", () => {
    const before = history.length;
    selection.setPin({ position: 3 });
    settle();
    expect(location.hash).toBe("#m=specimen&p=Hello&at=3");
    selection.setPin({ position: 4 });
    settle();
    expect(history.length).toBe(before);
    useWorkspace.getState().addPanel("lens/logit-lens", { top_k: 9 });
    settle();
    expect(location.hash).toBe("#m=specimen&p=Hello&at=4&v=lens/logit-lens~top_k:9");
    expect(history.length).toBe(before + 1);
  });

  it("goes back and forward", async () => {
    useWorkspace.getState().addPanel("a/b");
    settle();
    useWorkspace.getState().setQuestion({ target: [" Mary"] });
    settle();
    history.back();
    await popped();
    expect(useWorkspace.getState().question.target).toEqual([]);
    expect(useWorkspace.getState().panels.map(({ method }) => method)).toEqual(["a/b"]);
    history.forward();
    await popped();
    expect(useWorkspace.getState().question.target).toEqual([" Mary"]);
  });

  it("keeps the identity of panels that stay", async () => {
    const uid = useWorkspace.getState().addPanel("a/b");
    settle();
    useWorkspace.getState().setParams(uid, { k: 2 });
    settle();
    history.back();
    await popped();
    expect(useWorkspace.getState().panels).toEqual([{ uid, method: "a/b", params: {} }]);
  });

  it("reads the state it is opened with, and keeps what it does not know", () => {
    history.replaceState(null, "", "/#m=other&p=Hi+there&at=1-3&t=+x&y=7&v=a/b;c/d~n:2");
    expect(readAddress()).toBe(true);
    expect(useWorkspace.getState()).toMatchObject({
      model: "other",
      prompt: "Hi there",
      draft: "Hi there",
      question: { target: [" x"] },
    });
    expect(selection.get().range).toEqual([1, 3]);
    writeAddress("same");
    expect(location.hash).toBe("#m=other&p=Hi+there&at=1-3&t=+x&v=a/b;c/d~n:2&y=7");
  });

  it("stores what is too long for a link under a short name, and opens it again", async () => {
    vi.mocked(storeDraft).mockResolvedValue("abc");
    const long = "word ".repeat(500);
    useWorkspace.setState({ draft: long, prompt: long });
    settle();
    expect(location.hash.length).toBeGreaterThan(1800);
    await vi.advanceTimersByTimeAsync(1000);
    expect(location.hash).toBe("#w=abc");
    writeAddress();
    expect(location.hash).toBe("#w=abc");
    selection.setPin({ position: 4 });
    settle();
    expect(location.hash).toContain("at=4");
  });

  it("asks the server for a short name it has not met", async () => {
    vi.mocked(fetchDraft).mockResolvedValue("m=specimen&p=Found&at=2");
    history.replaceState(null, "", "/#w=other");
    await fetchAddress();
    expect(readAddress()).toBe(true);
    expect(useWorkspace.getState().prompt).toBe("Found");
    expect(selection.get().pin).toEqual({ position: 2 });
  });

  it("leaves other pages alone", () => {
    navigate("/models");
    useWorkspace.getState().addPanel("a/b");
    settle();
    expect(location.pathname + location.hash).toBe("/models");
    expect(workbenchHref()).toContain("v=a/b");
  });
});

describe("undo", () => {
  it("goes back over panels, questions and selections", () => {
    useWorkspace.getState().addPanel("a/b");
    settle();
    selection.setPin({ position: 2 });
    settle();
    useWorkspace.getState().setQuestion({ target: ["x"] });
    settle();
    expect(undo()).toBe(true);
    expect(useWorkspace.getState().question.target).toEqual([]);
    expect(selection.get().pin).toEqual({ position: 2 });
    settle();
    expect(undo()).toBe(true);
    expect(selection.get().pin).toBeNull();
    settle();
    expect(undo()).toBe(true);
    expect(useWorkspace.getState().panels).toEqual([]);
    settle();
    expect(undo()).toBe(false);
  });
});
