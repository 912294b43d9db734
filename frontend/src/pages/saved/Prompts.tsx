import { alignTokens } from "../../kinds/align";
import type { Token } from "../../kinds/types";
import { isChat, promptText, type Prompt } from "../../state/prompt";
import { Side } from "../../ui/Chip";
import { t } from "../../ui/i18n";

export interface SidePrompt {
  prompt: Prompt;
  /** As the model read it; null where no result says. */
  tokens: readonly Token[] | null;
  model: string;
}

/** The prompt, or the two that are compared with what differs underlined. */
export function Prompts({ a, b }: { a: SidePrompt; b: SidePrompt | null }) {
  if (!b) {
    return (
      <section>
        <h2>{t("app.saved.prompt")}</h2>
        <PromptText prompt={a.prompt} pieces={null} />
      </section>
    );
  }
  const [first, second] = [wordsOf(a), wordsOf(b)];
  const columns = alignTokens(first, second, "same");
  const same = { a: new Set<number>(), b: new Set<number>() };
  for (const column of columns) {
    if (!column.same || column.a === null || column.b === null) continue;
    same.a.add(column.a);
    same.b.add(column.b);
  }
  const models = a.model !== b.model;
  return (
    <section>
      <h2>{t("app.saved.compared")}</h2>
      {(
        [
          ["A", a, first, same.a],
          ["B", b, second, same.b],
        ] as const
      ).map(([letter, side, words, unchanged]) => (
        <div key={letter} className="saved-side-prompt">
          <Side side={letter} />
          <div>
            {models && <p className="xs ink-3">{side.model}</p>}
            <PromptText
              prompt={side.prompt}
              pieces={words.map(({ text }, index) => ({ text, changed: !unchanged.has(index) }))}
            />
          </div>
        </div>
      ))}
    </section>
  );
}

/** What is compared: the tokens of the text, without those that the model adds; else its words. */
function wordsOf({ prompt, tokens }: SidePrompt): Token[] {
  const own = tokens?.filter(({ special }) => !special) ?? [];
  const text = promptText(prompt);
  if (own.map((token) => token.text).join("") === text) return own;
  return text.split(/(?<=\S)(?=\s)/).map((word) => ({ id: -1, text: word, bytes: "" }));
}

interface Piece {
  text: string;
  changed: boolean;
}

/** Text on one line after the other; what changes the direction of reading is named, never applied. */
function PromptText({ prompt, pieces }: { prompt: Prompt; pieces: readonly Piece[] | null }) {
  if (isChat(prompt) && !pieces) {
    return prompt.map(({ role, content }, index) => (
      <p key={index} className="mono sm saved-prompt">
        <span className="ink-3">{role}</span> <Visible text={content} />
      </p>
    ));
  }
  const shown = pieces ?? [{ text: promptText(prompt), changed: false }];
  return (
    <p className="mono sm saved-prompt">
      {shown.map(({ text, changed }, index) =>
        changed ? <Changed key={index} text={text} /> : <Visible key={index} text={text} />,
      )}
    </p>
  );
}

/** A changed token; the space before it is not underlined. */
function Changed({ text }: { text: string }) {
  const word = text.trimStart();
  return (
    <>
      {text.slice(0, text.length - word.length)}
      <mark className="saved-changed">
        <Visible text={word} />
      </mark>
    </>
  );
}

const DIRECTION = /([\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])/;

function Visible({ text }: { text: string }) {
  return text.split(DIRECTION).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      <span key={index} className="tok-name">
        {`U+${(part.codePointAt(0) ?? 0).toString(16).toUpperCase()}`}
      </span>
    ),
  );
}
