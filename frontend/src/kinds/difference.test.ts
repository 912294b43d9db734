import { describe, expect, test } from "vitest";
import type { Align } from "./align";
import { differenceOf } from "./difference";
import { documentOf, tokensOf } from "./fixtures";
import { array, find, texts } from "./result";
import type { ResultBody, ResultDocument } from "./types";

const WORDS = ["<bos>", "When", " Mary", " and", " John"];

/** A token grid over some words: the number of each cell is 10 × row + a number of its word. */
function gridOf(
  words: readonly string[],
  value: (row: number, word: string, position: number) => number,
  more: Partial<ResultBody> = {},
) {
  const rows = ["emb", "1", "out"];
  return documentOf("token_grid", {
    quantities: [
      { name: "probability", label: "probability", scale: "prob", limits: [0, 1] },
      { name: "entropy", label: "entropy", scale: "unc", unit: "nats" },
    ],
    dims: { probability: ["row", "position"], entropy: ["row", "position"], topk_text: ["row", "position", "rank"] },
    coords: { row: rows },
    tokens: tokensOf(words),
    probability: rows.map((_r, row) => words.map((word, position) => value(row, word, position))),
    entropy: rows.map((_r, row) => words.map((word, position) => 2 * value(row, word, position))),
    topk_text: rows.map((_r, row) => words.map((word) => [`${word}${row}`, "second"])),
    ...more,
  });
}

const plain = (row: number, _word: string, position: number) => 10 * row + position;
const numbers = (document: ResultDocument, name = "probability") => [...array(document, name).data];

function differ(a: ResultDocument, b: ResultDocument, align: Align = "position"): ResultDocument {
  const { document, reason } = differenceOf(a, b, align);
  if (!document) throw new Error(reason);
  return document;
}

describe("numbers", () => {
  const a = gridOf(WORDS, (row, _, position) => Math.sin(10 * row + position));
  const b = gridOf(WORDS, (row, _, position) => Math.cos(10 * row + position));

  test.each(["position", "same", "last"] as const)("a − a is zero everywhere, aligned by %s", (align) => {
    const same = differ(a, a, align);
    expect(numbers(same).every((x) => x === 0)).toBe(true);
    expect(same.result.summary).toBe("A − B of probability: 0 everywhere.");
    expect(same.result.other_tokens).toEqual(WORDS.map(() => null));
  });

  test.each(["position", "same", "last"] as const)("a − b is −(b − a), aligned by %s", (align) => {
    const [forth, back] = [differ(a, b, align), differ(b, a, align)];
    numbers(forth).forEach((x, i) => expect(x).toBe(-numbers(back)[i]));
  });

  test("every entry is A minus B, in double precision", () => {
    const result = differ(
      gridOf(WORDS, () => 0.1),
      gridOf(WORDS, () => 1e-17),
    );
    expect(numbers(result)).toEqual(new Array(15).fill(0.1 - 1e-17));
    expect(find(result, "probability")?.data).toBeInstanceOf(Float64Array);
  });

  test("quantities stand on the difference scale, symmetric about zero, in their unit", () => {
    const result = differ(
      a,
      gridOf(WORDS, () => 0),
    );
    const [probability, entropy] = result.result.quantities;
    expect(probability).toMatchObject({ scale: "dif", label: "A − B of probability", limits: [-1, 1] });
    expect(entropy).toMatchObject({ scale: "dif", unit: "nats", limits: [-2, 2] });
  });

  test("undefined on either side stays undefined", () => {
    const hole = gridOf(WORDS, (row, _, position) => (row === 1 && position === 2 ? Number.NaN : 1));
    for (const result of [differ(hole, a), differ(a, hole)]) expect(numbers(result)[7]).toBeNaN();
  });

  test("typed arrays and nested lists give the same", () => {
    const flat = gridOf(WORDS, plain, {
      probability: { data: Float32Array.from({ length: 15 }, (_, i) => i), shape: [3, 5] },
    });
    expect(
      numbers(
        differ(
          flat,
          gridOf(WORDS, () => 1),
        ),
      ),
    ).toEqual(Array.from({ length: 15 }, (_, i) => i - 1));
  });
});

describe("alignment", () => {
  const value = (row: number, word: string) => 10 * row + word.length;
  const inserted = ["<bos>", "When", " Mary", " happily", " and", " John"];

  test("an insertion in B leaves no gap when equal tokens are paired", () => {
    const result = differ(gridOf(WORDS, value), gridOf(inserted, value), "same");
    expect(numbers(result).every((x) => x === 0)).toBe(true);
    expect(result.checks[0]).toMatchObject({ label: "aligned 5 of 6", verdict: "info", value: null });
  });

  test("an insertion in A has no partner", () => {
    const result = differ(gridOf(inserted, value), gridOf(WORDS, value), "same");
    expect(numbers(result).slice(0, 6)).toEqual([0, 0, 0, Number.NaN, 0, 0]);
    expect(result.result.undefined).toMatchObject({ probability: "no partner in the other run" });
  });

  test("by position: what is longer hangs over; by the last: the beginning does", () => {
    const [long, short] = [gridOf(WORDS, plain), gridOf(WORDS.slice(0, 3), plain)];
    expect(numbers(differ(long, short, "position")).slice(0, 5)).toEqual([0, 0, 0, Number.NaN, Number.NaN]);
    expect(numbers(differ(long, short, "last")).slice(0, 5)).toEqual([Number.NaN, Number.NaN, 2, 2, 2]);
    expect(numbers(differ(short, long, "last")).slice(0, 3)).toEqual([-2, -2, -2]);
  });

  test("tokens of B are told where they differ from those of A", () => {
    const swapped = ["<bos>", "When", " Ann", " and", " John"];
    const result = differ(gridOf(WORDS, plain), gridOf(swapped, plain));
    expect(result.result.other_tokens).toMatchObject([null, null, { text: " Ann" }, null, null]);
    expect(result.result.tokens).toHaveLength(5);
    expect(result.result.facts).toMatchObject({ identical: 2, align: "position" });
    expect(result.checks[0].label).toBe("aligned 5 of 5");
  });

  test("tokens are the same when their bytes are, whatever their numbers", () => {
    const renumbered = gridOf(WORDS, plain);
    renumbered.result.tokens = renumbered.result.tokens.map((token) => ({ ...token, id: token.id + 1000 }));
    expect(differ(gridOf(WORDS, plain), renumbered, "same").checks[0].label).toBe("aligned 5 of 5");
  });

  test("a part of the positions is paired by its numbers", () => {
    const part = (positions: number[]) =>
      gridOf(WORDS, plain, {
        coords: { row: ["emb", "1", "out"], position: positions.map(String) },
        probability: [0, 1, 2].map((row) => positions.map((position) => 10 * row + position)),
        entropy: [0, 1, 2].map(() => positions.map(() => 0)),
        topk_text: [0, 1, 2].map(() => positions.map(() => ["x"])),
      });
    expect(numbers(differ(part([1, 3, 4]), part([0, 3, 4]))).slice(0, 3)).toEqual([Number.NaN, 0, 0]);
  });

  test("queries and keys are aligned too", () => {
    const matrices = (words: string[], weight: (query: string, key: string) => number) =>
      documentOf("head_matrices", {
        quantities: [{ name: "pattern", label: "attention weight", scale: "attn" }],
        dims: { pattern: ["layer", "head", "query", "key"] },
        tokens: tokensOf(words),
        pattern: [[words.map((query) => words.map((key) => weight(query, key)))]],
      });
    const weight = (query: string, key: string) => query.length + 10 * key.length;
    const result = differ(matrices(["a", "bbb"], weight), matrices(["a", "cc", "bbb"], weight), "same");
    expect(array(result, "pattern").shape).toEqual([1, 1, 2, 2]);
    expect(numbers(result, "pattern")).toEqual([0, 0, 0, 0]);
  });
});

describe("what goes along", () => {
  test("the first tokens of the cells, where they stand in A", () => {
    const result = differ(gridOf(["x", "y", "z"], plain), gridOf(["x", "z"], plain), "same");
    expect(texts(result, "top_text_a")).toMatchObject({ dims: ["row", "position"], shape: [3, 3] });
    expect(texts(result, "top_text_a")?.data.slice(0, 3)).toEqual(["x0", "y0", "z0"]);
    expect(texts(result, "top_text_b")?.data.slice(0, 3)).toEqual(["x0", "", "z0"]);
    expect(result.result.dims.topk_text).toBeUndefined();
  });

  test("sides are named by what differs", () => {
    const [a, b] = [gridOf(WORDS, plain), gridOf(WORDS, plain)];
    const sides = (one: ResultDocument, two: ResultDocument) => differ(one, two).result.facts.sides;
    expect(sides(a, b)).toEqual({ a: "A", b: "B" });
    const asking = (document: ResultDocument, prompt: unknown) => ({ ...document, request: { prompt } });
    expect(sides(asking(a, "one"), asking(b, [{ role: "user", content: "two" }]))).toEqual({ a: "one", b: "two" });
    expect(sides(a, { ...b, model: { id: "tuned" } })).toEqual({ a: "specimen", b: "tuned" });
  });

  test("a check that failed on one side is not lost", () => {
    const failed = { name: "sum", label: "sum error", value: 2, ok: 1, verdict: "fail" as const };
    const passed = { name: "fine", label: "fine", value: 0, ok: 1, verdict: "ok" as const };
    const { checks } = differ(gridOf(WORDS, plain), { ...gridOf(WORDS, plain), checks: [failed, passed] });
    expect(checks.map(({ label, verdict }) => [label, verdict])).toEqual([
      ["aligned 5 of 5", "info"],
      ["B: sum error", "fail"],
    ]);
  });

  test("feature lists are the union of both, undefined where only one has the feature", () => {
    const list = (ids: string[], values: number[], label: string[]) =>
      documentOf("feature_list", {
        quantities: [{ name: "activation", label: "activation", scale: "feat" }],
        dims: { activation: ["feature"], label: ["feature"] },
        coords: { feature: ids },
        activation: values,
        label,
      });
    const result = differ(list(["7", "3"], [4, 2], ["names", "verbs"]), list(["3", "9"], [1, 5], ["verbs", "years"]));
    expect(result.result.coords.feature).toEqual(["7", "3", "9"]);
    expect(numbers(result, "activation")).toEqual([Number.NaN, 1, Number.NaN]);
    expect(texts(result, "label")?.data).toEqual(["names", "verbs", "years"]);
    expect(result.result.shown.feature).toBe(3);
  });

  test("roles of heads stay only where both sides agree", () => {
    const heads = (role: string[]) =>
      documentOf("head_grid", {
        quantities: [{ name: "head", label: "effect", scale: "eff" }],
        dims: { head: ["layer", "head"], role: ["layer", "head"], components: ["component"] },
        head: [[1, 2]],
        role: [role],
        components: [1, 2, 3],
      });
    const result = differ(heads(["mover", "sink"]), heads(["mover", "other"]));
    expect(texts(result, "role")?.data).toEqual(["mover", ""]);
    expect(find(result, "components")).toBeNull();
  });

  test("units of series go along", () => {
    const curve = documentOf("layer_curve", {
      quantities: [{ name: "v", label: "v", scale: "mag" }],
      dims: { v: ["series", "row"] },
      coords: { series: ["kl"] },
      v: [[1, 2]],
      facts: { units: { kl: "nats" } },
    });
    expect(differ(curve, curve).result.facts.units).toEqual({ kl: "nats" });
  });
});

describe("what cannot be subtracted says why", () => {
  const reason = (a: ResultDocument, b: ResultDocument) => differenceOf(a, b, "position").reason;
  const a = gridOf(WORDS, plain);

  test("other kinds, methods and shapes", () => {
    expect(reason(a, documentOf("layer_curve", {}))).toBe(
      "A is a token grid and B is a layer curve; only results of one kind can be subtracted.",
    );
    expect(reason(a, { ...a, method: "lens/other" })).toMatch(/A comes from test\/token_grid and B from lens\/other/);
    expect(reason(documentOf("scatter", {}), documentOf("scatter", {}))).toMatch(/scatter holds no cells/);
    expect(reason(documentOf("token_grid", {}), a)).toBe("A and B draw no quantity that both have.");
  });

  test("other layers", () => {
    const deeper = gridOf(WORDS, plain, {
      coords: { row: ["emb", "1", "2", "out"] },
      probability: [0, 1, 2, 3].map(() => [1, 2, 3, 4, 5]),
      entropy: [0, 1, 2, 3].map(() => [1, 2, 3, 4, 5]),
      topk_text: [0, 1, 2, 3].map(() => WORDS.map((word) => [word])),
    });
    expect(reason(a, deeper)).toBe("A and B differ in size along “row”: 3 in A, 4 in B.");
    expect(reason(a, gridOf(WORDS, plain, { coords: { row: ["0", "1", "2"] } }))).toBe(
      "A and B show different entries along “row”.",
    );
  });
});
