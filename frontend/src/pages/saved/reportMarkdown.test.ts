import { describe, expect, it } from "vitest";
import type { SavedAnalysis } from "../../api/types";
import { NO_CLAIM, NOT_MEASURED, type Claim } from "../../state/claim";
import { reportMarkdown } from "./reportMarkdown";

const claim: Claim = {
  ...NO_CLAIM,
  sentence: "Heads copy.",
  verdict: "supported",
  prompts: 64,
  effect: { label: "Effect of ablation", value: -2.11, low: -2.38, high: -1.84 },
  control: { ...NOT_MEASURED, label: "3 random heads", value: -0.09 },
};

describe("the report as Markdown", () => {
  it("has texts as they were written, and titles that make no markup", () => {
    const analysis = {
      ...{ title: "A *b*", notes: "# Head\n\ntext", workspace: { claim, after: "End." } },
      results: [{ key: "k", method: "a/b", href: "/k", result: { summary: "Sum." } }],
    } as unknown as SavedAnalysis;
    expect(reportMarkdown(analysis, "http://h/a/i")).toBe(
      [
        "# A \\*b\\*",
        "> **supported** Heads copy.\n>\n> Effect of ablation: −2.11 (−2.38 … −1.84)\n>\n> 3 random heads: −0.09",
        "# Head\n\ntext",
        "**B** · a/b",
        "Sum.",
        "End.",
        "<http://h/a/i>\n",
      ].join("\n\n"),
    );
  });
});
