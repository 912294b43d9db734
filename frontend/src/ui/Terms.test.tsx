import { describe, expect, it } from "vitest";
import { piecesOf } from "./Terms";

const glossary = { layer: "a round", "layer norm": "a length", KL: "far (apart)" };
const drawn = (text: string) =>
  piecesOf(text, glossary).map((piece) => (piece.meaning === undefined ? piece.text : `[${piece.text}]`));

describe("terms in a text", () => {
  it("are found whole, longest first, and told once", () => {
    expect(drawn("Layers feed the layer norm; a layer player.")).toEqual([
      "[Layers]",
      " feed the ",
      "[layer norm]",
      "; a layer player.",
    ]);
  });

  it("leave a text without terms as it is", () => {
    expect(drawn("Nothing here")).toEqual(["Nothing here"]);
  });
});
