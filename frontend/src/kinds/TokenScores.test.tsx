import { act, fireEvent, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { boundaries, documentOf, selectionStore, tokenScores, tokensOf } from "./fixtures";
import { loadKind } from "./index";
import { draw, notes } from "./testKind";

vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);

const bars = () =>
  [...document.querySelectorAll(".bars-row")].map((row) => [...row.children].map((cell) => cell.textContent).join("|"));
const marked = (name: string) =>
  [...document.querySelectorAll(`[${name}]`)].map((token) => token.getAttribute("data-index"));

const pieces = documentOf("token_scores", {
  quantities: [{ name: "score", label: "relevance", scale: "eff" }],
  dims: { score: ["position"] },
  tokens: tokensOf(["<bos>", "Hel", "lo", " you", ".", " Ma", "ry", " is", " here"]),
  score: [0.1, 0.2, 0.3, -0.4, 0.05, 1, 1.1, -0.6, 0.02],
  facts: { target: { text: " Mary" }, distractor: { text: " John" } },
});

test("tokens are shaded, the largest listed, and sum and target printed", async () => {
  await draw(pieces);
  expect(bars()).toEqual(["6|ry||+1.10", "5|·Ma||+1.00", "7|·is||−0.60", "3|·you||−0.40", "2|lo||+0.30"]);
  expect(notes()).toBe("5 of 9 listed · show all · sum +1.77 toward ·Mary over ·John");
  fireEvent.click(screen.getByRole("button", { name: "show all" }));
  expect(bars()).toHaveLength(9);
});

test("words and sentences add effects up, and say so", async () => {
  await draw(pieces);
  fireEvent.click(screen.getByRole("radio", { name: "Words" }));
  expect(bars().slice(0, 2)).toEqual(["5–6|·Mary||+2.10", "7|·is||−0.60"]);
  expect(document.querySelectorAll(".score-group")).toHaveLength(7);
  expect(notes()).toContain("5 of 7 listed");
  expect(notes()).toContain("sums of tokens");
  fireEvent.click(screen.getByRole("radio", { name: "Sentences" }));
  expect(bars().map((bar) => bar.split("|").at(-1))).toEqual(["+1.52", "+0.15", "+0.10"]);
});

test("values are printed on demand, from a size on that is told", async () => {
  await draw(pieces);
  const printed = () => [...document.querySelectorAll(".score-value")].map((value) => value.textContent);
  expect(printed()).toEqual([]);
  fireEvent.click(screen.getByRole("button", { name: "Values" }));
  expect(screen.getByRole("button", { name: "Values" })).toHaveAttribute("aria-pressed", "true");
  expect(printed()).toEqual(["+0.10", "+0.20", "+0.30", "−0.40", "+0.05", "+1.00", "+1.10", "−0.60", ""]);
  expect(notes()).toContain("values under 0.03 not printed");
});

test("a bar pins the last token of its word, and a second time unpins", async () => {
  const selection = await draw(pieces);
  fireEvent.click(screen.getByRole("radio", { name: "Words" }));
  fireEvent.click(document.querySelector(".bars-row") as Element);
  expect(selection.get().pin).toEqual({ position: 6 });
  expect(document.querySelector(".bars-row")).toHaveClass("pinned");
  fireEvent.click(document.querySelector(".bars-row") as Element);
  expect(selection.get().pin).toBeNull();
});

test("tokens are pinned by click, beside each other with Ctrl, and ranged with Shift", async () => {
  const selection = await draw(pieces);
  const token = (entry: number) => document.querySelector(`[data-index="${entry}"]`) as Element;
  fireEvent.click(token(2));
  fireEvent.click(token(4), { ctrlKey: true });
  expect(selection.get()).toMatchObject({ pin: { position: 2 }, also: [{ position: 4 }] });
  expect(token(4)).toHaveAttribute("data-letter", "B");
  fireEvent.click(token(5), { shiftKey: true });
  expect(selection.get().range).toEqual([2, 5]);
});

test("hover and range mark tokens without rendering them anew", async () => {
  const selection = await draw(tokenScores, selectionStore({ position: 2 }));
  act(() => selection.setHover({ position: 1 }));
  act(() => selection.setRange([2, 3]));
  expect(marked("data-hovered")).toEqual(["1"]);
  expect(marked("data-ranged")).toEqual(["2", "3"]);
  expect(document.querySelector(".pinned")).toHaveAttribute("data-index", "2");
});

test("without the first token its score is neither drawn nor listed", async () => {
  await draw(pieces, selectionStore(), { firstToken: "hidden" });
  expect(bars()).toHaveLength(5);
  expect(notes()).toContain("sum +1.67");
  expect(notes()).toContain("without the first token, which held 0.03");
});

test("many equal tokens are one until one of them is pinned", async () => {
  const repeated = { id: 5, text: " the", bytes: "20746865" };
  const document_ = documentOf("token_scores", {
    quantities: [{ name: "score", label: "relevance", scale: "eff" }],
    dims: { score: ["position"] },
    tokens: [...tokensOf(["<bos>"]), ...Array.from({ length: 12 }, () => repeated)],
    score: Array.from({ length: 13 }, () => 0.1),
  });
  const selection = await draw(document_);
  expect(screen.getByText("×12")).toBeInTheDocument();
  expect(bars()[0]).toBe("1–12|·the||+1.20");
  act(() => selection.setHover({ position: 7 }));
  expect(marked("data-hovered")).toEqual(["1"]);
  act(() => selection.setPin({ position: 7 }));
  expect(screen.queryByText("×12")).toBeNull();
});

test("classes of tokens are named, coloured and counted", async () => {
  await draw(boundaries);
  expect(screen.getByText("split 1")).toBeVisible();
  expect(document.querySelectorAll(".score-group[data-status=split]")).toHaveLength(2);
});

test("tokens of the other run stand beside those that differ", async () => {
  const other = [null, null, tokensOf([" John"])[0], null];
  await draw(documentOf("token_scores", { ...tokenScores.result, other_tokens: other }));
  expect(document.querySelector("[data-index='2']")).toHaveTextContent("·Mary·John");
});

test("the pinned token is read in a sentence", async () => {
  const { read, toTable } = await loadKind("token_scores");
  expect(read?.(pieces, { position: 6 })).toBe(
    "ry (6): relevance +1.10, the largest of 9 tokens; it speaks for ·Mary over ·John.",
  );
  expect(read?.(pieces, { position: 3 })).toBe(
    "·you (3): relevance −0.40, the 4th largest of 9 tokens; it speaks against ·Mary and for ·John.",
  );
  expect(read?.(tokenScores, { query: 0 })).toBe("<bos> (0): relevance 0.00.");
  expect(read?.(pieces, { position: 40 })).toBeNull();
  expect(read?.(boundaries, { position: 2 })).toBe("·Mary (2) is split.");
  expect(toTable?.(pieces).rows[6]).toEqual([6, 106, "ry", "·Mary", 1.1]);
});
