import { isDiverging } from "../../charts/colour";
import { t } from "../../ui/i18n";
import { forScale } from "../../ui/numbers";
import { togglePart, usePin } from "../selection";
import type { Quantity, SelectionStore } from "../types";
import { shortLabel } from "./quantity";

export interface RankedHead {
  layer: number;
  head: number;
  value: number;
  role: string;
}

interface RankedHeadsProps {
  heads: readonly RankedHead[];
  quantity: Quantity;
  selection: SelectionStore;
}

const tone = (quantity: Quantity, value: number) =>
  !isDiverging(quantity.scale) ? undefined : value > 0 ? "toward" : value < 0 ? "away" : undefined;

/** The largest heads beside their grid: number, colour and role. */
export function RankedHeads({ heads, quantity, selection }: RankedHeadsProps) {
  const pin = usePin(selection);
  const roles = heads.some(({ role }) => role);
  return (
    <table className={`ranked-heads ${quantity.scale}`}>
      <thead>
        <tr>
          <th scope="col">{t("kinds.heads.column")}</th>
          <th scope="col" className="number">
            {shortLabel(quantity).toLocaleLowerCase("en")}
          </th>
          {roles && (
            <th scope="col" className="number">
              {t("kinds.heads.role")}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {heads.map(({ layer, head, value, role }) => {
          const pinned = pin?.layer === layer && pin.head === head;
          return (
            <tr
              key={`${layer}.${head}`}
              className={pinned ? "bold" : undefined}
              onPointerEnter={() => selection.setHover({ layer, head })}
              onPointerLeave={() => selection.setHover(null)}
            >
              <td>
                <button
                  type="button"
                  // The grid's cells are the keyboard's way to a head: one tab stop per figure.
                  tabIndex={-1}
                  aria-pressed={pinned}
                  aria-label={t("kinds.heads.head", { head: `${layer}.${head}` })}
                  onClick={() => togglePart(selection, { layer, head })}
                >
                  {layer}.{head}
                </button>
              </td>
              <td className={["number", tone(quantity, value)].filter(Boolean).join(" ")}>
                {forScale(quantity.scale, value)}
              </td>
              {roles && <td className="number ink-3">{role}</td>}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
