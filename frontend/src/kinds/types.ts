/** What every kind of result shares: the document as REST sends it, the selection it reads and writes, its props. */

export type Scale = "prob" | "attn" | "unc" | "feat" | "mag" | "eff" | "dif";
export type Verdict = "ok" | "warn" | "fail" | "info";

export interface Token {
  id: number;
  text: string;
  /** Exact bytes, hexadecimal. */
  bytes: string;
  offset?: [number, number] | null;
  special?: boolean;
}

export interface Quantity {
  name: string;
  label: string;
  scale: Scale;
  unit?: string;
  limits?: [number, number] | null;
}

export interface Check {
  name: string;
  label: string;
  value: number | null;
  ok?: number | null;
  warn?: number | null;
  higher_is_better?: boolean;
  control?: number | null;
  explanation?: string;
  verdict: Verdict;
}

type Numbers =
  Float32Array | Float64Array | Int32Array | Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array;

/** A labelled array of numbers. NaN stands for "undefined". */
export interface NdArray {
  data: Numbers;
  shape: number[];
  dims: string[];
}

/** An array that arrived as tensors: flat values with their shape. */
export interface FlatArray {
  data: Numbers;
  shape: number[];
}

export type Nested = number | string | boolean | null | Nested[];

export interface ResultBody {
  kind: string;
  quantities: Quantity[];
  /** Drawn as small bars under the figure: arrays over one dimension, or of several such series. */
  beside?: Quantity[];
  dims: Record<string, string[]>;
  coords: Record<string, string[]>;
  tokens: Token[];
  vocabulary: Token[];
  shown: Record<string, number>;
  total: Record<string, number>;
  facts: Record<string, unknown>;
  summary: string;
  nonfinite?: Record<string, number>;
  undefined?: Record<string, string>;
  /** The arrays, by the names in `dims`: nested lists, or flat values with a shape. */
  [array: string]: unknown;
}

export interface ResultDocument {
  schema_version: number;
  key: string;
  method: string;
  method_version: number;
  model: { id: string; fingerprint?: string | null };
  request: Record<string, unknown>;
  result: ResultBody;
  checks: Check[];
  warnings: string[];
  provenance: Record<string, unknown>;
}

/** A place in the model. A field that is null or missing says nothing about that dimension. */
export interface Cell {
  position?: number | null;
  row?: number | null;
  layer?: number | null;
  head?: number | null;
  query?: number | null;
  key?: number | null;
  feature?: number | null;
}

export interface SelectionStore {
  /** `also` are further pins beside the first, in the order they were set: B, C, D. */
  get(): { pin: Cell | null; also: readonly Cell[]; hover: Cell | null; range: [number, number] | null };
  subscribe(listener: () => void): () => void;
  setHover(cell: Cell | null): void;
  setPin(cell: Cell | null): void;
  /** Sets a further pin, or takes it away where there is one; at most three beside the first. */
  togglePin(cell: Cell): void;
  setRange(range: [number, number] | null): void;
}

/** How attention and contribution views treat the first token, which often holds most of the weight. */
export type FirstToken = "shown" | "hidden" | "renormalised";

/** Another analysis that a part of a figure leads to. */
export interface Opening {
  method: string;
  params?: Record<string, string | number | boolean | null | (string | number)[]>;
  pin?: Cell;
}

export type Theme = "light" | "dark";

export interface KindProps {
  document: ResultDocument;
  selection: SelectionStore;
  theme: Theme;
  /** The quantity drawn; the first of the result when not given. */
  quantity?: string;
  onQuantity?: (name: string) => void;
  /** Thumbnails and narrow screens: figure only, no switches. */
  compact?: boolean;
  /** "shown" when not given. */
  firstToken?: FirstToken;
  /** Limits of scales, by the name of the quantity, that other figures share: what is compared is drawn on one scale. */
  limits?: Record<string, [number, number]>;
  /** Opens another analysis; missing where nothing can be opened, as in a saved analysis. */
  onOpen?: (opening: Opening) => void;
}

/** The table twin of a figure: what "View as table" shows. Rows are made on demand, so that big grids stay cheap. */
export interface TableColumn {
  name: string;
  label: string;
  numeric: boolean;
}

export interface TableTwin {
  columns: TableColumn[];
  rows: readonly (readonly (string | number | null)[])[];
}

/** What a kind's module exports beside its component. */
export interface KindModule {
  default: React.ComponentType<KindProps>;
  describe?: (document: ResultDocument) => string;
  toTable?: (document: ResultDocument) => TableTwin;
  /** What the pinned part of this figure says, in a sentence; null where nothing pinned is part of it. */
  read?: (document: ResultDocument, pin: Cell, quantity?: string) => string | null;
}
