/**
 * Six figures of one large result that share a selection, or Strata with a layer open and a head pinned, and functions by which a benchmark drives them. They answer the
 * milliseconds of each event: its own handlers, and the frame that shows what it did. Waiting for that frame is left out.
 */
import "../styles/index.css";

import { Suspense } from "react";
import { createRoot } from "react-dom/client";
import { kindFor, type ResultDocument } from "../kinds";
import { createSelection } from "../state/selection";
import * as fixture from "./fixture";
import { StrataFigure } from "./StrataFigure";

const SIZE: fixture.Size = { tokens: 512, layers: 48, heads: 16 };
const selection = createSelection();
selection.setPin({ row: 40, layer: 40, position: 300 });

const documents: ResultDocument[] = [
  fixture.tokenGrid(SIZE),
  fixture.patchGrid(SIZE),
  fixture.headGrid(SIZE),
  fixture.headMatrices(SIZE),
  fixture.tokenScores(SIZE),
  fixture.layerCurve(SIZE),
];

const figures = documents.map((document) => ({ document, Kind: kindFor(document.result.kind) }));

const frame = () => new Promise<number>((resolve) => requestAnimationFrame(() => resolve(performance.now())));
/** After the frame that is being made has been handed on. */
const handedOn = () =>
  new Promise<number>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now());
    port2.postMessage(null);
  });

/** What an action costs: its own handlers, and the frame that shows what it did. */
async function cost(act: () => void): Promise<number> {
  await frame();
  await handedOn();
  const framed = frame();
  const before = performance.now();
  act();
  const handled = performance.now() - before;
  const began = await framed;
  return handled + (await handedOn()) - began;
}

const stageOf = (panel: string) => document.querySelector(`#${panel} .chart-stage`) as HTMLElement;

const pointAt = (stage: HTMLElement, share: number) => {
  const { left, top, width, height } = stage.getBoundingClientRect();
  return { clientX: left + 60 + share * (width - 70), clientY: top + 10 + share * (height - 60), bubbles: true };
};

async function repeat(count: number, act: (i: number) => void): Promise<number[]> {
  const costs: number[] = [];
  for (let i = 0; i < count; i += 1) costs.push(await cost(() => act(i)));
  return costs;
}

const bench = {
  /** What the waiting for frames itself costs. */
  nothing: (count: number) => repeat(count, () => {}),
  /** Hover from cell to cell of a grid. */
  hover(panel: string, count: number) {
    const stage = stageOf(panel);
    return repeat(count, (i) => {
      const point = pointAt(stage, ((i * 37) % 100) / 100);
      stage.dispatchEvent(new PointerEvent("pointermove", { ...point, pointerType: "mouse" }));
    });
  },
  /** Scroll a grid, back and forth. */
  pan(panel: string, count: number) {
    const scroller = stageOf(panel).closest(".chart-scroll") as HTMLElement;
    return repeat(count, (i) => {
      const by = i % 20 < 10 ? 1 : -1;
      scroller.scrollBy(37 * by, 11 * by);
    });
  },
  /** Zoom in and out at a point. */
  zoom(panel: string, count: number) {
    const stage = stageOf(panel);
    return repeat(count, (i) => {
      const event = { ...pointAt(stage, 0.4), deltaY: i % 20 < 10 ? 12 : -12, ctrlKey: true, cancelable: true };
      stage.dispatchEvent(new WheelEvent("wheel", event));
    });
  },
  /** Show Strata in place of the six figures. */
  strata() {
    root.render(<StrataFigure size={SIZE} selection={selection} />);
  },
  /** All cells of a grid into its frame. */
  fit(panel: string) {
    document
      .querySelector(`#${panel} .grid-cell`)
      ?.dispatchEvent(new KeyboardEvent("keydown", { key: "0", bubbles: true }));
  },
  /** Draw all cells of a grid anew, text included. */
  redraw(count: number) {
    const themes = ["dark", "light"];
    return repeat(count, (i) => {
      document.documentElement.dataset.theme = themes[i % 2];
    });
  },
};

declare global {
  interface Window {
    bench: typeof bench;
  }
}
window.bench = bench;

const root = createRoot(document.getElementById("root") as HTMLElement);
root.render(
  <main style={{ display: "grid", gridTemplateColumns: "repeat(2, minmax(0, 1fr))", gap: 12, padding: 16 }}>
    {figures.map(({ document, Kind }) => (
      <section key={document.key} id={document.key} style={{ minWidth: 0, padding: 14, background: "var(--surface)" }}>
        <Suspense>
          <Kind document={document} selection={selection} theme="light" onQuantity={() => {}} />
        </Suspense>
      </section>
    ))}
  </main>,
);
