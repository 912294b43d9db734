/** A result as one safetensors file: named tensors, and the document as JSON in the metadata. */
import type { FlatArray, Nested, ResultBody, ResultDocument } from "../kinds/types";

type Numbers = FlatArray["data"];

interface TensorEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const METADATA = "stratascope";
const HEADER_BYTES = 8;

/** The tensors and the metadata of a safetensors file. Throws `RangeError` for bytes that are not one. */
export function parseTensors(buffer: ArrayBuffer): {
  tensors: Record<string, FlatArray>;
  metadata: Record<string, string>;
} {
  if (buffer.byteLength < HEADER_BYTES) throw new RangeError("not a safetensors file");
  const size = Number(new DataView(buffer).getBigUint64(0, true));
  const start = HEADER_BYTES + size;
  if (start > buffer.byteLength) throw new RangeError("the header is longer than the file");
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, HEADER_BYTES, size))) as Record<
    string,
    unknown
  >;
  const { __metadata__: metadata, ...entries } = header;
  const tensors = Object.fromEntries(
    Object.entries(entries as Record<string, TensorEntry>).map(([name, entry]) => [
      name,
      tensor(buffer, start, name, entry),
    ]),
  );
  return { tensors, metadata: (metadata ?? {}) as Record<string, string> };
}

function tensor(
  buffer: ArrayBuffer,
  start: number,
  name: string,
  { dtype, shape, data_offsets: [from, to] }: TensorEntry,
): FlatArray {
  const read = READERS[dtype];
  if (!read) throw new RangeError(`${name}: numbers of type ${dtype} are not known`);
  if (from < 0 || to < from || start + to > buffer.byteLength) throw new RangeError(`${name}: lies outside the file`);
  const data = read(buffer.slice(start + from, start + to));
  if (data.length !== shape.reduce((product, side) => product * side, 1))
    throw new RangeError(`${name}: shape and bytes differ`);
  return { data, shape };
}

const READERS: Record<string, (bytes: ArrayBuffer) => Numbers> = {
  F64: (bytes) => new Float64Array(bytes),
  F32: (bytes) => new Float32Array(bytes),
  F16: (bytes) => widen(new Uint16Array(bytes), halfBits),
  BF16: (bytes) => widen(new Uint16Array(bytes), (bits) => bits << 16),
  I64: (bytes) => Float64Array.from(new BigInt64Array(bytes), Number),
  U64: (bytes) => Float64Array.from(new BigUint64Array(bytes), Number),
  I32: (bytes) => new Int32Array(bytes),
  U32: (bytes) => new Uint32Array(bytes),
  I16: (bytes) => new Int16Array(bytes),
  U16: (bytes) => new Uint16Array(bytes),
  I8: (bytes) => new Int8Array(bytes),
  U8: (bytes) => new Uint8Array(bytes),
  BOOL: (bytes) => new Uint8Array(bytes),
};

/** Two-byte floats as single precision, exactly: the bits are rearranged, no number is computed. */
function widen(halves: Uint16Array, toSingleBits: (bits: number) => number): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i += 1) bits[i] = toSingleBits(halves[i]);
  return new Float32Array(bits.buffer);
}

/** The single-precision bits of a half-precision number. */
function halfBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  let exponent = (half >> 10) & 0x1f;
  let fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent === 0) {
    if (fraction === 0) return sign;
    exponent = 1;
    while ((fraction & 0x400) === 0) {
      fraction <<= 1;
      exponent -= 1;
    }
    fraction &= 0x3ff;
  }
  return sign | ((exponent + 112) << 23) | (fraction << 13);
}

/** The document of a safetensors answer: tensors as flat arrays beside the text arrays. */
export function documentOf(buffer: ArrayBuffer): ResultDocument {
  const { tensors, metadata } = parseTensors(buffer);
  const head = JSON.parse(metadata[METADATA] ?? "null") as
    (ResultDocument & { result: { text?: Record<string, Nested> } }) | null;
  if (!head?.result) throw new RangeError("not a Stratascope document");
  const { text = {}, ...body } = head.result;
  return { ...head, result: { ...(body as ResultBody), ...text, ...tensors } };
}
