import { expect, it } from "vitest";
import { listed, loading, memoryOf, ready } from "./fixtures";
import { byLastUse } from "./order";

it("puts what was used last first, and what failed last", () => {
  const models = [
    listed("broken", { state: "failed" }),
    ready("older"),
    listed("asleep"),
    ready("newer"),
    listed("later", { state: "loading", position: 2 }),
    listed("next", { state: "loading", position: 1 }),
    loading("now", 1, 10),
  ];
  const sorted = byLastUse(models, memoryOf({ older: 1, newer: 1 }));
  expect(sorted.map(({ id }) => id)).toEqual(["now", "next", "later", "newer", "older", "asleep", "broken"]);
});
