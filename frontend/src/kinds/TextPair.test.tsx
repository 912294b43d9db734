import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { documentOf, selectionStore } from "./fixtures";
import TextPair, { describe as sentence, read, toTable } from "./TextPair";
import type { ResultBody } from "./types";

const wide = vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(900);
afterEach(() => void wide.mockReturnValue(900));

const PLAIN = ["Thanks", " for", " your", "<img src=x>", ".", ""];
const FORMAL = ["Thanks", " for", " kind", " and", " your", "."];

const pair = (more: Partial<ResultBody> = {}) =>
  documentOf("text_pair", {
    quantities: [{ name: "surprise", label: "surprise", scale: "unc", unit: "nats", limits: [0, 8] }],
    dims: {
      token: ["side", "position"],
      surprise: ["side", "position"],
      logprob_a: ["side", "position"],
      logprob_b: ["side", "position"],
      top_text_a: ["side", "position", "rank"],
      top_logprob_a: ["side", "position", "rank"],
    },
    coords: { side: ["baseline", "steered +6"] },
    tokens: [],
    token: [PLAIN, FORMAL],
    surprise: [PLAIN.map((_, i) => (i < 5 ? i : null)), FORMAL.map((_, i) => 8 - i)],
    logprob_a: [PLAIN.map((_, i) => -i), FORMAL.map((_, i) => -i)],
    logprob_b: [PLAIN.map(() => -1), FORMAL.map(() => -1)],
    top_text_a: [0, 1].map(() => PLAIN.map((_, i) => [` word${i}`, "\n"])),
    top_logprob_a: [0, 1].map(() => PLAIN.map(() => [Math.log(0.5), Math.log(0.25)])),
    facts: { runs: { a: "plain", b: "steered" } },
    ...more,
  });

function draw(document = pair(), selection = selectionStore(), props = {}) {
  render(<TextPair document={document} selection={selection} theme="light" {...props} />);
  return selection;
}
const tokens = (side: number) => [...document.querySelectorAll<HTMLElement>(`[data-side="${side}"] [data-token]`)];
const marked = (side: number, name: string) =>
  tokens(side)
    .filter((token) => token.classList.contains(name))
    .map((token) => token.textContent);

test("texts as text, as long as they are, with a line where they part", () => {
  draw();
  expect(tokens(0).map((token) => token.textContent)).toEqual(["Thanks", " for", " your", "<img src=x>", "."]);
  expect(tokens(1)).toHaveLength(6);
  expect(document.querySelector("img")).toBeNull();
  for (const fork of document.querySelectorAll(".text-fork"))
    expect(fork.nextElementSibling).toHaveAttribute("data-token", "2");
  expect(screen.getByText(/the first 2 tokens are the same/)).toBeVisible();
});

test("what one text has and the other not is marked by its line, each in its own way", () => {
  draw();
  expect(marked(0, "removed")).toEqual(["<img src=x>"]);
  expect(marked(1, "added")).toEqual([" kind", " and"]);
  expect(screen.getByText(/dashed: only in baseline · solid: not in baseline/)).toBeVisible();
});

test("of three texts, the others are compared with the first", () => {
  draw(
    pair({
      coords: { side: ["a", "b", "c"] },
      token: [PLAIN, FORMAL, PLAIN],
      dims: { token: ["side", "position"] },
      quantities: [],
    }),
  );
  expect(marked(0, "removed")).toEqual([]);
  expect(marked(1, "added")).toEqual([" kind", " and"]);
  expect(marked(2, "added")).toEqual([]);
});

test("shade by surprise, by the difference of both runs, or not at all", () => {
  draw();
  const shade = () => tokens(1)[0].style.background;
  expect(shade()).toBe("var(--unc12)");
  fireEvent.click(screen.getByRole("radio", { name: "Difference" }));
  expect(shade()).toBe("var(--dif15)");
  fireEvent.click(screen.getByRole("radio", { name: "None" }));
  expect(shade()).toBe("");
});

test("a token tells both log-probabilities and what a run would have written, to the pointer and to the keyboard", () => {
  vi.useFakeTimers();
  draw();
  fireEvent.pointerOver(tokens(1)[2]);
  act(() => void vi.advanceTimersByTime(200));
  expect([...document.querySelectorAll(".chart-tip > div")].map((line) => line.textContent)).toEqual([
    "2  ·kind  log-probability plain −2.00, steered −1.00",
    "plain: ·word2 0.500  ↵ 0.250",
  ]);
  vi.useRealTimers();
  fireEvent.pointerLeave(tokens(1)[2].parentElement as Element);
  const cell = screen.getByRole("gridcell");
  fireEvent.keyDown(cell, { key: "ArrowDown" });
  fireEvent.keyDown(cell, { key: "Home" });
  expect(screen.getByRole("status")).toHaveTextContent(
    "steered +6, 0 Thanks log-probability plain 0.00, steered −1.00, plain: ·word0 0.500 ↵ 0.250, surprise 8.00 nats.",
  );
});

test("one tab stop; the pin is a position in all texts", () => {
  const selection = draw();
  fireEvent.click(tokens(0)[1]);
  expect(selection.get().pin).toEqual({ position: 1 });
  expect(marked(0, "pinned").concat(marked(1, "pinned"))).toEqual([" for", " for"]);
  const cell = screen.getByRole("gridcell");
  expect(cell).toHaveAttribute("tabindex", "0");
  fireEvent.keyDown(cell, { key: "ArrowRight" });
  expect(selection.get().pin).toEqual({ position: 2 });
  act(() => selection.setHover({ position: 4 }));
  expect([...document.querySelectorAll("[data-hovered]")].map((token) => token.textContent)).toEqual([".", " your"]);
});

test("columns scroll together", () => {
  draw();
  const [left, right] = document.querySelectorAll<HTMLElement>("[data-side]");
  left.scrollTop = 40;
  fireEvent.scroll(left);
  expect(right.scrollTop).toBe(40);
});

test("in a narrow frame texts are tabs", () => {
  wide.mockReturnValue(320);
  draw();
  expect(tokens(1)).toHaveLength(0);
  fireEvent.click(screen.getByRole("radio", { name: "steered +6" }));
  expect(tokens(0)).toHaveLength(0);
  expect(tokens(1)).toHaveLength(6);
});

test("awkward tokens are named, never applied, and line ends break the line", () => {
  const odd = ["\u202eabc", "\n", " שלום", "\u200b", "a", "b"];
  draw(pair({ token: [odd, odd] }));
  expect(tokens(0)[0].textContent).toBe("U+202Eabc");
  expect(tokens(0)[1].textContent).toBe("↵\n");
  expect(tokens(0)[2].querySelector("bdi")).not.toBeNull();
  expect(tokens(0)[3].textContent).toBe("ZWSP");
  expect(screen.getByText(/the texts are the same/)).toBeVisible();
  expect(document.querySelector(".text-fork")).toBeNull();
});

test("in words and as a table", () => {
  expect(sentence(pair())).toBe("Two texts, the same for 2 tokens.");
  expect(read(pair(), { position: 3 })).toMatch(
    /^baseline, 3 {2}<img·src=x>.*only here, surprise 3.00 nats. steered \+6, 3 {2}·and/,
  );
  expect(read(pair(), {})).toBeNull();
  const { columns, rows } = toTable(pair());
  expect(columns.map(({ name }) => name)).toEqual(["side", "position", "token", "surprise", "logprob_a", "logprob_b"]);
  expect(rows).toHaveLength(11);
  expect(rows[7]).toEqual(["steered +6", 2, "·kind", 6, -2, -1]);
});

test("a result in another form is listed", () => {
  draw(documentOf("text_pair", { dims: { left: ["position"] }, left: ["one", "two"] }));
  expect(screen.getByRole("table")).toBeVisible();
});
