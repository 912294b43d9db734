import type { ResultDocument } from "../kinds/types";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import { Icon } from "../ui/icons";

const START = 60;

/** What a request asked about, in a line: its model, how its prompts begin, and what it set besides. */
export function requestLine({ request, model }: ResultDocument): string {
  const { model: _model, other, ...asked } = request;
  const prompts = Object.entries(asked).filter(([name, value]) => isPrompt(name, value));
  const begins = prompts.map(([, value]) => shortened(wordsOf(value))).filter((words) => words !== "");
  return [
    [model.id, other].filter((id) => typeof id === "string").join(" − "),
    ...begins.map((words) => `“${words}”`),
  ].join(" · ");
}

const PROMPTS = new Set(["prompt", "messages", "prompt_b", "messages_b", "clean", "corrupt"]);
const isPrompt = (name: string, value: unknown) => PROMPTS.has(name) && value != null;

/** The words of a prompt, or of the messages of a chat. */
function wordsOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return "";
  return value.map((message: { content?: unknown }) => String(message?.content ?? "")).join(" ");
}

const shortened = (words: string): string => {
  const characters = [...words.replaceAll(/\s+/g, " ").trim()];
  return characters.length > START ? `${characters.slice(0, START).join("")}…` : characters.join("");
};

/** Says that a result is kept, of what, and lets it go. */
export function Kept({ document, onFollow }: { document: ResultDocument; onFollow: () => void }) {
  return (
    <div className="panel-kept">
      <Icon name="pin" size={14} />
      <span className="grow">{t("app.panel.kept", { request: requestLine(document) })}</span>
      <Button size="s" variant="quiet" onClick={onFollow}>
        {t("app.panel.letGo")}
      </Button>
    </div>
  );
}
