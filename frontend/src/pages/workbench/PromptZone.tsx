import { useMemo, type ReactNode } from "react";
import { alignTokens, type Align } from "../../kinds/align";
import { compare } from "../../state/compare";
import { useLayout } from "../../state/layout";
import { isEmptyPrompt } from "../../state/prompt";
import { useTokens } from "../../state/tokens";
import { useWorkspace, type Side as SideShown } from "../../state/workspace";
import { Button, IconButton } from "../../ui/Button";
import { Side } from "../../ui/Chip";
import { t } from "../../ui/i18n";
import { Popover } from "../../ui/Popover";
import { Segmented } from "../../ui/Segmented";
import { Select } from "../../ui/Select";
import { ExampleChips } from "./ExampleMenu";
import { FirstTokenSwitch } from "./FirstTokenSwitch";
import { usePending } from "./pending";
import { PromptEditor, RunButton } from "./PromptEditor";
import { QuestionLine } from "./QuestionLine";
import { AlignedStrip, TokenStrip } from "./TokenStrip";

/** What the model is given and what is asked of it; stays in sight above the panels. */
export function PromptZone() {
  const comparing = useWorkspace(({ second }) => second !== null);
  return (
    <section className="prompt-zone" aria-label={t("app.prompt.zone")}>
      {comparing ? <Compared /> : <Single />}
    </section>
  );
}

function Single() {
  const empty = useWorkspace(({ draft, model }) => isEmptyPrompt(draft) && model !== "");
  const tokens = useTokens();
  return (
    <>
      <PromptEditor />
      {empty ? (
        <ExampleChips />
      ) : (
        <>
          <TokenStrip {...tokens} />
          <QuestionLine tokens={tokens.tokens}>
            <FirstTokenSwitch />
          </QuestionLine>
        </>
      )}
    </>
  );
}

const ALIGNS: readonly Align[] = ["position", "same", "last"];
const SIDES: readonly SideShown[] = ["a", "b", "difference"];

/** Two prompts: each strip is its editor, and their columns belong together. */
function Compared() {
  const { align, setAlign, side, setSide, second, draft } = useWorkspace();
  const editing = useLayout((layout) => layout.editing);
  const pending = usePending();
  const [a, b] = [useTokens("a"), useTokens("b")];
  const columns = useMemo(() => alignTokens(a.tokens, b.tokens, align), [a.tokens, b.tokens, align]);
  const total = columns.length;
  const differ = columns.filter(({ same }) => !same).length;
  return (
    <>
      <div className="compared-strips" style={{ "--columns": total } as React.CSSProperties}>
        <SideRow side="a">
          <AlignedStrip side="a" columns={columns} {...a} />
        </SideRow>
        <SideRow side="b">
          <AlignedStrip side="b" columns={columns} {...b} />
        </SideRow>
      </div>
      <Editing />
      <QuestionLine tokens={a.tokens}>
        <span className="ink-3">{t("compare.differ", { differ, total })}</span>
        <Select
          label={t("compare.align")}
          options={ALIGNS.map((value) => ({ value, label: t(`compare.align.${value}`) }))}
          value={align}
          onChange={setAlign}
        />
        <Segmented
          size="s"
          label={t("compare.show")}
          options={SIDES.map((value) => ({ value, label: t(`compare.show.${value}`) }))}
          value={side}
          onChange={setSide}
        />
        <Popover label={t("compare.more")} trigger={<IconButton icon="sliders" label={t("compare.more")} />}>
          <div className="column g8">
            <FirstTokenSwitch />
            <Button size="s" onClick={() => compare(false)}>
              {t("compare.end")}
            </Button>
          </div>
        </Popover>
        {pending && !editing && <RunButton disabled={isEmptyPrompt(draft) || isEmptyPrompt(second?.draft ?? "")} />}
      </QuestionLine>
    </>
  );
}

function SideRow({ side, children }: { side: "a" | "b"; children: ReactNode }) {
  const { editing, setEditing } = useLayout();
  const letter = side === "b" ? "B" : "A";
  return (
    <>
      <span className="side-label">
        <Side side={letter} />
        <IconButton
          icon="edit"
          label={t("compare.edit", { side: letter })}
          aria-pressed={editing === side}
          onClick={() => setEditing(editing === side ? null : side)}
        />
      </span>
      {children}
    </>
  );
}

function Editing() {
  const editing = useLayout((layout) => layout.editing);
  return editing && <PromptEditor key={editing} side={editing} />;
}
