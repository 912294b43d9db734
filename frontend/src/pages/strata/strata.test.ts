import { describe, expect, test } from "vitest";
import { gridOf } from "../../kinds/TokenGrid";
import { documentOf, headMatrices, patchGrid, tokenGrid, tokensOf } from "../../kinds/fixtures";
import { find } from "../../kinds/result";
import type { ResultDocument } from "../../kinds/types";
import { stepOf } from "../../charts/colour";
import { cellNotes, poolingNote } from "./Foot";
import { bandOf, headAfter, linksIn, pinnedHeads } from "./heads";
import { barsOf, nearestRow, pathOf } from "./Margins";
import { ceilingOf, divergences, sideCurves, targetCurves, writesAt } from "./margins";
import { dataOf, layerOf, openableLayers, pooledSteps } from "./model";
import { cellOf, isSame, markOf, nameOf, paramsOf, patchedOf, refusalOf } from "./patch";
import { choicesOf, countingOf, patchingOf, withCounting, withPatching } from "./quantities";
import { isLarge } from "./source";
import { INITIAL, readView, writeView, type StrataView } from "./viewState";
import { effectsOf, halfRow } from "./writes";

const [quantity] = tokenGrid.result.quantities;
const grid = gridOf(tokenGrid, quantity, undefined);
const { places } = grid;

describe("what is open, in the address", () => {
  test("comes back as it was written", () => {
    const views: StrataView[] = [
      INITIAL,
      { open: [4, 11], text: "value", lens: "tuned", least: 0.3 },
      { open: [0], text: "none", lens: "difference", least: 0 },
    ];
    for (const view of views) expect(readView(writeView(view))).toEqual(view);
    expect(writeView(INITIAL)).toBe("");
  });

  test("is as at first where it cannot be read", () => {
    expect(readView("open:x.-1~text:loud~least:7~~:")).toEqual(INITIAL);
  });
});

describe("quantities", () => {
  test("six, those without data with the reason", () => {
    const choices = choicesOf(tokenGrid);
    expect(choices.map(({ name }) => name)).toEqual([
      "probability",
      "entropy",
      "kl",
      "norm",
      "patch_effect",
      "features",
    ]);
    expect(choices.filter(({ reason }) => reason === null).map(({ name }) => name)).toEqual(["probability", "entropy"]);
    expect(choices[4].reason).toContain("patching result");
    expect(choices.filter(({ offered }) => offered).map(({ name }) => name)).toEqual(["patch_effect", "features"]);
    expect(choicesOf(tokenGrid, false)[5]).toMatchObject({ name: "features", offered: false });
  });

  test("a count of features belongs to the rows that have a dictionary", () => {
    const names = tokenGrid.result.coords.row ?? [];
    const counts = { data: Float64Array.from([3, 1, 4, 1]), shape: [1, 4] };
    const counting: ResultDocument = {
      ...tokenGrid,
      key: "counted",
      result: {
        ...tokenGrid.result,
        coords: { row: [names[1]] },
        quantities: [{ ...tokenGrid.result.quantities[0], name: "features", scale: "mag", limits: null }],
        dims: { features: ["row", "position"] },
        features: counts,
      },
    };
    expect(countingOf([tokenGrid, counting], 4)).toBe(counting);
    expect(countingOf([tokenGrid, counting], 5)).toBeNull();
    const document = withCounting(tokenGrid, counting);
    const found = Array.from(find(document, "features")?.data ?? []);
    expect(found.slice(4, 8)).toEqual([3, 1, 4, 1]);
    expect(found.slice(0, 4)).toEqual(Array(4).fill(Number.NaN));
    expect(document.result.quantities.at(-1)).toMatchObject({ name: "features", scale: "mag", limits: [0, 4] });
    expect(choicesOf(document)[5].reason).toBeNull();
  });

  test("the effect of patching belongs to the rows of its layers", () => {
    const patching = patchingOf([headMatrices, patchGrid], 4);
    const document = withPatching(tokenGrid, patching);
    const effect = find(document, "patch_effect");
    expect(Array.from(effect?.data ?? []).slice(0, 5)).toEqual([0.9, 0.02, -0.5, 0.3, Number.NaN]);
    expect(choicesOf(document)[4].reason).toBeNull();
    expect(document.result.quantities.at(-1)).toMatchObject({ scale: "eff", limits: [-1, 1] });
    expect(withPatching(tokenGrid, patchingOf([patchGrid], 5))).toBe(tokenGrid);
  });
});

describe("patching", () => {
  const cell = (side: "a" | "b", layer: number, position: number, text: string) => ({
    side,
    layer,
    position,
    token: { text },
  });
  const facts = {
    source: cell("b", 1, 3, " John"),
    patched: cell("a", 0, 2, " Mary"),
    cone: { cells: 6, changed: 4 },
    answer: [{ text: " Mary" }],
    foil: [{ text: " John" }, { text: " Tom" }],
    logit_diff: { before: 1.5, after: -2 },
  };
  const whole = { ...tokenGrid, result: { ...tokenGrid.result, total: { row: 3 } } };
  const patched = { ...whole, result: { ...whole.result, facts } };

  test("cells of layers can be patched, those of the output row and whole columns cannot", () => {
    expect(cellOf(whole, places, "b", { row: 1, column: 2 })).toEqual(cell("b", 1, 2, " Mary"));
    expect(cellOf(whole, places, "a", { row: 2, column: 2 })).toBeNull();
    expect(cellOf(whole, places, "a", { row: null, column: 2 })).toBeNull();
    expect(cellOf(whole, places, "a", null)).toBeNull();
  });

  test("says why no cell of a grid can be", () => {
    const writes = { ...whole, result: { ...whole.result, facts: { site: "mlp_out" } } };
    expect(refusalOf(whole, false)).toBeNull();
    expect(refusalOf(whole, true)).toContain("difference");
    expect(refusalOf(patched, false)).toContain("patched already");
    expect(refusalOf(writes, false)).toContain("does not show the stream");
  });

  test("asks for both cells by name", () => {
    const [source, target] = [facts.source, facts.patched];
    expect(paramsOf(source, target)).toEqual({
      side: "a",
      layer: 0,
      position: 2,
      source_side: "b",
      source_layer: 1,
      source_position: 3,
    });
    expect([isSame(source, target), isSame(source, { ...source })]).toEqual([false, true]);
    expect(nameOf(source, true)).toBe("B: layer 1, token 3 ·John");
    expect(nameOf(source, false)).toBe("layer 1, token 3 ·John");
    expect(markOf(places, target)).toEqual({ row: 0, column: 2 });
    expect(markOf(places, { layer: 7, position: 2 })).toBeNull();
  });

  test("a patched run says what was done, begins with what changed, and opens no layer", () => {
    expect(patchedOf(whole)).toBeNull();
    expect(patchedOf(patched)).toMatchObject({ answer: "·Mary", foil: "·John ·Tom", before: 1.5, after: -2 });
    expect(choicesOf(patched).map(({ name }) => name)).toEqual(["change", "probability", "entropy", "kl", "norm"]);
    expect(openableLayers(patched, [0, 1, 2])).toEqual([]);
    expect(withPatching(patched, patchingOf([patchGrid], 4))).toBe(patched);
  });
});

describe("cells", () => {
  test("say the top token, the value, or nothing", () => {
    const said = (text: StrataView["text"]) => dataOf(grid, text, undefined, undefined).label?.(1, 2);
    expect(said("token")).toEqual({ text: "·Mary", lead: 1 });
    expect(said("value")).toEqual({ text: "0.400", lead: 0 });
    expect(said("none")).toBeNull();
  });

  test("a layer opens between the row that enters it and the next", () => {
    const whole = { ...tokenGrid, result: { ...tokenGrid.result, total: { row: 3 } } };
    const open = openableLayers(whole, [0, 1, 2]);
    expect(open).toEqual([0, 1]);
    // The output row opens the last layer; rows that leave some out open nothing.
    expect([0, 1, 2].map((row) => layerOf(open, row))).toEqual([0, 1, 1]);
    expect(openableLayers(whole, [0, 2])).toEqual([]);
    const writes = { ...whole, result: { ...whole.result, facts: { site: "attn_out" } } };
    expect(openableLayers(writes, [0, 1, 2])).toEqual([]);
  });
});

describe("large grids", () => {
  const pooled: ResultDocument = {
    ...tokenGrid,
    result: {
      ...tokenGrid.result,
      facts: { pooled: { row: 1, position: 4, how: { probability: "mean", entropy: "maximum" } } },
    },
  };

  test("more than 256 tokens or 64 layers with their output", () => {
    expect([isLarge(65, 256), isLarge(66, 10), isLarge(7, 257)]).toEqual([false, true, true]);
  });

  test("the footer says what a block stands for and how it was made", () => {
    expect(poolingNote(pooled, quantity)).toContain("each column = 4 tokens, mean");
    expect(poolingNote(pooled, tokenGrid.result.quantities[1])).toContain("each column = 4 tokens, largest");
    expect(poolingNote(tokenGrid, quantity)).toBeNull();
  });

  test("blocks are on the scale of the cells", () => {
    const steps = pooledSteps(pooled, quantity, [0, 1]);
    expect(steps).toMatchObject({ rows: 3, columns: 4, down: 1, across: 4 });
    expect(steps?.steps[6]).toBe(stepOf("prob", 0.4, 0, 1));
    expect(pooledSteps(tokenGrid, quantity, [0, 1])).toBeUndefined();
  });
});

describe("heads", () => {
  test("every pin with a head, each once, the first drawn", () => {
    const pin = { position: 3, layer: 4, head: 3 };
    const also = [{ layer: 4, head: 3 }, { position: 1 }, { layer: 2, head: 0 }];
    expect(pinnedHeads(pin, also)).toEqual([
      { layer: 4, head: 3 },
      { layer: 2, head: 0 },
    ]);
    expect(pinnedHeads(null, [])).toEqual([]);
    expect(headAfter({ layer: 4, head: 7 }, 8)).toEqual({ layer: 4, head: 0 });
  });

  const pattern: ResultDocument = {
    ...headMatrices,
    result: {
      ...headMatrices.result,
      coords: { layer: ["4"], head: ["3"] },
      pattern: [[(headMatrices.result.pattern as number[][][][])[0][1]]],
    },
  };

  test("links from a weight on, of all there are; without those of the first token on request", () => {
    const all = linksIn(pattern, places, "shown", 0);
    expect([all.drawn.length, all.total]).toEqual([6, 6]);
    expect(linksIn(pattern, places, "shown", 0.4).drawn).toEqual([
      { query: 0, key: 0, weight: 1 },
      { query: 1, key: 0, weight: 0.5 },
      { query: 1, key: 1, weight: 0.5 },
      { query: 2, key: 1, weight: 0.7 },
    ]);
    const hidden = linksIn(pattern, places, "hidden", 0.4);
    expect([hidden.drawn.length, hidden.total, hidden.firstToken]).toEqual([2, 3, "hidden"]);
  });

  test("a link to a token that is not drawn is left out", () => {
    const some = { ...places, positions: [1, 2], tokens: places.tokens.slice(1, 3) };
    expect(linksIn(pattern, some, "shown", 0.4).drawn).toEqual([
      { query: 0, key: 0, weight: 0.5 },
      { query: 1, key: 0, weight: 0.7 },
    ]);
  });

  test("a band tells what a token looks at", () => {
    const band = bandOf({ layer: 4, head: 3 }, linksIn(pattern, places, "shown", 0.1), [], places, 0.1);
    expect(band.name[0]).toBe("4.3");
    expect(band.tip(2)).toEqual(["4.3 from ·Mary (2)", "When 0.70  <bos> 0.20  ·Mary 0.10"]);
    expect(band.tip(3)[1]).toBe("nothing above 0.10");
  });
});

describe("what layers write", () => {
  const split = documentOf("head_grid", {
    dims: { attention: ["layer"], mlp: ["layer"] },
    attention: [0.5, -2],
    mlp: [1.2, 0.1],
    facts: { position: 2, target: [{ text: " Mary" }], distractor: [{ text: " John" }] },
  });

  test("is coloured where the question is asked and neutral elsewhere, grey until it is known", () => {
    const effects = effectsOf(split);
    expect(effects).toMatchObject({ position: 2, target: "·Mary", distractor: "·John", most: 2 });
    const known = halfRow("attn", 1, { document: tokenGrid, problem: null }, effects, places);
    expect(Array.from(known.steps)).toEqual([12, 12, 0, 12]);
    expect(known.label(2)).toEqual({ text: "·Mary", lead: 1 });
    expect(known.tip(2).at(-1)).toBe("on ·Mary − ·John −2.00");
    expect(known.tip(1).at(-1)).toContain("position 2");
    const pending = halfRow("mlp", 1, { document: null, problem: null }, effects, places);
    expect(new Set(pending.steps)).toEqual(new Set([-2]));
    expect(pending.label(2)).toBeNull();
  });
});

describe("margins", () => {
  const lens = (values: number[][][], targets = [" Mary", " John"]) =>
    documentOf("token_grid", {
      dims: { target_logprob: ["row", "position", "target"] },
      coords: { row: ["emb", "1", "out"], target: targets },
      target_logprob: values.map((row) => row.map((cell) => cell.map(Math.log))),
    });
  const cell = (a: number, b: number) => [0, 1, 2, 3].map(() => [a, b]);
  const a = lens([cell(0.1, 0.2), cell(0.3, 0.1), cell(0.7, 0.05)]);

  test("target and distractor row by row", () => {
    const curves = targetCurves(a, places, 2);
    expect(curves.map(({ name }) => name)).toEqual(["·Mary", "·John"]);
    expect(curves[0].values.map((x) => Math.round(100 * x))).toEqual([10, 30, 70]);
    expect(ceilingOf(curves)).toBe(0.8);
    expect(targetCurves(tokenGrid, places, 2)).toEqual([]);
  });

  test("the target in both sides, whatever its place in their lists", () => {
    const b = lens([cell(0.2, 0.4), cell(0.2, 0.4), cell(0.2, 0.4)], [" John", " Mary"]);
    const found = sideCurves({ a, b, align: "position" }, places, 2);
    expect(found?.token).toBe("·Mary");
    expect(found?.curves.map(({ name, dashed }) => [name, dashed ?? false])).toEqual([
      ["A", false],
      ["B", true],
    ]);
    expect(found?.curves[1].values[0]).toBeCloseTo(0.4);
  });

  test("sizes of writes at a position, and divergence by row", () => {
    const norms = documentOf("layer_curve", {
      dims: { norms: ["series", "layer", "position"] },
      coords: { series: ["attn_out", "mlp_out"] },
      norms: [
        [
          [1, 2, 3, 4],
          [5, 6, 7, 8],
        ],
        [
          [9, 8, 7, 6],
          [5, 4, 3, 2],
        ],
      ],
    });
    expect(writesAt(norms, 2)).toEqual([
      { layer: 0, attn: 3, mlp: 7 },
      { layer: 1, attn: 7, mlp: 3 },
    ]);
    const parted = documentOf("layer_curve", {
      dims: { difference: ["series", "row"] },
      coords: { series: ["KL", "cosine distance"], row: ["emb", "1", "out"] },
      difference: [
        [0, 0.5, 2],
        [0, 0, 0],
      ],
    });
    expect(divergences(parted, [0, 1, 2])).toEqual([0, 0.5, 2]);
    expect(divergences(null, [0])).toEqual([]);
  });

  test("bars stand on the half-rows of an open layer, and close together between the rows of a closed one", () => {
    const middle = (row: number) => 300 - 40 * row;
    const closed = barsOf({ middle, gap: () => null, rowHeight: 40 }, 1);
    expect([closed.upper + closed.height, closed.lower]).toEqual([239.5, 240.5]);
    const open = barsOf({ middle, gap: () => ({ y: 100, height: 51.2 }), rowHeight: 40 }, 1);
    expect(open.upper + open.height / 2).toBeCloseTo(100 + 12.8);
    expect(open.lower + open.height / 2).toBeCloseTo(100 + 38.4);
    expect(nearestRow({ middle }, 5, 226)).toBe(2);
  });

  test("a curve is broken where a value is undefined", () => {
    const path = pathOf(
      [1, Number.NaN, 2, 3],
      (x) => x,
      (row) => 10 * row,
    );
    expect(path).toBe("M1.0 0.0M2.0 20.0L3.0 30.0");
  });
});

describe("the footer of a difference", () => {
  const others = tokensOf(["<bos>", "When", " John", "x"]);
  const apart = (other_tokens: unknown[]): ResultDocument => ({
    ...tokenGrid,
    result: { ...tokenGrid.result, total: {}, other_tokens, facts: { sides: { a: "A", b: "B" }, identical: 2 } },
  });

  test("names the identical stretch and the token that differs", () => {
    const notes = cellNotes(apart([null, null, others[2], null]), [3, 4], true);
    expect(notes).toEqual([
      "3 of 3 rows · 4 of 4 tokens",
      "positions 0–1 are identical in both runs",
      "position 2: ·Mary in A, ·John in B",
    ]);
    expect(cellNotes(apart([null, null, others[2], others[3]]), [3, 4], true)[2]).toContain("and 1 more");
    expect(cellNotes(tokenGrid, [3, 4], true)).toHaveLength(1);
  });
});
