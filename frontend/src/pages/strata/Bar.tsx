import { useRef, type ReactNode, type RefObject } from "react";
import type { GridHandle } from "../../kinds/parts/CanvasGrid";
import { useSettledView, type ViewStore } from "../../kinds/parts/gridView";
import { limitText } from "../../kinds/parts/KindFrame";
import { useWidth } from "../../kinds/parts/useWidth";
import type { Quantity } from "../../kinds/types";
import { useWorkspace, type Side } from "../../state/workspace";
import { Button, IconButton } from "../../ui/Button";
import { Side as SideMark } from "../../ui/Chip";
import { t } from "../../ui/i18n";
import { Legend } from "../../ui/Legend";
import { Segmented } from "../../ui/Segmented";
import { Select } from "../../ui/Select";
import { headName, type Head } from "./heads";
import type { Choice, QuantityName } from "./quantities";
import { changeView, LENSES, TEXTS, type CellText, type Lens } from "./viewState";

interface BarProps {
  /** What is compared; null for one run. */
  side: Side | null;
  choices: readonly Choice[];
  quantity: Quantity | null;
  limits: [number, number] | null;
  onQuantity: (name: QuantityName) => void;
  lens: Lens | null;
  /** Whether the other lens can be had. */
  lenses: boolean;
  text: CellText;
  heads: { layer: number; count: number; pinned: Head | null; onPin: (head: Head | null) => void } | null;
  zoom: ReactNode;
  asTable: boolean;
  /** Esc has another meaning first. */
  escapes: boolean;
  onTable: () => void;
  onClose: () => void;
}

/** What is compared, what the colours and the cells say, how large they are. */
export function Bar(props: BarProps) {
  const { side, quantity, limits, text, heads, lens } = props;
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  return (
    <div ref={host} className="strata-bar">
      {side && <Sides side={side} />}
      <Quantities {...props} roomy={side === null && lens !== "difference" && width >= ROOMY} />
      {lens && side !== "difference" && (
        <Select
          label={t("strata.lens")}
          value={lens}
          onChange={(next) => changeView({ lens: next })}
          options={LENSES.map((name) => {
            const label = t(`strata.lens.${name}`);
            const able = name === lens || props.lenses;
            return { value: name, label: able ? label : t("strata.lens.none", { lens: label }), disabled: !able };
          })}
        />
      )}
      <Select
        label={t("strata.text")}
        value={text}
        onChange={(next) => changeView({ text: next })}
        options={TEXTS.map((name) => ({
          value: name,
          label: t(name === "token" && side === "difference" ? "strata.text.both" : `strata.text.${name}`),
        }))}
      />
      {heads && <HeadSelect {...heads} />}
      <span className="grow" />
      {quantity && limits && (
        <Legend
          scale={quantity.scale}
          width={78}
          title={quantity.label}
          unit={quantity.unit}
          low={limitText(quantity, limits[0])}
          high={limitText(quantity, limits[1])}
        />
      )}
      {props.zoom}
      <span className="row g2">
        <IconButton
          icon={props.asTable ? "grid" : "table"}
          label={t(props.asTable ? "strata.figure" : "strata.table")}
          onClick={props.onTable}
        />
        <IconButton
          icon="close"
          label={t("strata.close")}
          shortcut={props.escapes ? undefined : "Esc"}
          onClick={props.onClose}
        />
      </span>
    </div>
  );
}

function Sides({ side }: { side: Side }) {
  const setSide = useWorkspace((workspace) => workspace.setSide);
  return (
    <Segmented
      label={t("compare.show")}
      value={side}
      onChange={setSide}
      options={[
        { value: "a", label: <SideMark side="A" /> },
        { value: "b", label: <SideMark side="B" /> },
        { value: "difference", label: t("compare.show.difference") },
      ]}
    />
  );
}

/** What has no data cannot be chosen, unless that asks for them. */
const isBarred = ({ reason, offered }: Pick<Choice, "reason" | "offered">) => reason !== null && !offered;

/** From this width on six quantities stand side by side. */
const ROOMY = 1060;

/** Six at once where there is room for them; what has no data says why. */
function Quantities({ choices, quantity, onQuantity, roomy }: BarProps & { roomy: boolean }) {
  const value = (quantity?.name ?? "probability") as QuantityName;
  const known = choices.some(({ name }) => name === value)
    ? choices
    : [{ name: value, label: quantity?.label ?? value, reason: null, offered: false }, ...choices];
  if (!roomy) {
    const told = ({ label, reason }: Choice) =>
      reason ? t("strata.quantity.missing", { name: label, reason }) : label;
    return (
      <Select
        label={t("strata.colour")}
        value={value}
        onChange={onQuantity}
        options={known.map((choice) => ({ value: choice.name, label: told(choice), disabled: isBarred(choice) }))}
      />
    );
  }
  return (
    <Segmented
      size="s"
      label={t("strata.colour")}
      value={value}
      onChange={onQuantity}
      options={known.map(({ name, label, reason, offered }) => ({
        value: name,
        disabled: isBarred({ reason, offered }),
        label: reason ? (
          <span title={t("strata.quantity.missing", { name: label, reason })}>
            {label}
            <span className="sr-only">: {reason}</span>
          </span>
        ) : (
          label
        ),
      }))}
    />
  );
}

function HeadSelect({ layer, count, pinned, onPin }: NonNullable<BarProps["heads"]>) {
  const own = Array.from({ length: count }, (_, head): Head => ({ layer, head }));
  const all = pinned && pinned.layer !== layer ? [pinned, ...own] : own;
  return (
    <span className="strata-heads">
      <Select
        label={t("strata.head")}
        value={pinned ? headName(pinned) : ""}
        onChange={(name) => onPin(all.find((head) => headName(head) === name) ?? null)}
        options={[
          { value: "", label: t("strata.head.none") },
          ...all.map((head) => ({ value: headName(head), label: headName(head) })),
        ]}
      />
    </span>
  );
}

const STEP = 1.4;

export function Zoom({ view, grid }: { view: ViewStore; grid: RefObject<GridHandle | null> }) {
  const settled = useSettledView(view);
  if (!settled) return null;
  const { canReduce, canEnlarge, zoom } = settled;
  return (
    <span className="strata-zoom" role="group" aria-label={t("grid.zoom")}>
      <IconButton
        icon="minus"
        label={t("grid.zoom.smaller")}
        shortcut="−"
        aria-disabled={!canReduce}
        onClick={() => grid.current?.zoom(1 / STEP)}
      />
      <span className="strata-percent">{t("strata.zoom", { percent: Math.round(100 * zoom) })}</span>
      <IconButton
        icon="add"
        label={t("grid.zoom.larger")}
        shortcut="+"
        aria-disabled={!canEnlarge}
        onClick={() => grid.current?.zoom(STEP)}
      />
      <Button
        size="s"
        variant="quiet"
        aria-label={t("strata.fit.label")}
        aria-disabled={!canReduce}
        onClick={() => grid.current?.zoom("fit")}
      >
        {t("strata.fit")}
      </Button>
    </span>
  );
}
