import { expect, it } from "vitest";
import { sourceOf } from "./source";

it("tells folders, hub ids and listed ids apart", () => {
  expect(sourceOf(" /models/x ", "")).toEqual({ path: "/models/x" });
  expect(sourceOf("./x", "")).toEqual({ path: "./x" });
  expect(sourceOf("~/models/x", "")).toEqual({ path: "~/models/x" });
  expect(sourceOf("C:\\models\\x", "")).toEqual({ path: "C:\\models\\x" });
  expect(sourceOf("owner/name", "")).toEqual({ hub: "owner/name" });
  expect(sourceOf("owner/name", " v2 ")).toEqual({ hub: "owner/name", revision: "v2" });
  expect(sourceOf("gpt2-small", "v2")).toEqual({ id: "gpt2-small" });
});
