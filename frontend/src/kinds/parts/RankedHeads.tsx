import { useCallback, useRef } from "react";
import { isDiverging } from "../../charts/colour";
import { t } from "../../ui/i18n";
import { forScale } from "../../ui/numbers";
import type { Quantity, SelectionStore } from "../types";
import { inBand, type RankedHead } from "./heads";
import { clickPart, letterOf, pinOf, usePins } from "./pins";
import { shortLabel } from "./quantity";
import { useHovered } from "./useHovered";

interface RankedHeadsProps {
  heads: readonly RankedHead[];
  quantity: Quantity;
  selection: SelectionStore;
}

/** Which end of a signed scale a value is at; what the control reaches is at neither. */
function tone(quantity: Quantity, head: RankedHead): string {
  if (inBand(head)) return "ink-3";
  if (!isDiverging(quantity.scale) || head.value === 0) return "";
  return head.value > 0 ? "toward" : "away";
}

/** The largest heads beside their grid: number, colour and role. */
export function RankedHeads({ heads, quantity, selection }: RankedHeadsProps) {
  const pins = usePins(selection);
  const body = useRef<HTMLTableSectionElement>(null);
  useHovered(
    body,
    selection,
    "tr",
    useCallback((row, { layer, head }) => {
      const own = (row as HTMLElement).dataset;
      return layer === Number(own.layer) && head === Number(own.head);
    }, []),
  );
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
      <tbody ref={body}>
        {heads.map((one) => {
          const { layer, head, value, role } = one;
          const name = `${layer}.${head}`;
          const pin = pinOf(pins, { layer, head });
          return (
            // The button in it is what is pressed; the row only makes it easier to hit.
            <tr
              key={name}
              data-layer={layer}
              data-head={head}
              className={pin >= 0 ? "pinned" : undefined}
              onPointerEnter={() => selection.setHover({ layer, head })}
              onPointerLeave={() => selection.setHover(null)}
              onClick={(event) => clickPart(selection, { layer, head }, event)}
            >
              <td>
                <button
                  type="button"
                  // The grid's cells are the keyboard's way to a head: one tab stop per figure.
                  tabIndex={-1}
                  aria-pressed={pin >= 0}
                  aria-label={t("kinds.heads.head", { head: name })}
                >
                  {name}
                </button>
                {letterOf(pins, pin) && <span className="pin-letter">{letterOf(pins, pin)}</span>}
              </td>
              <td className={`number ${tone(quantity, one)}`}>{forScale(quantity.scale, value)}</td>
              {roles && <td className="number ink-3">{role}</td>}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
