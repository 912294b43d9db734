/**
 * What every figure shares. In one row above it: which quantity is drawn, further controls, the legend. In one line below
 * it: what is shown of what exists. A panel may give both a place of their own; see `./notes`.
 */
import { Fragment, lazy, Suspense, use, useRef, type ReactNode } from "react";
import { createPortal } from "react-dom";
import { isDiverging } from "../../charts/colour";
import { t } from "../../ui/i18n";
import { Legend } from "../../ui/Legend";
import { count, decimal, scientific, signed } from "../../ui/numbers";
import { Segmented } from "../../ui/Segmented";
import { Select } from "../../ui/Select";
import { find } from "../result";
import type { KindProps, Quantity } from "../types";
import "./kinds.css";
import { FigureNotes } from "./notes";
import { shortLabel } from "./quantity";
import { useWidth } from "./useWidth";

const Beside = lazy(() => import("./Beside"));

interface KindFrameProps {
  props: KindProps;
  quantity: Quantity | null;
  limits?: [number, number];
  /** Beside the switch. */
  controls?: ReactNode;
  /** Parts of the line below the figure: what is shown of what exists, and remarks. */
  notes?: readonly ReactNode[];
  children: ReactNode;
}

/** From this width on the legend stands above the figure; in a narrower one it would push the controls apart. */
const WIDE = 520;
/** Characters of all quantities' names, with their padding, that a switch has room for. */
const SWITCH = { wide: 64, narrow: 40 };
const RAMP = { wide: 104, narrow: 75 };

/** A limit with all its digits: `−1.5`, `+0.05`, `8`. */
export function limitText({ scale }: Pick<Quantity, "scale">, limit: number): string {
  if (limit === 0) return "0";
  const size = Math.abs(limit);
  if (size < 1e-3) return scientific(limit);
  const digits = Number(limit.toPrecision(3)).toString().split(".")[1]?.length ?? 0;
  if (isDiverging(scale)) return signed(limit, digits);
  return size >= 10_000 ? count(limit) : decimal(limit, digits);
}

interface QuantitySwitchProps {
  quantity: Quantity;
  options: { value: string; label: string }[];
  onChange: (name: string) => void;
  /** Characters that a switch has room for; a longer one becomes a list. */
  room: number;
  /** Whether the quantity is told by colour. */
  coloured: boolean;
}

function QuantitySwitch({ quantity, options, onChange, room, coloured }: QuantitySwitchProps) {
  const length = options.reduce((sum, { label }) => sum + label.length + 3, 0);
  const given = { options, onChange, value: quantity.name };
  return length > room ? (
    <Select label={t(coloured ? "kinds.colour" : "kinds.drawn")} {...given} />
  ) : (
    <Segmented size="s" label={t("kinds.quantity")} {...given} />
  );
}

/** Above the figure: which quantity, and its legend. Below: what is shown of what exists. */
export function KindFrame({ props, quantity, limits, controls, notes = [], children }: KindFrameProps) {
  const { document, onQuantity, compact } = props;
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const wide = width === 0 || width >= WIDE;
  const slots = use(FigureNotes);
  const legend = quantity && limits && (
    <span className="kind-legend">
      <Legend
        scale={quantity.scale}
        width={wide ? RAMP.wide : RAMP.narrow}
        title={quantity.label}
        unit={wide ? quantity.unit : undefined}
        low={limitText(quantity, limits[0])}
        high={limitText(quantity, limits[1])}
      />
    </span>
  );
  const options = document.result.quantities
    .filter(({ name }) => find(document, name))
    .map((one) => ({ value: one.name, label: shortLabel(one) }));
  const choice = onQuantity && quantity && options.length > 1 && (
    <QuantitySwitch
      quantity={quantity}
      options={options}
      onChange={onQuantity}
      coloured={limits !== undefined}
      room={compact ? 0 : wide ? SWITCH.wide : SWITCH.narrow}
    />
  );
  const hasHead = !!choice || !!controls;
  const above = hasHead && wide && !compact;
  const head = hasHead && (
    <>
      {choice}
      {controls}
      {above && legend}
    </>
  );
  const lines = notes.filter((note) => note != null && note !== false && note !== "");
  const foot = (
    <>
      {lines.length > 0 && <NoteLine notes={lines} />}
      {!above && legend}
    </>
  );
  const below = lines.length > 0 || (!above && !!legend);
  return (
    <div ref={frame} className={compact ? "kind compact" : "kind"}>
      {head && slots?.head === undefined && <div className="kind-head">{head}</div>}
      {head && slots?.head && createPortal(head, slots.head)}
      {children}
      {document.result.beside && (
        <Suspense>
          <Beside document={document} selection={props.selection} />
        </Suspense>
      )}
      {below && slots === null && <div className="kind-foot">{foot}</div>}
      {below && slots?.foot && createPortal(foot, slots.foot)}
    </div>
  );
}

function NoteLine({ notes }: { notes: readonly ReactNode[] }) {
  return (
    <span className="kind-notes">
      {notes.map((note, i) => (
        <Fragment key={i}>
          {i > 0 && " · "}
          {note}
        </Fragment>
      ))}
    </span>
  );
}

/** Something in the line below a figure that can be pressed: "show all". */
export function NoteButton({ children, onClick }: { children: ReactNode; onClick: () => void }) {
  return (
    <button type="button" className="note-button" onClick={onClick}>
      {children}
    </button>
  );
}
