import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { NO_CLAIM, NOT_MEASURED, type Claim } from "../../state/claim";
import { ClaimCard } from "./ClaimCard";

const claim: Claim = {
  ...NO_CLAIM,
  sentence: "Heads copy.",
  verdict: "supported",
  prompts: 64,
  effect: { label: "Effect of ablation", value: -2.11, low: -2.38, high: -1.84 },
  control: { ...NOT_MEASURED, label: "3 random heads", value: -0.09 },
};

describe("the claim card", () => {
  it("says the numbers in words and as a picture, and how the interval stands", () => {
    render(<ClaimCard claim={claim} panels={[]} />);
    const card = screen.getByRole("region", { name: "Claim" });
    expect(card).toHaveTextContent("supported");
    expect(card).toHaveTextContent("Prompts64");
    expect(card).toHaveTextContent("Effect of ablation−2.11");
    expect(card).toHaveTextContent("95% interval−2.38 … −1.84");
    expect(card).toHaveTextContent("lies clear of the control");
    expect(screen.getByRole("img")).toHaveAccessibleName(
      "Effect of ablation −2.11, 95% interval −2.38 … −1.84. 3 random heads −0.09.",
    );
  });

  it("draws nothing it was not told, and small numbers with the digits they have", () => {
    const { rerender } = render(<ClaimCard claim={{ ...NO_CLAIM, sentence: "S" }} panels={[]} />);
    expect(screen.queryByRole("img")).toBeNull();
    rerender(
      <ClaimCard claim={{ ...NO_CLAIM, sentence: "S", effect: { ...NOT_MEASURED, value: 0.0023 } }} panels={[]} />,
    );
    expect(screen.getByRole("region")).toHaveTextContent("+0.0023");
  });
});
