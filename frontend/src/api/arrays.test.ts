import { describe, expect, it } from "vitest";
import { documentOf, parseTensors } from "./arrays";

function file(header: object, body: Uint8Array): ArrayBuffer {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(body, 8 + json.length);
  return bytes.buffer;
}

const one = (dtype: string, shape: number[], body: Uint8Array) =>
  parseTensors(file({ x: { dtype, shape, data_offsets: [0, body.length] } }, body)).tensors.x;

const bytesOf = (array: { buffer: ArrayBufferLike }) => new Uint8Array(array.buffer as ArrayBuffer);

describe("parseTensors", () => {
  it("reads every number type", () => {
    expect([...one("F32", [2], bytesOf(Float32Array.of(1.5, -2))).data]).toEqual([1.5, -2]);
    expect([...one("F64", [1], bytesOf(Float64Array.of(Math.PI))).data]).toEqual([Math.PI]);
    expect([...one("I64", [2], bytesOf(BigInt64Array.of(-3n, 4n))).data]).toEqual([-3, 4]);
    expect([...one("I32", [1], bytesOf(Int32Array.of(-7))).data]).toEqual([-7]);
    expect([...one("U8", [2, 1], Uint8Array.of(1, 255)).data]).toEqual([1, 255]);
    expect([...one("BOOL", [2], Uint8Array.of(1, 0)).data]).toEqual([1, 0]);
  });

  it("widens half precision exactly, subnormal, infinite and undefined numbers included", () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x03ff, 0x7bff, 0x7c00, 0xfc00, 0x8000, 0x7e00, 0x3555);
    const [one_, minusTwo, smallest, subnormal, largest, inf, minusInf, minusZero, nan, third] = one(
      "F16",
      [10],
      bytesOf(halves),
    ).data;
    expect([one_, minusTwo, smallest, subnormal, largest]).toEqual([1, -2, 2 ** -24, 1023 * 2 ** -24, 65504]);
    expect([inf, minusInf, Object.is(minusZero, -0)]).toEqual([Infinity, -Infinity, true]);
    expect(nan).toBeNaN();
    expect(third).toBeCloseTo(1 / 3, 3);
    expect([...one("BF16", [2], bytesOf(Uint16Array.of(0x3f80, 0xc040))).data]).toEqual([1, -3]);
  });

  it("reads tensors at any offset", () => {
    const body = new Uint8Array(9);
    body[0] = 7;
    body.set(bytesOf(Float32Array.of(2.5, 3.5)), 1);
    const entries = {
      flag: { dtype: "U8", shape: [1], data_offsets: [0, 1] },
      x: { dtype: "F32", shape: [2], data_offsets: [1, 9] },
    };
    expect([...parseTensors(file(entries, body)).tensors.x.data]).toEqual([2.5, 3.5]);
  });

  it.each([
    ["too short", new ArrayBuffer(3)],
    ["header beyond the end", new BigUint64Array([10_000n]).buffer],
    ["bytes outside the file", file({ x: { dtype: "F32", shape: [4], data_offsets: [0, 16] } }, new Uint8Array(4))],
    ["shape that does not fit", file({ x: { dtype: "F32", shape: [3], data_offsets: [0, 8] } }, new Uint8Array(8))],
    ["unknown numbers", file({ x: { dtype: "F4", shape: [1], data_offsets: [0, 1] } }, new Uint8Array(1))],
  ])("refuses %s", (_, buffer) => {
    expect(() => parseTensors(buffer as ArrayBuffer)).toThrow(RangeError);
  });
});

describe("documentOf", () => {
  it("joins tensors and text arrays into the result", () => {
    const head = {
      key: "k",
      result: { kind: "token_grid", dims: { p: ["row"] }, text: { topk_text: [" a"] } },
      checks: [],
    };
    const header = {
      p: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
      __metadata__: { stratascope: JSON.stringify(head) },
    };
    const { result } = documentOf(file(header, bytesOf(Float32Array.of(0.5))));
    expect(result.kind).toBe("token_grid");
    expect(result.topk_text).toEqual([" a"]);
    expect(result.p).toEqual({ data: Float32Array.of(0.5), shape: [1] });
    expect(result).not.toHaveProperty("text");
  });

  it("refuses a file without a document", () => {
    expect(() => documentOf(file({}, new Uint8Array(0)))).toThrow(RangeError);
  });
});
