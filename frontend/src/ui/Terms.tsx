import { Fragment, useEffect, useState } from "react";
import { Tooltip } from "./Tooltip";

let words: Promise<Record<string, string>> | null = null;
const load = () => (words ??= import("../i18n/en/glossary.json").then((module) => module.default));

interface Piece {
  text: string;
  meaning?: string;
}

/** A text cut at the words of a glossary, each word once, longer words first. */
export function piecesOf(text: string, glossary: Record<string, string>): Piece[] {
  const names = Object.keys(glossary).sort((a, b) => b.length - a.length);
  const found = new RegExp(`\\b(${names.map((name) => name.replace(/[^\w\s]/g, "\\$&")).join("|")})s?\\b`, "gi");
  const told = new Set<string>();
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(found)) {
    const name = names.find((candidate) => candidate.toLowerCase() === match[1].toLowerCase());
    if (!name || told.has(name)) continue;
    told.add(name);
    pieces.push({ text: text.slice(from, match.index) }, { text: match[0], meaning: glossary[name] });
    from = match.index + match[0].length;
  }
  pieces.push({ text: text.slice(from) });
  return pieces.filter((piece) => piece.text !== "");
}

/** A text whose terms are dotted-underlined and explained on hover and focus. */
export default function Terms({ text }: { text: string }) {
  const [glossary, setGlossary] = useState<Record<string, string> | null>(null);
  useEffect(() => {
    let here = true;
    void load().then((found) => here && setGlossary(found));
    return () => {
      here = false;
    };
  }, []);
  if (!glossary) return <>{text}</>;
  return piecesOf(text, glossary).map((piece, index) =>
    piece.meaning === undefined ? (
      <Fragment key={index}>{piece.text}</Fragment>
    ) : (
      <Tooltip key={index} content={piece.meaning}>
        <button type="button" className="term">
          {piece.text}
        </button>
      </Tooltip>
    ),
  );
}
