import { act, render } from "@testing-library/react";
import { Suspense } from "react";
import { describe, expect, test, vi } from "vitest";
import { selectionStore } from "../fixtures";
import { isDrawn, kindFor, loadKind } from "../index";
import { find, texts } from "../result";
import { SAMPLES } from ".";

vi.mock("plotly.js-cartesian-dist-min", () => ({ default: { react: vi.fn(), purge: vi.fn() } }));

test("there is one sample of every kind that is drawn", () => {
  expect(new Set(SAMPLES.map(({ kind }) => kind)).size).toBe(SAMPLES.length);
  for (const { kind, name } of SAMPLES) {
    expect(isDrawn(kind)).toBe(true);
    expect(name.replace(/(?!^)([A-Z])/g, "_$1").toLowerCase()).toBe(kind);
  }
});

describe.each(SAMPLES)("$name", ({ kind, document }) => {
  test("every array has the dimensions it says, of one size each", () => {
    const sizes = new Map<string, number>();
    for (const [name, dims] of Object.entries(document.result.dims)) {
      const { shape } = find(document, name) ?? texts(document, name) ?? { shape: [] };
      expect(shape, name).toHaveLength(dims.length);
      dims.forEach((dim, axis) => {
        expect(sizes.get(dim) ?? shape[axis], `${name}: ${dim}`).toBe(shape[axis]);
        sizes.set(dim, shape[axis]);
      });
    }
    for (const [dim, labels] of Object.entries(document.result.coords))
      expect(labels, dim).toHaveLength(sizes.get(dim) ?? -1);
  });

  test("is drawn, told in a sentence, and listed as a table", async () => {
    const module = await loadKind(kind);
    expect(module.describe?.(document)).toMatch(/\.$/);
    expect(module.toTable?.(document).rows.length).toBeGreaterThan(0);
    const Kind = kindFor(kind);
    await act(async () => {
      render(
        <Suspense>
          <Kind document={document} selection={selectionStore({ layer: 5, row: 5, position: 14 })} theme="light" />
        </Suspense>,
      );
    });
    expect(window.document.querySelector(".kind")).not.toBeNull();
    const bold = [...window.document.querySelectorAll("b")].map((element) => element.textContent);
    expect(bold).not.toContain("bold");
    expect(bold).not.toContain("markup");
    expect(window.document.body.textContent).not.toContain("nothing to draw");
  });
});
