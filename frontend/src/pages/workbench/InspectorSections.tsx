import { useState, type ReactNode } from "react";
import type { Cell, ResultDocument, Token as TokenType } from "../../kinds/types";
import { openById } from "../../state/actions";
import { predictions, type Prediction } from "../../state/reading";
import { selection } from "../../state/selection";
import { Side } from "../../ui/Chip";
import { t } from "../../ui/i18n";
import { forScale, probability, signed, UNDEFINED } from "../../ui/numbers";
import { Token } from "../../ui/Token";
import {
  comparePredictions,
  lensOf,
  outputRow,
  streamNumbers,
  strongestHeads,
  strongestLooks,
  type StreamNumber,
} from "./inspect";

/** The open results about A and, while comparing, about B. */
export interface Sides {
  a: ResultDocument[];
  b: ResultDocument[] | null;
  /** The tokens of B. */
  others: TokenType[];
  /** The position of B beside a position of A. */
  beside: (position: number) => number | null;
}

interface SectionProps {
  sides: Sides;
  pin: Cell;
}

const FIRST = 5;
const MOST_NUMBERS = 8;

function predicted(documents: ResultDocument[], pin: Cell, position: number | null): Prediction[] {
  const lens = lensOf(documents);
  const row = pin.row ?? outputRow(documents);
  return (lens && row !== null && position !== null && predictions(lens, row, position)) || [];
}

/** What the model would say if it stopped at this row. Without a row, what it does say. */
export function Predictions({ sides, pin }: SectionProps) {
  const [all, setAll] = useState(false);
  if (pin.position == null) return null;
  const own = predicted(sides.a, pin, pin.position);
  const others = sides.b && predicted(sides.b, pin, sides.beside(pin.position));
  const total = others ? comparePredictions(own, others).length : own.length;
  if (total === 0) return null;
  const most = all ? total : FIRST;
  return (
    <section aria-label={t("app.inspector.next")}>
      <h3>{t("app.inspector.next")}</h3>
      {others ? <ComparedList own={own} others={others} most={most} /> : <PredictionBars list={own.slice(0, most)} />}
      <p className="xs ink-3">
        {t("app.inspector.shown", { shown: Math.min(most, total), total })}
        {total > FIRST && (
          <>
            {" · "}
            <button type="button" className="link" onClick={() => setAll(!all)}>
              {all ? t("app.inspector.fewer") : t("app.inspector.more", { count: total })}
            </button>
          </>
        )}
      </p>
    </section>
  );
}

function PredictionBars({ list }: { list: Prediction[] }) {
  return (
    <ul>
      {list.map((prediction, index) => (
        <li key={index} className="bar">
          <Token token={{ text: prediction.text }} plain max={12} />
          <span className="bar-track" aria-hidden="true">
            <i style={{ width: `${100 * prediction.probability}%` }} />
          </span>
          <span>{probability(prediction.probability)}</span>
        </li>
      ))}
    </ul>
  );
}

function ComparedList({ own, others, most }: { own: Prediction[]; others: Prediction[]; most: number }) {
  return (
    <ComparedTable label={t("compare.token")}>
      {comparePredictions(own, others)
        .slice(0, most)
        .map(({ text, a, b }) => (
          <tr key={text}>
            <th scope="row">
              <Token token={{ text }} plain max={10} />
            </th>
            <td>{probability(a)}</td>
            <td>{probability(b)}</td>
            <Difference a={a} b={b} />
          </tr>
        ))}
    </ComparedTable>
  );
}

/** Columns A, B and A − B. */
function ComparedTable({ label, children }: { label: string; children: ReactNode }) {
  return (
    <table className="inspector-compared">
      <thead>
        <tr>
          <th scope="col">{label}</th>
          <th scope="col">
            <Side side="A" />
          </th>
          <th scope="col">
            <Side side="B" />
          </th>
          <th scope="col">{t("compare.show.difference")}</th>
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

function Difference({ a, b }: { a: number | null; b: number | null }) {
  if (a === null || b === null) return <td>{UNDEFINED}</td>;
  return <td className={a > b ? "more-a" : a < b ? "more-b" : undefined}>{signed(a - b, 3)}</td>;
}

export function Stream({ sides, pin }: SectionProps) {
  if (pin.row == null || pin.position == null) return null;
  const own = streamNumbers(sides.a, pin.row, pin.position).slice(0, MOST_NUMBERS);
  const place = sides.b && sides.beside(pin.position);
  const others = sides.b && (place === null ? [] : streamNumbers(sides.b, pin.row, place));
  if (own.length === 0) return null;
  return (
    <section aria-label={t("app.inspector.stream")}>
      <h3>{t("app.inspector.stream")}</h3>
      {others ? (
        <ComparedTable label={t("compare.quantity")}>
          {own.map((number) => (
            <ComparedNumber
              key={number.label}
              own={number}
              other={others.find(({ label }) => label === number.label)}
            />
          ))}
        </ComparedTable>
      ) : (
        <ul>
          {own.map((number) => (
            <li key={number.label}>
              <button
                type="button"
                className="inspector-line"
                title={t("app.inspector.from")}
                onClick={() => openById(number.method)}
              >
                <span className="grow ink-3">{number.label}</span>
                <span>
                  {t("app.inspector.quantity", { value: forScale(number.scale, number.value), unit: number.unit })}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function ComparedNumber({ own, other }: { own: StreamNumber; other: StreamNumber | undefined }) {
  return (
    <tr>
      <th scope="row" className="ink-3">
        {own.label}
      </th>
      <td>{forScale(own.scale, own.value)}</td>
      <td>{other ? forScale(other.scale, other.value) : UNDEFINED}</td>
      <Difference a={own.value} b={other?.value ?? null} />
    </tr>
  );
}

const HEADS = 3;

export function Strongest({ sides, pin, tokens }: SectionProps & { tokens: TokenType[] }) {
  const lists = sides.a.map((document) => strongestHeads(document, HEADS)).filter((found) => found !== null);
  const { layer, position } = pin;
  const looks =
    layer == null || position == null
      ? []
      : sides.a.flatMap((document) => strongestLooks(document, layer, position, HEADS));
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
