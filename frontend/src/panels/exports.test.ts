import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiProblem } from "../api/client";
import { documentOf, tokenGrid } from "../kinds/fixtures";
import { csvCell, exportAs, extensionsOf, fileName, plainDocument, type Shown } from "./exports";
import { switched } from "./picture";
import { escaped } from "./pictureFrame";
import { provenanceLine } from "./provenance";

const KEY = "427b8650964e".padEnd(64, "0");
const document_ = {
  ...tokenGrid,
  key: KEY,
  method: "lens/logit-lens",
  model: { id: "my model", fingerprint: "d862b33c99" },
  checks: [{ name: "match", label: "matches", value: 0.41, verdict: "fail" as const }],
  provenance: { stratascope: "0.1.0", dtype: "float32", created: "2026-01-02T03:04:05", seed: 7 },
};

const shown = (change: Partial<Shown> = {}): Shown => ({
  document: document_,
  title: "Logit lens",
  difference: false,
  quantity: "entropy",
  limits: undefined,
  firstToken: "hidden",
  selection: { pin: { position: 3 }, also: [], range: null },
  theme: "light",
  figure: null,
  ...change,
});

let saved: { name: string; content: Blob } | null = null;

beforeEach(() => {
  saved = null;
  let content = new Blob();
  URL.createObjectURL = (blob) => ((content = blob as Blob), "blob:x");
  URL.revokeObjectURL = () => undefined;
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    saved = { name: this.download, content };
  });
});

afterEach(() => vi.restoreAllMocks());

const answer = (body: BodyInit, status = 200) =>
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(body, { status }));

describe("a file of a result", () => {
  it("is named after method, model and result", () => {
    expect(fileName(document_, "svg")).toBe("stratascope-lens-logit-lens-my-model-427b86.svg");
    expect(fileName({ ...document_, key: `${KEY}-${"9".repeat(64)}-same` }, "png")).toBe(
      "stratascope-lens-logit-lens-my-model-427b86-999999.png",
    );
  });

  it("holds as JSON what REST answers, and how it is looked at", async () => {
    const asked = answer(JSON.stringify({ key: KEY, result: { entropy: [[1, null]] } }));
    await exportAs("json", shown({ limits: { entropy: [0, 9] } }));
    expect(asked.mock.calls[0][0]).toBe(`/api/v1/results/${KEY}`);
    expect(saved?.name).toBe("stratascope-lens-logit-lens-my-model-427b86.json");
    const written = JSON.parse((await saved?.content.text()) ?? "") as Record<string, unknown>;
    expect(written.result).toEqual({ entropy: [[1, null]] });
    expect(written.view).toEqual({
      title: "Logit lens",
      quantity: "entropy",
      scale: "unc",
      limits: [0, 9],
      first_token: "hidden",
      selection: { pin: { position: 3 }, also: [], range: null },
      verdicts: { match: "fail" },
    });
  });

  it("is as table and as page the server's own", async () => {
    const asked = answer("row,entropy\r\n0,1\r\n");
    await exportAs("csv", shown());
    expect(asked.mock.calls[0][0]).toBe(`/api/v1/results/${KEY}.csv`);
    expect(await saved?.content.text()).toBe("row,entropy\r\n0,1\r\n");
    await exportAs("html", shown());
    expect(asked.mock.calls[1][0]).toBe(`/api/v1/results/${KEY}.html`);
  });

  it("is not made of an error", async () => {
    answer(JSON.stringify({ error: { code: "unknown_result", message: "There is no stored result." } }), 404);
    await expect(exportAs("csv", shown())).rejects.toBeInstanceOf(ApiProblem);
    expect(saved).toBeNull();
  });
});

describe("a file of a difference", () => {
  const difference = documentOf("head_grid", {
    quantities: [{ name: "x", label: "A − B of x", scale: "dif" }],
    dims: { x: ["layer", "head"] },
    x: { data: Float64Array.of(1, Number.NaN, -3, 4), shape: [2, 2] },
  });

  it("is made by the page, without asking the server", async () => {
    const asked = answer("");
    expect(extensionsOf("head_grid", true)).toEqual(["csv", "json", "png"]);
    expect(extensionsOf("head_grid", false)).toContain("png");
    expect(extensionsOf("table", false)).toEqual(["csv", "json", "html"]);
    await exportAs("csv", shown({ document: difference, difference: true, quantity: "x" }));
    expect((await saved?.content.text())?.split("\r\n").slice(0, 3)).toEqual(["layer,head,x", "0,0,1", "0,1,"]);
    await exportAs("json", shown({ document: difference, difference: true, quantity: "x" }));
    const written = JSON.parse((await saved?.content.text()) ?? "") as {
      result: { x: unknown };
      view: { scale: string };
    };
    expect(written.result.x).toEqual([
      [1, null],
      [-3, 4],
    ]);
    expect(written.view.scale).toBe("dif");
    expect(asked).not.toHaveBeenCalled();
  });

  it("keeps the numbers of arrays of any depth", () => {
    expect(plainDocument(difference).result.x).toEqual([
      [1, null],
      [-3, 4],
    ]);
  });
});

it("text in a table runs nowhere", () => {
  expect(csvCell("=1+1")).toBe("'=1+1");
  expect(csvCell('a "b", c')).toBe('"a ""b"", c"');
  expect(csvCell(-0.5)).toBe("-0.5");
  expect(csvCell(null)).toBe("");
});

describe("a picture", () => {
  it("holds text as text", () => {
    expect(escaped(`<img src=x onerror="a('b')"> & \u0000`)).toBe(
      "&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt; &amp; ",
    );
  });

  it("shows the quantity that the panel shows, and nothing to press", () => {
    const buttons = [{ args: [{ visible: [true, false] }] }, { args: [{ visible: [false, true] }] }];
    const figure = {
      data: [{ type: "heatmap" }, { type: "heatmap" }],
      layout: { height: 5, updatemenus: [{ buttons }] },
    };
    const drawn = switched(figure, 1);
    expect(drawn.data.map(({ visible }) => visible)).toEqual([false, true]);
    expect(drawn.layout).toEqual({ height: 5 });
  });

  it("says where it comes from", () => {
    expect(provenanceLine(document_)).toBe(
      "Stratascope 0.1.0 · lens/logit-lens · my model d862b33c · float32 · seed 7 · 2026-01-02 · 427b8650964e",
    );
  });
});
