/**
 * Two or three texts side by side, token by token; the first is what the others are compared with. Arrays:
 *
 * - `token` [side, position], text: empty after the end of a shorter text; `coords.side` are their names, `length` [side]
 *   their lengths, where a token may itself be empty; `token_id` [side, position]: their numbers in `vocabulary`
 * - quantities [side, position]: what tokens can be shaded by, such as the surprise to the run without an intervention
 * - `logprob_a` and `logprob_b` [side, position]: log-probability of each token in two runs, named by `facts.runs`
 * - `top_text_a`, `top_logprob_a` and the same of b [side, position, rank]: what the runs would have written there
 */
import "./messages";
import { useCallback, useMemo, useRef, useState } from "react";
import { hideTip, showTip } from "../charts/tip";
import { t } from "../ui/i18n";
import { Segmented } from "../ui/Segmented";
import { Select } from "../ui/Select";
import { tokenText } from "../ui/tokenText";
import { GridKeys } from "./parts/GridKeys";
import { KindFrame } from "./parts/KindFrame";
import { shortLabel } from "./parts/quantity";
import { stepped } from "./parts/steps";
import { TextColumn } from "./parts/TextColumn";
import { aboutToken, shadesOf, shadeText, textsOf, type Shade, type Texts } from "./parts/textPair";
import { useHovered } from "./parts/useHovered";
import { useWidth } from "./parts/useWidth";
import { entryOf, find, limitsIn } from "./result";
import { setPart, togglePart, usePin } from "./selection";
import Table from "./Table";
import type { Cell, KindProps, ResultDocument, TableTwin } from "./types";
import "./parts/textPair.css";

/** The least width of a column; in a narrower frame there is one at a time. */
const COLUMN = { full: 250, compact: 140 };
const NONE = "none";
/** Characters that a switch has room for; a longer one becomes a list. */
const SWITCH = 40;

export default function TextPair(props: KindProps) {
  const texts = useMemo(() => textsOf(props.document), [props.document]);
  return texts ? <Figure key={props.document.key} props={props} texts={texts} /> : <Table {...props} />;
}

function Figure({ props, texts }: { props: KindProps; texts: Texts }) {
  const { document, selection, compact = false, limits: locked } = props;
  const { sides, positions, length, shared, same } = texts;
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const [tab, setTab] = useState(0);
  const shades = useMemo(() => shadesOf(document), [document]);
  const [chosen, setChosen] = useState(props.quantity ?? shades[0]?.quantity.name ?? NONE);
  const shade = shades.find(({ quantity }) => quantity.name === chosen) ?? null;
  const [low, high] = shade ? limitsIn(locked, shade.quantity, shade.values.data) : [0, 0];
  const steps = useMemo(
    () => shade && stepped(shade.quantity, shade.values.data, [low, high]).steps,
    [shade, low, high],
  );
  const [focus, setFocus] = useState<{ row: number; column: number } | null>(null);
  const pin = usePin(selection);
  const pinned = entryOf(positions, pin?.position);
  const tabbed = width > 0 && width < (compact ? COLUMN.compact : COLUMN.full) * sides.length;
  const row = tabbed ? tab : (focus?.row ?? tab);

  const isHovered = useCallback(
    (element: HTMLElement | SVGElement, hover: Cell) => hover.position === positions[Number(element.dataset.token)],
    [positions],
  );
  useHovered(host, selection, "[data-token]", isHovered);
  const elementOf = (side: number, i: number) =>
    host.current?.querySelector<HTMLElement>(`[data-side="${side}"] [data-token="${i}"]`) ?? null;
  const point = (side: number, i: number | null) => {
    const box = i === null ? null : elementOf(side, i)?.getBoundingClientRect();
    if (box && i !== null) showTip(box, aboutToken(document, texts, side, i));
    else hideTip();
  };

  /** Columns of the same beginning stay at the same height. */
  function onScroll(side: number, top: number) {
    host.current?.querySelectorAll<HTMLElement>("[data-side]").forEach((column) => {
      if (Number(column.dataset.side) !== side && Math.abs(column.scrollTop - top) > 1) column.scrollTop = top;
    });
  }

  function choose(name: string) {
    setChosen(name);
    if (name !== NONE) props.onQuantity?.(name);
  }

  const shown = sides.map((_, side) => side).filter((side) => !tabbed || side === tab);
  return (
    <KindFrame
      props={{ ...props, onQuantity: undefined }}
      quantity={compact ? null : (shade?.quantity ?? null)}
      limits={[low, high]}
      controls={!compact && shades.length > 0 && <ShadeSwitch shades={shades} chosen={chosen} onChoose={choose} />}
      notes={[
        same ? t("figures.texts.same") : t("figures.texts.shared", { count: shared }),
        !same && t("figures.texts.marks", { first: sides[0].name }),
        !tabbed && !compact && t("figures.texts.linked"),
      ]}
    >
      <div ref={host} className={compact ? "text-pair compact" : "text-pair"}>
        {tabbed && (
          <Segmented
            block
            label={t("figures.texts.tabs")}
            value={String(tab)}
            onChange={(value) => setTab(Number(value))}
            options={sides.map(({ name }, side) => ({
              value: String(side),
              label: <span className="clip">{name}</span>,
            }))}
          />
        )}
        <GridKeys
          label={describe(document)}
          rows={sides.length}
          columns={length}
          upward={false}
          pinned={pinned === null ? null : { row, column: pinned }}
          text={(side, i) => sentence(document, texts, shade, side, i)}
          onMove={({ row: side, column }) => {
            setTab(side);
            setPart(selection, { position: positions[column] });
          }}
          onToggle={({ column }) => togglePart(selection, { position: positions[column] })}
          onRange={(from, to) => selection.setRange([positions[from], positions[to]])}
          onFocus={(spot) => {
            setFocus(spot);
            if (!spot) return hideTip();
            elementOf(spot.row, spot.column)?.scrollIntoView({ block: "nearest" });
            return point(spot.row, spot.column);
          }}
          place={({ row: side, column }) => elementOf(side, column)?.getBoundingClientRect() ?? null}
        >
          <div className="text-columns" style={{ gridTemplateColumns: `repeat(${shown.length}, minmax(0, 1fr))` }}>
            {shown.map((side) => (
              <TextColumn
                key={side}
                side={side}
                texts={texts}
                titled={!tabbed}
                scale={shade?.quantity.scale ?? null}
                steps={steps ? steps.subarray(side * (steps.length / sides.length)) : null}
                pinned={pinned}
                focused={focus?.row === side ? focus.column : null}
                onScroll={onScroll}
                onHover={(i) => {
                  selection.setHover(i === null ? null : { position: positions[i] });
                  point(side, i);
                }}
                onPin={(i, extend) => {
                  const from = selection.get().pin?.position;
                  setTab(side);
                  if (extend && from != null) selection.setRange([from, positions[i]]);
                  else togglePart(selection, { position: positions[i] });
                }}
              />
            ))}
          </div>
        </GridKeys>
      </div>
    </KindFrame>
  );
}

interface ShadeSwitchProps {
  shades: readonly Shade[];
  chosen: string;
  onChoose: (name: string) => void;
}

/** What tokens are shaded by. */
function ShadeSwitch({ shades, chosen, onChoose }: ShadeSwitchProps) {
  const options = [
    ...shades.map(({ quantity }) => ({ value: quantity.name, label: shortLabel(quantity) })),
    { value: NONE, label: t("figures.texts.none") },
  ];
  const length = options.reduce((sum, { label }) => sum + label.length + 3, 0);
  const given = { options, value: chosen, onChange: onChoose };
  return length > SWITCH ? (
    <Select label={t("figures.texts.shadeBy")} {...given} />
  ) : (
    <Segmented size="s" label={t("figures.texts.shade")} {...given} />
  );
}

function sentence(document: ResultDocument, texts: Texts, shade: Shade | null, side: number, i: number): string {
  const { name, tokens, alone } = texts.sides[side];
  const lines = aboutToken(document, texts, side, i);
  const marked = alone[i] ? [t(side === 0 ? "figures.texts.removed" : "figures.texts.added")] : [];
  const shaded = shade && tokens[i] ? [shadeText(shade, side, i)] : [];
  return `${[name, ...lines, ...marked, ...shaded].join(", ")}.`;
}

export function describe(document: ResultDocument): string {
  if (document.result.summary) return document.result.summary;
  const texts = textsOf(document);
  if (!texts) return t("kinds.nothing");
  const { sides, shared, same } = texts;
  if (same) return t("figures.texts.describeSame", { count: sides.length, length: shared });
  return t("figures.texts.describe", { count: sides.length, shared });
}

/** One row per token of each text. */
export function toTable(document: ResultDocument): TableTwin {
  const texts = textsOf(document);
  if (!texts) return { columns: [], rows: [] };
  const numbers = Object.entries(document.result.dims).flatMap(([name, dims]) => {
    const found = dims.join() === "side,position" && name !== "token_id" ? find(document, name) : null;
    return found ? [{ name, values: found }] : [];
  });
  const label = (name: string) => document.result.quantities.find((quantity) => quantity.name === name)?.label ?? name;
  const column = (name: string, numeric: boolean) => ({ name, label: label(name), numeric });
  return {
    columns: [
      column("side", false),
      column("position", true),
      column("token", false),
      ...numbers.map(({ name }) => column(name, true)),
    ],
    rows: texts.sides.flatMap(({ name, tokens }, side) =>
      tokens.map((token, i) => [
        name,
        texts.positions[i],
        tokenText(token),
        ...numbers.map(({ values }) => {
          const value = values.data[side * values.shape[1] + i];
          return Number.isFinite(value) ? value : null;
        }),
      ]),
    ),
  };
}

export function read(document: ResultDocument, pin: Cell): string | null {
  const texts = textsOf(document);
  const entry = texts && entryOf(texts.positions, pin.position);
  if (!texts || entry == null) return null;
  const shade = shadesOf(document)[0] ?? null;
  return texts.sides.map((_, side) => sentence(document, texts, shade, side, entry)).join(" ");
}
