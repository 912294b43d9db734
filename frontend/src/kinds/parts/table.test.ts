import { expect, test } from "vitest";
import { documentOf } from "../fixtures";
import { anyTable } from "./table";

test("one row per entry of the array drawn, undefined numbers empty", () => {
  const document = documentOf("table", {
    dims: { share: ["entry"], count: ["entry"] },
    share: [0.5, null],
    count: [3, 4],
  });
  expect(anyTable(document)).toMatchObject({
    columns: [{ name: "entry" }, { name: "share" }, { name: "count" }],
    rows: [
      [0, 0.5, 3],
      [1, null, 4],
    ],
  });
});

test("text as it is, and as tokens are written where it cannot be seen", () => {
  const document = documentOf("table", {
    dims: { text: ["entry"] },
    text: ["two words", " Mary", "a\nb", "\u202eevil", "", "<b>x</b>"],
  });
  expect(anyTable(document).rows.map(([, text]) => text)).toEqual([
    "two words",
    "·Mary",
    "a↵b",
    "U+202Eevil",
    "",
    "<b>x</b>",
  ]);
});

test("a result of texts alone, and one of nothing", () => {
  expect(anyTable(documentOf("table", { dims: { name: ["entry"] }, name: ["a"] })).rows).toEqual([[0, "a"]]);
  expect(anyTable(documentOf("table", {}))).toEqual({ columns: [], rows: [] });
});
