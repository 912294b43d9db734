import { useEffect, useMemo } from "react";
import { nested, PROMPT, sample } from "../../kinds/samples";
import { Figure } from "../../panels/Figure";
import { PanelFrame } from "../../panels/PanelFrame";
import { createSelection } from "../../state/selection";
import { t } from "../../ui/i18n";
import { count, probability, scientific, signed, spread } from "../../ui/numbers";

const MARKS = ["pinned", "hovered", "range"] as const;

const NUMBERS = [
  ["probability", probability(0.486)],
  ["below", probability(0.0004)],
  ["effect", signed(1.71)],
  ["negative", signed(-0.44)],
  ["error", scientific(1.1e-6)],
  ["count", count(16384)],
  ["undefined", probability(null)],
  ["spread", spread(0.97, 0.02)],
] as const;

/** A small grid, one cell of which is pinned, one hovered, and two columns of which are a range. */
function useMarks() {
  return useMemo(() => {
    const shades = [0.1, 0.3, 0.5, 0.2];
    const { document } = sample("TokenGrid", "token_grid", {
      quantities: [{ name: "probability", label: "probability", scale: "prob", limits: [0, 1] }],
      dims: { probability: ["row", "position"] },
      coords: { row: ["0", "1", "2", "3"] },
      tokens: PROMPT.slice(1, 5),
      probability: nested([4, 4], (row, column) => shades[(row * 3 + column) % 4]),
    });
    const selection = createSelection();
    selection.replace({ row: 2, position: 3 }, [0, 1]);
    return { document, selection };
  }, []);
}

/** The marks of the selection, which can be read on every colour, and one format per kind of number. */
export function MarksAndNumbers() {
  const { document, selection } = useMarks();
  useEffect(() => selection.setHover({ row: 1, position: 2 }), [selection]);
  return (
    <PanelFrame id="states-marks" className="states-marks" title={t("docs.marks")} purpose={t("docs.marks.purpose")}>
      <div className="marks">
        <div className="marks-grid">
          <Figure document={document} selection={selection} compact />
        </div>
        <ul>
          {MARKS.map((name) => (
            <li key={name} className="row">
              <span className={`mark-sample ${name}`} aria-hidden="true" />
              {t(`docs.marks.${name}`)}
            </li>
          ))}
          <li className="ink-3">{t("docs.marks.escape")}</li>
        </ul>
      </div>
      <dl className="number-cases">
        {NUMBERS.map(([name, text]) => (
          <div key={name}>
            <dt>{t(`docs.numbers.${name}`)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </PanelFrame>
  );
}
