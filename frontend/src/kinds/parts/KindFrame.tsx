import type { ReactNode } from "react";
import { isDiverging } from "../../charts/colour";
import { t } from "../../ui/i18n";
import { Legend } from "../../ui/Legend";
import { decimal, signed } from "../../ui/numbers";
import { Segmented } from "../../ui/Segmented";
import { Select } from "../../ui/Select";
import { find } from "../result";
import type { KindProps, Quantity } from "../types";
import "./kinds.css";
import { shortLabel } from "./quantity";

interface KindFrameProps {
  props: KindProps;
  quantity: Quantity | null;
  limits?: [number, number];
  /** Beside the switch. */
  controls?: ReactNode;
  /** Parts of the line below the figure: what is shown of what exists, and remarks. */
  notes?: readonly (string | null | undefined | false)[];
  children: ReactNode;
}

export function limitText(quantity: Quantity, limit: number): string {
  if (isDiverging(quantity.scale)) return signed(limit, Math.abs(limit) < 10 && !Number.isInteger(limit) ? 1 : 0);
  return Number.isInteger(limit) ? decimal(limit, 0) : decimal(limit, limit < 1 ? 2 : 1);
}

/** Above the figure: which quantity, and its legend. Below: what is shown of what exists. */
export function KindFrame({ props, quantity, limits, controls, notes = [], children }: KindFrameProps) {
  const { document, onQuantity, compact } = props;
  const quantities = document.result.quantities.filter(({ name }) => find(document, name));
  const lines = notes.filter(Boolean);
  const options = quantities.map((one) => ({ value: one.name, label: shortLabel(one) }));
  const wide = options.reduce((length, { label }) => length + label.length + 3, 0) > 64;
  const choose = onQuantity && quantity && quantities.length > 1;
  const head = choose || controls;
  const legend = quantity && limits && (
    <span className="kind-legend">
      <Legend
        scale={quantity.scale}
        width={104}
        title={quantity.unit ?? ""}
        low={limitText(quantity, limits[0])}
        high={limitText(quantity, limits[1])}
      />
    </span>
  );
  return (
    <div className={compact ? "kind compact" : "kind"}>
      {head && (
        <div className="kind-head">
          {choose &&
            (compact || wide ? (
              <Select label={t("kinds.colour")} options={options} value={quantity.name} onChange={onQuantity} />
            ) : (
              <Segmented
                size="s"
                label={t("kinds.quantity")}
                options={options}
                value={quantity.name}
                onChange={onQuantity}
              />
            ))}
          {controls}
          {legend}
        </div>
      )}
      {children}
      {(lines.length > 0 || (legend && !head)) && (
        <div className="kind-foot">
          <span>{lines.join(" · ")}</span>
          {!head && legend}
        </div>
      )}
    </div>
  );
}
