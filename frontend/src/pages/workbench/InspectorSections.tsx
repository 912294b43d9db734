import { useState } from "react";
import type { Cell, ResultDocument, Token as TokenType } from "../../kinds/types";
import { predictions } from "../../state/reading";
import { selection } from "../../state/selection";
import { t } from "../../ui/i18n";
import { forScale, probability } from "../../ui/numbers";
import { Token } from "../../ui/Token";
import { lensOf, outputRow, streamNumbers, strongestHeads, strongestLooks } from "./inspect";

interface SectionProps {
  documents: ResultDocument[];
  pin: Cell;
}

const FIRST = 5;
const MOST_NUMBERS = 8;

/** What the model would say if it stopped at this row. Without a row, what it does say. */
export function Predictions({ documents, pin }: SectionProps) {
  const [all, setAll] = useState(false);
  const lens = lensOf(documents);
  const row = pin.row ?? outputRow(documents);
  if (!lens || row === null || pin.position == null) return null;
  const found = predictions(lens, row, pin.position);
  if (!found) return null;
  const listed = all ? found : found.slice(0, FIRST);
  return (
    <section aria-label={t("app.inspector.next")}>
      <h3>{t("app.inspector.next")}</h3>
      <ul>
        {listed.map((prediction, index) => (
          <li key={index} className="bar">
            <Token token={{ text: prediction.text }} plain max={12} />
            <span className="bar-track" aria-hidden="true">
              <i style={{ width: `${100 * prediction.probability}%` }} />
            </span>
            <span>{probability(prediction.probability)}</span>
          </li>
        ))}
      </ul>
      <p className="xs ink-3">
        {t("app.inspector.shown", { shown: listed.length, total: found.length })}
        {found.length > FIRST && (
          <>
            {" · "}
            <button type="button" className="link" onClick={() => setAll(!all)}>
              {all ? t("app.inspector.fewer") : t("app.inspector.more", { count: found.length })}
            </button>
          </>
        )}
      </p>
    </section>
  );
}

export function Stream({ documents, pin }: SectionProps) {
  if (pin.row == null || pin.position == null) return null;
  const numbers = streamNumbers(documents, pin.row, pin.position).slice(0, MOST_NUMBERS);
  if (numbers.length === 0) return null;
  return (
    <section aria-label={t("app.inspector.stream")}>
      <h3>{t("app.inspector.stream")}</h3>
      <dl>
        {numbers.map(({ label, unit, scale, value }) => (
          <div key={label} className="inspector-pair">
            <dt>{label}</dt>
            <dd>{t("app.inspector.quantity", { value: forScale(scale, value), unit })}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const HEADS = 3;

export function Strongest({ documents, pin, tokens }: SectionProps & { tokens: TokenType[] }) {
  const lists = documents.map((document) => strongestHeads(document, HEADS)).filter((found) => found !== null);
  const { layer, position } = pin;
  const looks =
    layer == null || position == null
      ? []
      : documents.flatMap((document) => strongestLooks(document, layer, position, HEADS));
  if (lists.length === 0 && looks.length === 0) return null;
  const pinHead = (cell: { layer: number; head: number }) =>
    selection.setPin({ ...selection.get().pin, layer: cell.layer, head: cell.head });
  return (
    <section aria-label={t("app.inspector.strongest")}>
      <h3>{t("app.inspector.strongest")}</h3>
      <ul hidden={looks.length === 0}>
        {looks.map((look) => (
          <li key={`${look.layer}.${look.head}`}>
            <button type="button" className="inspector-line" onClick={() => pinHead(look)}>
              <span className="grow ink-3">{t("app.inspector.looks", { head: `${look.layer}.${look.head}` })}</span>
              {tokens[look.key] && <Token token={tokens[look.key]} max={10} />}
              <span>{probability(look.weight)}</span>
            </button>
          </li>
        ))}
      </ul>
      {lists.map(({ quantity, heads }) => (
        <div key={quantity.label} className="inspector-heads">
          <h4>{quantity.label}</h4>
          <ul>
            {heads.map((found) => (
              <li key={`${found.layer}.${found.head}`}>
                <button type="button" className="inspector-line" onClick={() => pinHead(found)}>
                  <span className="grow">{t("app.inspector.head", { head: `${found.layer}.${found.head}` })}</span>
                  <span>{forScale(quantity.scale, found.value)}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}
