import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  COLOURS,
  contrast,
  distance,
  inkOn,
  luminance,
  ramps,
  RAMPS,
  simulate,
  STEPS,
  THEMES,
  type Vision,
} from "./palette";
import { TOKENS_FILE, tokensCss } from "./tokens";

test("the committed tokens are those of the palette", () => {
  expect(readFileSync(TOKENS_FILE, "utf8")).toBe(tokensCss());
});

test("both themes name the same colours", () => {
  expect(Object.keys(COLOURS.dark)).toEqual(Object.keys(COLOURS.light));
});

describe.each(THEMES)("%s", (theme) => {
  const c = COLOURS[theme];
  const ramp = ramps(theme);

  test.each(["bg", "surface", "sunken", "hover", "accent-soft"])("text on %s reaches 4.5 : 1", (background) => {
    for (const ink of ["ink", "ink-2", "ink-3"]) expect(contrast(c[ink], c[background])).toBeGreaterThanOrEqual(4.5);
  });

  test.each(["accent", "ok", "warn", "bad", "target", "distract", "a", "b"])(
    "%s reads on surface and on its soft",
    (name) => {
      expect(contrast(c[name], c.surface)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(c[name], c[`${name}-soft`])).toBeGreaterThanOrEqual(4.5);
    },
  );

  test("buttons, control borders and the focus ring can be seen", () => {
    expect(contrast(c["on-accent"], c.accent)).toBeGreaterThanOrEqual(4.5);
    for (const background of ["surface", "sunken"]) {
      expect(contrast(c["line-control"], c[background])).toBeGreaterThanOrEqual(3);
    }
    for (const background of ["bg", "surface", "sunken", "hover"]) {
      expect(contrast(c.accent, c[background])).toBeGreaterThanOrEqual(3);
    }
  });

  test.each(RAMPS)("labels on every step of %s reach 4.5 : 1", (name) => {
    for (const step of ramp[name]) expect(contrast(step, inkOn(step, theme))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(RAMPS)("the lightness of %s is strictly ordered", (name) => {
    const steps = ramp[name];
    const arms = steps.length === STEPS ? [steps] : [steps.slice(0, STEPS).reverse(), steps.slice(STEPS - 1)];
    for (const arm of arms) {
      expect(arm).toHaveLength(STEPS);
      const light = arm.map(luminance);
      const direction = Math.sign(light[STEPS - 1] - light[0]);
      for (let i = 1; i < STEPS; i++) expect((light[i] - light[i - 1]) * direction).toBeGreaterThan(0);
    }
  });

  test.each(["protan", "deutan", "tritan"] as Vision[])("diverging ends stay apart for %s vision", (vision) => {
    for (const name of ["eff", "dif"]) {
      const steps = ramp[name];
      expect(distance(simulate(steps[0], vision), simulate(steps[steps.length - 1], vision))).toBeGreaterThanOrEqual(
        0.11,
      );
    }
  });
});
