import { useMemo, type ReactNode } from "react";
import type { SavedAnalysis } from "../../api/types";
import { useBreadth } from "../../state/media";
import { readingMinutes, savedEnd, savedPanels } from "../../state/saved";
import type { Side } from "../../state/workspace";
import { longDate } from "../../ui/dates";
import { t } from "../../ui/i18n";
import { Segmented } from "../../ui/Segmented";
import { Contents } from "./Contents";
import { MethodSettings } from "./MethodSettings";
import { createOutline, OutlineContext, useEntry } from "./outline";
import { Prose } from "./Prose";
import { SavedPanelView } from "./SavedPanelView";
import { About, UseIt } from "./Side";
import type { Viewing } from "./viewing";

interface ArticleProps {
  analysis: SavedAnalysis;
  viewing: Viewing;
  /** How many panels are fetched whether they are in sight or not. */
  released: number;
  /** Bytes of the whole as it is downloaded. */
  size: number | null | undefined;
}

/** The report: contents, texts and panels in their order, and at the side what it claims and what it is about. */
export function Article({ analysis, viewing, released, size }: ArticleProps) {
  const outline = useMemo(() => createOutline(), []);
  const wide = useBreadth() === "full";
  const panels = useMemo(() => savedPanels(analysis), [analysis]);
  const end = savedEnd(analysis);
  const aside = (
    <aside className="saved-side" aria-label={t("app.saved.side")} inert={viewing.fullScreen !== null}>
      <About analysis={analysis} />
      {wide && <UseIt analysis={analysis} size={size} />}
    </aside>
  );
  return (
    <OutlineContext value={outline}>
      <div className="saved-body">
        <div inert={viewing.fullScreen !== null}>
          <Contents outline={outline} />
        </div>
        <main id="main" tabIndex={-1} className="saved-article">
          <Head analysis={analysis} panels={panels.length} viewing={viewing} />
          {!wide && aside}
          <div className="saved-flow">
            {analysis.notes.trim() !== "" && <Notes text={analysis.notes} />}
            {panels.map((panel, index) => [
              panel.before && <Prose key={`text-${index}`} text={panel.before} />,
              <SavedPanelView
                key={`panel-${index}`}
                id={`panel-${index}`}
                panel={panel}
                viewing={viewing}
                wanted={index < released}
              />,
            ])}
            {end.trim() !== "" && <Prose text={end} />}
          </div>
          {panels.length > 0 && <MethodSettings analysis={analysis} />}
          {!wide && <UseIt analysis={analysis} size={size} />}
        </main>
        {wide && aside}
      </div>
    </OutlineContext>
  );
}

const NOTES = "notes";
const STARTS_WITH_HEADING = /^\s*#/;

/** The text at the head. It has an entry of its own in the contents unless it begins with a heading. */
function Notes({ text }: { text: string }) {
  const prose = <Prose id={NOTES} text={text} />;
  return STARTS_WITH_HEADING.test(text) ? prose : <Entered title={t("app.saved.notes")}>{prose}</Entered>;
}

function Entered({ title, children }: { title: string; children: ReactNode }) {
  useEntry(NOTES, title);
  return children;
}

interface HeadProps {
  analysis: SavedAnalysis;
  panels: number;
  viewing: Viewing;
}

function Head({ analysis, panels, viewing }: HeadProps) {
  const { side, setSide } = viewing;
  const date = longDate(new Date(analysis.created));
  return (
    <header className="saved-head">
      <h1 dir="auto">{analysis.title}</h1>
      <p className="sm ink-3">{t("app.saved.meta", { date, panels, minutes: readingMinutes(analysis) })}</p>
      {side && (
        <div className="saved-sides">
          <Segmented<Side>
            label={t("app.saved.sides")}
            options={[
              { value: "a", label: "A" },
              { value: "b", label: "B" },
              { value: "difference", label: t("app.saved.difference") },
            ]}
            value={side}
            onChange={setSide}
          />
        </div>
      )}
    </header>
  );
}
