import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PENDING, stepOf, UNDEFINED } from "./colour";
import { grid, type GridChart, type GridOptions, type GridView } from "./grid";
import { tileSteps, type HeadPatterns } from "./matrix";
import { ABSENT, type GridData } from "./paint";

interface Recorded {
  calls: unknown[][];
}

const recorded = (canvas: Element) => (canvas as HTMLCanvasElement).getContext("2d") as unknown as Recorded;
const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

let host: HTMLElement;
let chart: GridChart | null = null;

beforeEach(() => {
  document.body.replaceChildren();
  host = document.createElement("div");
  Object.defineProperty(host, "clientWidth", { value: 500 });
  document.body.append(host);
});
afterEach(() => {
  chart?.destroy();
  chart = null;
  vi.useRealTimers();
});

function data(rows: number, columns: number): GridData {
  return {
    rows,
    columns,
    scale: "prob",
    steps: Int8Array.from({ length: rows * columns }, (_, i) => stepOf("prob", (i % 10) / 10, 0, 1)),
    label: (row, column) => ({ text: `·${row}.${column}`, lead: 1 }),
    rowLabels: Array.from({ length: rows }, (_, i) => String(i)),
    columnIndices: Array.from({ length: columns }, (_, i) => String(i)),
  };
}

const sizes = (least: number, most: number, height: number) => ({
  width: { least, most },
  height: { least: height, most: height },
});
const options: GridOptions = { sizes: sizes(28, 60, 20), gap: 2 };
const [base, over] = [() => host.querySelector(".base") as Element, () => host.querySelector(".over") as Element];
const stage = () => host.querySelector(".chart-stage") as HTMLElement;
const scroller = () => host.querySelector(".chart-scroll") as HTMLElement;
const drawn = (canvas: Element, name: string) => recorded(canvas).calls.filter(([call]) => call === name).length;
const texts = (canvas: Element) =>
  recorded(canvas)
    .calls.filter(([call]) => call === "fillText")
    .map(([, text]) => text);
const forget = () => [base(), over()].forEach((canvas) => (recorded(canvas).calls.length = 0));
const send = (name: string, init: PointerEventInit & WheelEventInit = {}) => {
  const Kind = name === "wheel" ? WheelEvent : MouseEvent;
  const event = new Kind(name, { bubbles: true, cancelable: true, ...init });
  Object.defineProperty(event, "pointerType", { value: init.pointerType ?? "mouse" });
  stage().dispatchEvent(event);
  return event;
};

test("hovering draws on the upper canvas only, at once", () => {
  chart = grid(host, data(3, 5), options);
  expect(drawn(base(), "fillText")).toBeGreaterThan(15);
  forget();
  chart?.highlight({ hover: { row: 1, column: 2 } });
  chart?.highlight({
    hover: { row: 1, column: 3 },
    pins: [{ row: 0, column: 0 }],
    range: [1, 2],
    focus: { row: 2, column: 2 },
  });
  expect(recorded(base()).calls).toHaveLength(0);
  expect(drawn(over(), "clearRect")).toBe(2);
  expect(drawn(over(), "stroke")).toBeGreaterThan(4);
});

test("several pins have letters, a single one has none", () => {
  chart = grid(host, data(3, 5), options);
  forget();
  chart?.highlight({ pins: [{ row: 0, column: 0 }] });
  expect(texts(over())).not.toContain("A");
  chart?.highlight({
    pins: [
      { row: 0, column: 0, letter: "A" },
      { row: 1, column: 2, letter: "B" },
    ],
  });
  expect(texts(over())).toEqual(expect.arrayContaining(["A", "B"]));
});

test("only visible columns are drawn, and many small cells as an image", () => {
  chart = grid(host, data(3, 400), options);
  expect(drawn(base(), "fillText")).toBeLessThan(150);
  chart?.destroy();
  grid(host, data(49, 512), { ...options, sizes: sizes(0.5, 60, 9) });
  expect(drawn(base(), "drawImage")).toBe(1);
  expect(drawn(base(), "fillRect")).toBe(0);
});

test("in narrow cells only the pinned row and column have text", () => {
  chart = grid(host, data(3, 5), { ...options, sizes: sizes(20, 20, 20) });
  expect(texts(base())).not.toContain("1.2");
  chart?.highlight({ pins: [{ row: 1, column: 2 }] });
  // Three characters fit: what tells cells of a row apart is seen, and the cells of other rows stay without text.
  expect(texts(over()).filter((text) => String(text).includes("…"))).toHaveLength(5 + 3);
});

test("what is not computed yet is drawn without text, what is undefined with a dash", () => {
  const given = data(1, 3);
  grid(host, { ...given, steps: Int8Array.from([PENDING, UNDEFINED, ABSENT]), label: () => null }, options);
  expect(texts(base())).toEqual(["–", "0", "0", "1", "2"]);
});

test("two lines in a cell where there is a second", () => {
  grid(host, { ...data(1, 2), below: (_, column) => (column === 1 ? { text: "b", lead: 0 } : null) }, options);
  const middles = recorded(base())
    .calls.filter(([call, text]) => call === "fillText" && ["b", "0.0", "0.1"].includes(String(text)))
    .map(([, text, , y]) => [text, y]);
  const [[, single], [, upper], [, lower]] = middles as [string, number][];
  expect(upper).toBeLessThan(single);
  expect(lower).toBeGreaterThan(single);
});

describe("pointer", () => {
  test("hovers once per cell, pins with the keys that were held", () => {
    const onHover = vi.fn();
    const onPin = vi.fn();
    chart = grid(host, data(3, 5), { ...options, onHover, onPin });
    send("pointermove", { clientX: 40, clientY: 8 });
    send("pointermove", { clientX: 41, clientY: 8 });
    expect(onHover.mock.calls).toEqual([[{ row: 2, column: 0 }]]);
    send("click", { clientX: 40, clientY: 8, shiftKey: true });
    expect(onPin).toHaveBeenLastCalledWith({ row: 2, column: 0 }, expect.objectContaining({ shiftKey: true }));
    send("click", { clientX: 40, clientY: 8, ctrlKey: true });
    expect(onPin).toHaveBeenLastCalledWith({ row: 2, column: 0 }, expect.objectContaining({ ctrlKey: true }));
  });

  test("drags cells that do not fit, and does not pin at the end of it", () => {
    const onPin = vi.fn();
    chart = grid(host, data(3, 100), { ...options, onPin });
    send("pointerdown", { clientX: 300, clientY: 10, button: 0 });
    send("pointermove", { clientX: 298, clientY: 10, buttons: 1 });
    expect(scroller().scrollLeft).toBe(0);
    send("pointermove", { clientX: 200, clientY: 10, buttons: 1 });
    expect(scroller().scrollLeft).toBe(100);
    send("pointerup", { clientX: 200, clientY: 10 });
    send("click", { clientX: 200, clientY: 10 });
    expect(onPin).not.toHaveBeenCalled();
    send("pointerdown", { clientX: 200, clientY: 10, button: 0 });
    send("click", { clientX: 200, clientY: 10 });
    expect(onPin).toHaveBeenCalledOnce();
  });

  test("does not drag what fits", () => {
    chart = grid(host, data(3, 5), options);
    send("pointerdown", { clientX: 100, clientY: 10, button: 0 });
    send("pointermove", { clientX: 50, clientY: 10, buttons: 1 });
    expect(scroller().scrollLeft).toBe(0);
  });

  test("a cell that is grabbed is carried from cell to cell, above the others, and pins nothing", () => {
    const on = { move: vi.fn(), drop: vi.fn(), cancel: vi.fn(), pin: vi.fn() };
    const onDrag = vi.fn((from) => (from.row === 1 && from.column === 2 ? on : null));
    chart = grid(host, data(3, 5), { ...options, onDrag, onPin: on.pin });
    stage().setPointerCapture = vi.fn();
    const at = { row: 1, column: 2 };
    const { x, y, width, height } = chart.place(at) as DOMRect;
    const middle = { clientX: x + width / 2, clientY: y + height / 2 };
    forget();
    send("pointerdown", { ...middle, buttons: 1, button: 0 });
    send("pointermove", { clientX: middle.clientX + width, clientY: middle.clientY, buttons: 1 });
    expect(on.move).toHaveBeenLastCalledWith({ row: 1, column: 3 }, expect.anything());
    expect(stage().classList).toContain("carrying");
    expect([drawn(base(), "clearRect"), drawn(over(), "clearRect")]).toEqual([0, 1]);
    send("pointerup", middle);
    send("click", middle);
    expect([on.drop.mock.calls.length, on.cancel.mock.calls.length, on.pin.mock.calls.length]).toEqual([1, 0, 0]);
    // A press without movement drops nothing, and pins.
    send("pointerdown", { ...middle, buttons: 1, button: 0 });
    send("pointerup", middle);
    send("click", middle);
    expect([on.drop.mock.calls.length, on.pin.mock.calls.length]).toEqual([1, 1]);
    send("pointerdown", { ...middle, buttons: 1, button: 0 });
    send("pointermove", { clientX: middle.clientX + width, clientY: middle.clientY, buttons: 1 });
    send("pointercancel", middle);
    expect([on.drop.mock.calls.length, on.cancel.mock.calls.length]).toEqual([1, 1]);
  });

  test("a finger held still previews and does not pin", () => {
    vi.useFakeTimers();
    const onHover = vi.fn();
    const onPin = vi.fn();
    chart = grid(host, data(3, 5), { ...options, onHover, onPin });
    send("pointerdown", { clientX: 40, clientY: 8, pointerType: "touch" });
    vi.advanceTimersByTime(600);
    expect(onHover).toHaveBeenCalledWith({ row: 2, column: 0 });
    send("click", { clientX: 40, clientY: 8, pointerType: "touch" });
    expect(onPin).not.toHaveBeenCalled();
  });
});

describe("zoom", () => {
  let views: GridView[];
  const zoomable = () => ({ ...options, zooms: true, map: true, onView: (view: GridView) => void views.push(view) });
  const last = () => views[views.length - 1];
  const spot = { clientX: 260, clientY: 30 };

  beforeEach(() => {
    views = [];
  });

  test("the wheel alone scrolls, with Ctrl it zooms at the pointer", async () => {
    const onHover = vi.fn();
    chart = grid(host, data(3, 100), { ...zoomable(), onHover });
    scroller().scrollLeft = 700;
    scroller().dispatchEvent(new Event("scroll"));
    await frame();
    expect(send("wheel", { ...spot, deltaY: -100 }).defaultPrevented).toBe(false);
    send("pointermove", spot);
    expect(send("wheel", { ...spot, deltaY: -100, ctrlKey: true }).defaultPrevented).toBe(true);
    await frame();
    expect(last().rowHeight).toBeGreaterThan(20);
    // Another cell would be a second call.
    send("pointermove", spot);
    expect(onHover).toHaveBeenCalledOnce();
  });

  test("two fingers zoom", async () => {
    chart = grid(host, data(3, 100), zoomable());
    const touch = (name: string, ...xs: number[]) => {
      const event = new Event(name, { cancelable: true });
      Object.assign(event, { touches: xs.map((clientX) => ({ clientX, clientY: 20 })) });
      stage().dispatchEvent(event);
      return event;
    };
    expect(touch("touchstart", 200).defaultPrevented).toBe(false);
    expect(touch("touchstart", 200, 300).defaultPrevented).toBe(true);
    touch("touchmove", 180, 320);
    await frame();
    expect(last().rowHeight).toBeCloseTo(28);
  });

  test("fits all cells, and says what can still be done", async () => {
    chart = grid(host, data(3, 100), zoomable());
    expect(last()).toMatchObject({ zoomable: true, overflows: true, canReduce: true, canEnlarge: true, still: true });
    chart?.zoom("fit");
    await frame();
    expect(last()).toMatchObject({ overflows: false, canReduce: false, columns: [0, 99] });
    chart?.zoom(100);
    await frame();
    expect(last()).toMatchObject({ canEnlarge: false, canReduce: true });
  });

  test("a grid that fits is zoomable once it is zoomed", async () => {
    chart = grid(host, data(3, 5), zoomable());
    expect(last().zoomable).toBe(false);
    chart?.zoom(1.4, { row: 0, column: 0 });
    await frame();
    expect(last()).toMatchObject({ zoomable: true, canReduce: true });
    chart?.zoom("fit");
    await frame();
    expect(last().zoomable).toBe(false);
  });

  test("a grid that may not be zoomed is not", async () => {
    chart = grid(host, data(3, 100), { ...zoomable(), zooms: false });
    chart?.zoom(2);
    await frame();
    expect(last()).toMatchObject({ zoomable: false, rowHeight: 20 });
  });

  test("while many cells move, what was drawn before moves; then they are drawn anew", async () => {
    chart = grid(host, data(49, 512), zoomable());
    forget();
    scroller().scrollLeft = 1000;
    scroller().dispatchEvent(new Event("scroll"));
    await frame();
    expect(last().still).toBe(false);
    expect(drawn(base(), "drawImage")).toBeGreaterThan(0);
    expect(drawn(base(), "roundRect")).toBe(0);
    forget();
    await vi.waitFor(() => expect(last().still).toBe(true));
    expect(drawn(base(), "drawImage")).toBe(0);
    expect(drawn(base(), "roundRect")).toBeGreaterThan(500);
  });

  test("a map shows where one is, and goes where it is pressed", async () => {
    chart = grid(host, data(3, 100), zoomable());
    const map = host.querySelector(".chart-map") as HTMLElement;
    expect(map.hidden).toBe(false);
    map.getBoundingClientRect = () => ({ left: 0, top: 0, width: 100, height: 16 }) as DOMRect;
    map.dispatchEvent(new MouseEvent("pointerdown", { clientX: 50, clientY: 8 }));
    const middle = scroller().scrollLeft + 230;
    expect(middle / (100 * 29)).toBeCloseTo(0.5, 1);
    chart?.zoom("fit");
    expect(map.hidden).toBe(true);
  });
});

test("a cell out of sight is brought into view", () => {
  chart = grid(host, data(3, 100), options);
  chart?.reveal({ row: null, column: 60 });
  expect(scroller().scrollLeft).toBeGreaterThan(1000);
  const before = scroller().scrollLeft;
  chart?.reveal({ row: 1, column: 61 });
  expect(scroller().scrollLeft).toBe(before);
});

test("the theme is followed; nothing is left behind", async () => {
  chart = grid(host, data(3, 5), options);
  forget();
  document.documentElement.dataset.theme = "dark";
  await frame();
  await frame();
  expect(drawn(base(), "clearRect")).toBe(1);
  chart?.destroy();
  expect(host.children).toHaveLength(0);
});

const patterns = (size: number): HeadPatterns => ({
  layers: 1,
  heads: 1,
  size: [size, size],
  scale: "attn",
  low: 0,
  high: 1,
  weight: (_l, _h, query, key) => (query === key ? 0.25 : 0),
  causal: true,
  root: false,
});

test("thumbnails of long prompts keep the maximum of what a pixel covers", () => {
  const tile = tileSteps({ ...patterns(144), root: true }, 0, 0);
  expect(tile).toMatchObject({ width: 72, height: 72 });
  expect(tile.steps[0]).toBe(6);
  expect(tile.steps[1]).toBe(ABSENT);
  expect(tile.steps[72]).toBe(0);
});
