/** What jsdom lacks: canvases that record what is drawn, observers that stay quiet, dialogs that open; and all messages. */
import { ReadableStream, TextDecoderStream } from "node:stream/web";
import "@testing-library/jest-dom/vitest";
import { cleanup } from "@testing-library/react";
import { afterEach, vi } from "vitest";
import "../src/kinds/messages";
import "../src/pages/card/messages";
import "../src/pages/docs/messages";
import "../src/pages/entities/messages";
import "../src/pages/frame/helpMessages";
import "../src/pages/gallery/messages";
import "../src/pages/models/messages";
import "../src/pages/saved/messages";
import "../src/pages/strata/messages";
import "../src/pages/workbench/PromptSetsMessages";
import "../src/pages/workbench/tourMessages";

// jsdom lacks what browsers have; the streams of node are the same.
Object.assign(globalThis, { ReadableStream, TextDecoderStream });

afterEach(() => {
  cleanup();
});

/** A 2d context whose drawing calls are kept in `calls`, with text as wide as six pixels a character. */
function recordingContext(canvas: HTMLCanvasElement) {
  const calls: unknown[][] = [];
  const state: Record<string | symbol, unknown> = { canvas, calls };
  return new Proxy(state, {
    get(target, name) {
      if (name in target) return target[name];
      if (name === "measureText") return (text: string) => ({ width: 6 * text.length });
      if (name === "createImageData") {
        return (width: number, height: number) => ({ width, height, data: new Uint8ClampedArray(4 * width * height) });
      }
      return (...args: unknown[]) => void calls.push([name, ...args]);
    },
    set(target, name, value) {
      target[name] = value;
      return true;
    },
  });
}

const contexts = new WeakMap<HTMLCanvasElement, unknown>();

Object.defineProperty(HTMLCanvasElement.prototype, "getContext", {
  configurable: true,
  value(this: HTMLCanvasElement) {
    if (!contexts.has(this)) contexts.set(this, recordingContext(this));
    return contexts.get(this);
  },
});

class QuietObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}

vi.stubGlobal("ResizeObserver", QuietObserver);
vi.stubGlobal("IntersectionObserver", QuietObserver);
window.matchMedia ??= ((query: string) => ({
  matches: false,
  media: query,
  addEventListener() {},
  removeEventListener() {},
})) as unknown as typeof window.matchMedia;
Element.prototype.scrollIntoView ??= function () {};
Element.prototype.hasPointerCapture ??= () => false;
Element.prototype.setPointerCapture ??= () => {};
Element.prototype.releasePointerCapture ??= () => {};
HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
  this.open = true;
};
HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
  if (!this.open) return;
  this.open = false;
  this.dispatchEvent(new Event("close"));
};
