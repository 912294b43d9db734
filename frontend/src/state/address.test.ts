import { describe, expect, it } from "vitest";
import { decodeAddress, encodeAddress, type Address } from "./address";

const empty: Address = {
  model: "",
  prompt: "",
  second: null,
  side: "a",
  align: "position",
  firstToken: "shown",
  pin: null,
  also: [],
  range: null,
  question: { target: [], distractor: [], position: -1 },
  panels: [],
  view: "",
  rest: [],
};

/** Mulberry32: the same states on every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const ALPHABET = [..." abcXYZ019%;~:=&#+?/.,-\"'[]{}<>\\\n\t\u0000é€漢\u202e\u200d😀\ufffd"];

function makeState(next: () => number): Address {
  const integer = (below: number) => Math.floor(next() * below);
  const text = (longest = 12) =>
    Array.from({ length: integer(longest) }, () => ALPHABET[integer(ALPHABET.length)]).join("");
  const maybe = <T>(make: () => T): T | undefined => (next() < 0.5 ? make() : undefined);
  const value = () =>
    [text(), integer(100), next() < 0.5, null, [integer(5), integer(9)], [text()], "true", "12", '"q"', -1.5][
      integer(10)
    ];
  const position = maybe(() => integer(500));
  const pin = {
    ...(position === undefined ? {} : { position }),
    ...(maybe(() => 1) ? { row: integer(49) } : {}),
    ...(maybe(() => 1) ? { layer: integer(48), head: integer(32) } : {}),
  };
  const range: Address["range"] = position === undefined && next() < 0.3 ? [integer(9), 9 + integer(9)] : null;
  const chosen = <T>(...values: T[]): T => values[integer(values.length)];
  const texts = () => Array.from({ length: integer(3) }, () => text() || "x");
  const chat = () => Array.from({ length: 1 + integer(3) }, () => ({ role: "user" as const, content: text(20) }));
  const prompt = next() < 0.3 ? chat() : text(60);
  // An empty second prompt stands for the first.
  const other = () => chosen(prompt, chat(), text(40) || "x");
  return {
    model: text(),
    prompt,
    second: maybe(() => ({ model: text(), prompt: other() })) ?? null,
    side: chosen("a", "b", "difference"),
    align: chosen("position", "same", "last"),
    firstToken: chosen("shown", "hidden", "renormalised"),
    also: Array.from({ length: integer(3) }, () => ({ position: integer(99), ...(maybe(() => 1) ? { head: 3 } : {}) })),
    pin: Object.keys(pin).length > 0 ? pin : null,
    range,
    question: { target: texts(), distractor: texts(), position: next() < 0.5 ? -1 : integer(40) },
    panels: Array.from({ length: integer(5) }, () => ({
      method: `family/${text() || "x"}`,
      params: Object.fromEntries(Array.from({ length: integer(4) }, () => [`n${text(6)}`, value()])),
      ...(maybe(() => 1) ? { quantity: `q${text(5)}` } : {}),
      ...(maybe(() => 1) ? { title: `t${text(5)}` } : {}),
      ...(maybe(() => 1) ? { kept: "4f1c" } : {}),
      ...(maybe(() => 1) ? { width: next() < 0.5 ? ("half" as const) : ("full" as const) } : {}),
    })),
    view: chosen("", "strata", "strata.1~open:3.4", text()),
    rest: Array.from({ length: integer(3) }, () => [`y${text(4)}`, text()]),
  };
}

describe("the address", () => {
  it("gives back every state it is given", () => {
    const next = random(7);
    for (let round = 0; round < 2000; round += 1) {
      const state = makeState(next);
      const fragment = encodeAddress(state);
      expect(decodeAddress(fragment)).toEqual(state);
      expect(encodeAddress(decodeAddress(`#${fragment}`) ?? empty)).toBe(fragment);
    }
  });

  it("is the same for equal states, whatever the order of parameters", () => {
    const a = encodeAddress({
      ...empty,
      panels: [{ method: "lens/logit-lens", params: { top_k: 10, site: "mlp_out" } }],
    });
    const b = encodeAddress({
      ...empty,
      panels: [{ method: "lens/logit-lens", params: { site: "mlp_out", top_k: 10 } }],
    });
    expect(a).toBe(b);
    expect(a).toBe("p=&v=lens/logit-lens~site:mlp_out~top_k:10");
  });

  it("stays readable and leaves defaults out", () => {
    const fragment = encodeAddress({
      ...empty,
      model: "specimen",
      prompt: "The capital of France is",
      pin: { position: 5, row: 3 },
    });
    expect(fragment).toBe("m=specimen&p=The+capital+of+France+is&at=5&l=3");
  });

  it("keeps keys it does not know, after its own", () => {
    expect(encodeAddress(decodeAddress("y=1&p=a&z9=strata") ?? empty)).toBe("p=a&y=1&z9=strata");
  });

  it.each(["#", "", "#%", "#p=%E0%A4%A", "#at=x&l=-3&h=9", "#v=~~:;;;~a", "#=&&==", "#p=" + "a".repeat(300_000)])(
    "reads what it can of %s",
    (fragment) => {
      const address = decodeAddress(fragment);
      if (address) expect(encodeAddress(address)).toBe(encodeAddress(decodeAddress(encodeAddress(address)) ?? empty));
    },
  );
});
