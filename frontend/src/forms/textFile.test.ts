import { describe, expect, test } from "vitest";
import { textsIn } from "./textFile";

const file = (name: string, content: string) => new File([content], name);

describe("texts in a file", () => {
  test.each([
    ["lines", "a.txt", "one\r\n\n  \ntwo ", ["one", "two "]],
    ["a column named prompt", "a.csv", 'label,Prompt\n1,"a, ""b""\nc"\n0,d\n', ['a, "b"\nc', "d"]],
    ["the first column", "a.csv", "one,x\ntwo,y\n", ["one", "two"]],
    ["columns apart by tabs", "a.tsv", "text\tlabel\none\t1\n", ["one"]],
    ["JSON lines", "a.jsonl", '\ufeff{"prompt": "one"}\n\n"two"\n{"text": "three"}\n', ["one", "two", "three"]],
    ["a JSON list", "a.json", '[{"prompt": "one"}, "two"]', ["one", "two"]],
    ["spaces in front", "a.txt", " one", [" one"]],
  ])("%s", async (_, name, content, texts) => {
    expect(await textsIn(file(name, content))).toEqual(texts);
  });

  test.each([
    ["a line that is no JSON", "a.jsonl", '"one"\n{"prompt": ', "Line 2 is not JSON."],
    ["an entry without a text", "a.jsonl", '"one"\n{"label": 1}', "Entry 2 has no text under “prompt” or “text”."],
    ["JSON that is no list", "a.json", '{"prompt": "one"}', "The file holds no list of texts."],
    ["nothing", "a.txt", " \n\n", "There is no text in a.txt."],
    ["too much", "a.txt", "a".repeat(6_000_000), "The file has 6 MB; at most 5 MB can be read."],
  ])("refuses %s", async (_, name, content, message) => {
    await expect(textsIn(file(name, content))).rejects.toThrow(message);
  });
});
