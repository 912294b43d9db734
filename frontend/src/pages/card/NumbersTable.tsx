import type { CardNumber } from "../../api/card";
import { t } from "../../ui/i18n";
import { Icon, type IconName } from "../../ui/icons";
import { boundText, byGroup, numberText, verdictOf, type Verdict } from "./numbers";

const ICONS: Record<Verdict, IconName | null> = { kept: "check", missed: "alert", reported: null };

/** The numbers in groups; what was measured on another model than the card's says on which. */
export function NumbersTable({ numbers, model }: { numbers: readonly CardNumber[]; model: string }) {
  return (
    <table className="card-table">
      <caption className="sr-only">{t("app.card.score")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("app.card.measure")}</th>
          <th scope="col" className="number">
            {t("app.card.value")}
          </th>
          <th scope="col" className="number">
            {t("app.card.bound")}
          </th>
          <th scope="col">{t("app.card.verdict")}</th>
          <th scope="col" className="number card-control">
            {t("app.card.control")}
          </th>
        </tr>
      </thead>
      {byGroup(numbers).map(({ group, numbers: members }) => (
        <tbody key={group}>
          <tr className="card-group">
            <th scope="rowgroup" colSpan={5}>
              {group}
            </th>
          </tr>
          {members.map((number) => (
            <Row key={`${number.model} ${number.key}`} number={number} elsewhere={number.model !== model} />
          ))}
        </tbody>
      ))}
    </table>
  );
}

function Row({ number, elsewhere }: { number: CardNumber; elsewhere: boolean }) {
  const { title, value, control, note, model } = number;
  const verdict = verdictOf(number);
  const icon = ICONS[verdict];
  return (
    <tr className={verdict}>
      <th scope="row">
        {title}
        {elsewhere && <span className="mono xs ink-3 card-model">{model}</span>}
        {control !== null && (
          <span className="xs ink-3 card-control-below">
            {t("app.card.controlled", { value: numberText(control) })}
          </span>
        )}
        {note !== "" && <span className="xs card-note">{note}</span>}
      </th>
      <td className="number">
        <Bar number={number} />
        <span className="card-value">{numberText(value)}</span>
      </td>
      <td className="number ink-2">{boundText(number)}</td>
      <td>
        <span className="row g4 nowrap card-verdict">
          {icon && <Icon name={icon} size={14} />}
          {t(`app.card.verdict.${verdict}`)}
        </span>
      </td>
      <td className="number ink-2 card-control">{control === null ? "" : numberText(control)}</td>
    </tr>
  );
}

const isShare = (value: number) => value >= 0 && value <= 1;

/** A share as a bar, with a mark where its bound is. */
function Bar({ number: { value, floor, ceiling } }: { number: CardNumber }) {
  const bound = floor ?? ceiling;
  if (!isShare(value) || (bound !== null && !isShare(bound))) return null;
  return (
    <span className="card-bar" aria-hidden="true">
      <i style={{ width: `${100 * value}%` }} />
      {bound !== null && <b style={{ insetInlineStart: `${100 * bound}%` }} />}
    </span>
  );
}
