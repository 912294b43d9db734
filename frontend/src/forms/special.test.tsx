import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { afterEach, expect, test, vi } from "vitest";
import type { JsonValue } from "../api/types";
import { promptSetsQuery } from "../api/promptSets";
import { Control } from "./Control";
import { modelsQuery } from "../api/models";
import { fieldsOf, tokenizersField } from "./schema";

afterEach(cleanup);

const SCHEMA = {
  properties: {
    positive: { type: "array", items: { type: "string" }, default: [], widget: "lines", maxItems: 256 },
    prompt_set: { anyOf: [{ type: "string" }, { type: "null" }], default: null, widget: "prompt_set" },
  },
};
const [LINES, SET] = fieldsOf(SCHEMA);

function shown(field: typeof LINES, value: JsonValue, onChange: (value: JsonValue) => void) {
  const client = new QueryClient();
  client.setQueryData(promptSetsQuery.queryKey, [
    {
      id: "sentiment",
      title: "Mood of a story",
      description: "",
      count: 1,
      answer: "",
      control: "",
      pairs: true,
      measured: {},
    },
  ]);
  client.setQueryData(
    modelsQuery.queryKey,
    ["own", "one", "two", "three", "four", "five", "six"].map((id) => ({
      id,
      title: id === "one" ? "The first" : null,
    })) as never,
  );
  if (!field) throw new Error("no field");
  render(
    <QueryClientProvider client={client}>
      <Control id="it" field={field} value={value} onChange={onChange} />
    </QueryClientProvider>,
  );
}

test("lines are read one text each, empty ones left out, spaces kept", async () => {
  const onChange = vi.fn();
  shown(LINES, ["a b"], onChange);
  const box = await screen.findByRole("textbox");
  expect(box).toHaveProperty("value", "a b");
  fireEvent.change(box, { target: { value: "one \n\n  \r\n two" } });
  expect(onChange).toHaveBeenLastCalledWith(["one ", " two"]);
  fireEvent.blur(box);
  expect(box).toHaveProperty("value", "a b");
});

test("a prompt set is chosen by its title, or none", async () => {
  const onChange = vi.fn();
  shown(SET, null, onChange);
  const choice = await screen.findByRole("combobox");
  fireEvent.change(choice, { target: { value: "sentiment" } });
  expect(onChange).toHaveBeenLastCalledWith("sentiment");
  fireEvent.change(choice, { target: { value: "" } });
  expect(onChange).toHaveBeenLastCalledWith(null);
});

test("a set the server does not have stays chosen", async () => {
  shown(SET, "elsewhere", vi.fn());
  expect(await screen.findByRole("combobox")).toHaveProperty("value", "elsewhere");
});

test("texts come from a file, as many as fit, and what was taken is said", async () => {
  const onChange = vi.fn();
  shown({ ...LINES, maxItems: 2 }, [], onChange);
  const chooser = await screen.findByLabelText("From a file …", { selector: "input" });
  fireEvent.change(chooser, { target: { files: [new File(["one\ntwo\nthree"], "a.txt")] } });
  expect(await screen.findByText("2 of 3 texts taken from a.txt")).toBeTruthy();
  expect(onChange).toHaveBeenLastCalledWith(["one", "two"]);
  fireEvent.change(chooser, { target: { files: [new File(["{"], "a.jsonl")] } });
  expect(await screen.findByText("Line 1 is not JSON.")).toBeTruthy();
  expect(onChange).toHaveBeenCalledTimes(1);
});

test("texts of several lines are not torn apart, and can be taken away", async () => {
  const onChange = vi.fn();
  shown(LINES, ["one\ntwo", "three"], onChange);
  expect(await screen.findByRole("textbox")).toHaveProperty("readOnly", true);
  expect(screen.getByRole("status").textContent).toContain("2 texts");
  fireEvent.click(screen.getByRole("button", { name: "Clear" }));
  expect(onChange).toHaveBeenLastCalledWith([]);
});

const OTHERS = tokenizersField({ resources: { model: "Model", others: "Tokenizers" } }, "own")[0];
const boxes = () => screen.getAllByRole<HTMLInputElement>("checkbox");

test("only a method that reads further tokenizers is asked which", () => {
  expect(tokenizersField({ resources: { model: "Model", other: "Model" } }, "own")).toEqual([]);
});

test("further models are ticked by their names, the panel's own is not offered", async () => {
  const onChange = vi.fn();
  shown(OTHERS, ["two"], onChange);
  expect(await screen.findByRole("group", { name: "further tokenizers" })).toBeTruthy();
  expect(screen.queryByRole("checkbox", { name: "own" })).toBeNull();
  expect(boxes()).toHaveLength(6);
  fireEvent.click(screen.getByRole("checkbox", { name: "The first" }));
  expect(onChange).toHaveBeenLastCalledWith(["two", "one"]);
  fireEvent.click(screen.getByRole("checkbox", { name: "two" }));
  expect(onChange).toHaveBeenLastCalledWith(null);
  expect(screen.getByRole("status").textContent).toBe("1 of 5 chosen.");
});

test("no more models can be ticked than a request may name, and one that is gone can be taken out", async () => {
  const onChange = vi.fn();
  shown(OTHERS, ["one", "two", "three", "four", "gone"], onChange);
  expect(await screen.findByRole("checkbox", { name: "five" })).toHaveProperty("disabled", true);
  expect(boxes().filter(({ disabled }) => disabled)).toHaveLength(2);
  fireEvent.click(screen.getByRole("checkbox", { name: "gone" }));
  expect(onChange).toHaveBeenLastCalledWith(["one", "two", "three", "four"]);
});
