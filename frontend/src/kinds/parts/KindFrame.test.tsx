import { act, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { selectionStore, tokenGrid } from "../fixtures";
import { FigureNotes, type FigureSlots } from "../notes";
import type { KindProps, Quantity } from "../types";
import { KindFrame, limitText } from "./KindFrame";

const quantity: Quantity = { name: "entropy", label: "entropy", scale: "unc", unit: "nats" };
const props: KindProps = { document: tokenGrid, selection: selectionStore(), theme: "light", onQuantity: () => {} };

function draw(slots: FigureSlots | null) {
  act(() => {
    render(
      <FigureNotes value={slots}>
        <KindFrame props={props} quantity={quantity} limits={[0, 8]} notes={["one", null, false, <i key="2">two</i>]}>
          <p>figure</p>
        </KindFrame>
      </FigureNotes>,
    );
  });
}

const place = () => document.body.appendChild(document.createElement("span"));

test("alone, a figure has its controls above and its notes below", () => {
  draw(null);
  expect(document.querySelector(".kind-head")).toContainElement(screen.getByRole("radiogroup"));
  expect(document.querySelector(".kind-head")).toContainElement(
    screen.getByRole("img", { name: "entropy colour scale from 0 to 8 nats" }),
  );
  expect(document.querySelector(".kind-foot")).toHaveTextContent("one · two");
});

test("a panel's places take both", () => {
  const slots = { head: place(), foot: place() };
  draw(slots);
  expect(slots.head).toContainElement(screen.getByRole("radiogroup"));
  expect(slots.foot).toHaveTextContent("one · two");
  expect(document.querySelector(".kind-head, .kind-foot")).toBeNull();
});

test("a place that is not there yet leaves nothing drawn twice", () => {
  draw({ foot: null });
  expect(document.querySelector(".kind-head")).toContainElement(screen.getByRole("radiogroup"));
  expect(screen.queryByText(/one/)).toBeNull();
});

test("limits are printed in full, signed where they have two sides", () => {
  const text = (scale: Quantity["scale"], limit: number) => limitText({ scale }, limit);
  expect([-1.5, 0.05, 8, 0].map((limit) => text("eff", limit))).toEqual(["−1.5", "+0.05", "+8", "0"]);
  expect([0.25, 1, 38.6, 12000].map((limit) => text("mag", limit))).toEqual(["0.25", "1", "38.6", "12,000"]);
  expect(text("mag", 2e-5)).toBe("2.0e−5");
});
