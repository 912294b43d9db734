import { describe, expect, it } from "vitest";
import { bibtex, citationText, type Cited } from "./citation";

const cited: Cited = {
  title: "Who gets 50% of {it}\n_here_ & \\there",
  created: new Date("2026-11-20T12:00:00Z"),
  address: "https://host/a/k3f9-2mxqABCDEFG",
  note: "model gpt2_small",
};

describe("a citation", () => {
  it("is a sentence with the date and the address", () => {
    expect(citationText({ ...cited, title: "T", note: "" })).toBe(
      "T. Stratascope analysis, 20 November 2026. https://host/a/k3f9-2mxqABCDEFG",
    );
    expect(citationText({ ...cited, title: "T" })).toContain("(model gpt2_small)");
  });

  it("is an entry that TeX reads: its own characters are written out, in the address they are not", () => {
    const entry = bibtex(cited);
    expect(entry).toContain("@misc{stratascope2026k3f92mxq,");
    expect(entry).toContain("{Who gets 50\\% of \\{it\\} \\_here\\_ \\& \\textbackslash{}there}");
    expect(entry).toContain("\\url{https://host/a/k3f9-2mxqABCDEFG}");
    expect(entry).toContain("{model gpt2\\_small}");
    expect(entry).toMatch(/month\s+= nov,\n\}$/);
  });
});
