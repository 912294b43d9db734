import { useEffect, useMemo, useRef } from "react";
import type { Bar } from "../charts/bars";
import type { Mark } from "../charts/layout";
import { hideTip, showTip } from "../charts/tip";
import { isDiverging } from "../charts/colour";
import { t } from "../ui/i18n";
import { decimal, forScale, signed } from "../ui/numbers";
import { Token } from "../ui/Token";
import { joinedCharacters, tokenText } from "../ui/tokenText";
import { barColour, fillOf, inkOf } from "./parts/colour";
import { GridKeys } from "./parts/GridKeys";
import { KindFrame } from "./parts/KindFrame";
import { beyondNotes, stepped } from "./parts/steps";
import { tableOf } from "./parts/table";
import { useBars } from "./parts/useBars";
import { array, chosen, countLine, entryOf, find, indices, positionTokens, texts, unitOf } from "./result";
import { setPart, togglePart, usePin } from "./selection";
import type { KindProps, Quantity, ResultDocument, TableTwin } from "./types";

const LISTED = 5;
/** Values below this share of the scale are not printed under their tokens. */
const PRINTED = 0.02;

/** One number per input token: the text shaded by it, and the largest as bars. */
export default function TokenScores(props: KindProps) {
  const quantity = chosen(props.document, props.quantity);
  if (!quantity) return <KindFrame props={props} quantity={null} notes={[t("kinds.nothing")]} children={null} />;
  return <Figure props={props} quantity={quantity} />;
}

/** A class per token (whole, split, merged …), where a result has one. */
function statuses(document: ResultDocument): string[] | null {
  const found = texts(document, "status");
  return found?.dims.join() === "position" ? found.data : null;
}

function Figure({ props, quantity }: { props: KindProps; quantity: Quantity }) {
  const { document, selection, compact } = props;
  const made = useMemo(() => {
    const values = array(document, quantity.name);
    const positions = indices(document, "position", values.data.length);
    const tokens = positionTokens(document, values.data.length);
    const scaled = stepped(quantity, values.data);
    const size = isDiverging(quantity.scale) ? Math.abs : (x: number) => x;
    const order = Array.from(values.data, (_, i) => i)
      .filter((i) => !Number.isNaN(values.data[i]) && values.data[i] !== 0)
      .sort((one, two) => size(values.data[two]) - size(values.data[one]));
    const shown = order.slice(0, LISTED).map((i): Bar => ({
      id: i,
      name: tokenText(tokens[i], 24),
      detail: String(positions[i]),
      value: values.data[i],
      text: forScale(quantity.scale, values.data[i]),
      colour: barColour(quantity.scale, values.data[i]),
    }));
    return { values, positions, tokens, joined: joinedCharacters(tokens), ...scaled, order, shown };
  }, [document, quantity]);
  const { values, positions, tokens, steps, limits } = made;
  const status = statuses(document);
  const unit = find(document, "unit");
  const pin = usePin(selection);
  const pinned = entryOf(positions, pin?.position ?? pin?.query);
  const strip = useRef<HTMLDivElement>(null);

  const word = (i: number) =>
    status ? status[i] || t("kinds.scores.outside") : forScale(quantity.scale, values.data[i]) + unitOf(quantity);
  const text = (_: number, i: number) =>
    t("kinds.scores.cell", {
      position: positions[i],
      token: tokenText(tokens[i]),
      quantity: quantity.label,
      value: word(i),
    });

  useEffect(() => {
    const mark = () => {
      const { hover, range } = selection.get();
      const hovered = entryOf(positions, hover?.position ?? hover?.query);
      strip.current?.querySelectorAll<HTMLElement>("[data-index]").forEach((element, i) => {
        element.toggleAttribute("data-hovered", i === hovered);
        element.toggleAttribute(
          "data-ranged",
          !!range && positions[i] >= Math.min(...range) && positions[i] <= Math.max(...range),
        );
      });
    };
    mark();
    return selection.subscribe(mark);
  }, [selection, positions]);

  const tokenAt = (event: { target: EventTarget | null }) =>
    event.target instanceof Element ? event.target.closest<HTMLElement>("[data-index]") : null;
  const element = (i: number) => strip.current?.querySelector<HTMLElement>(`[data-index="${i}"]`) ?? null;
  const tip = (i: number) => [
    `${positions[i]}  ${tokenText(tokens[i], 40)}`,
    `${quantity.label} ${forScale(quantity.scale, values.data[i])}${unitOf(quantity)}`,
    ...(status?.[i] ? [status[i]] : []),
  ];
  const point = (i: number | null) => {
    const box = i == null ? null : element(i)?.getBoundingClientRect();
    if (box && i != null) showTip(box, tip(i));
    else hideTip();
  };
  useEffect(() => hideTip, []);

  const host = useBars(
    made.shown,
    selection,
    () => {
      const { hover, pin: now } = selection.get();
      const at = entryOf(positions, now?.position);
      return { hover: entryOf(positions, hover?.position), pins: at == null ? [] : [at] };
    },
    {
      onHover: (i) => selection.setHover(i == null ? null : { position: positions[i] }),
      onPin: (i) => togglePart(selection, { position: positions[i] }),
    },
  );

  const sum = Array.from(values.data).reduce((total, x) => total + (Number.isNaN(x) ? 0 : x), 0);
  const print = (i: number) =>
    !status && Math.abs(values.data[i]) >= PRINTED * Math.max(Math.abs(limits[0]), Math.abs(limits[1]));
  const { shown, total } = document.result;
  const partial = (total?.position ?? positions.length) > (shown?.position ?? positions.length);
  const mark: Mark | null = pinned == null ? null : { row: 0, column: pinned };
  return (
    <KindFrame
      props={props}
      quantity={quantity}
      limits={status ? undefined : limits}
      controls={status && <StatusLegend status={status} counts={document.result.facts?.counts} />}
      notes={[
        (status || compact || partial) && countLine(document, ["position"], [positions.length]),
        !status && !compact && t("kinds.scores.listed", { shown: made.shown.length, total: positions.length }),
        !status && isDiverging(quantity.scale) && t("kinds.scores.sum", { sum: signed(sum) }),
        !status && t("kinds.scores.small", { least: decimal(PRINTED * limits[1]) }),
        ...beyondNotes(made.beyond),
      ]}
    >
      <GridKeys
        label={describe(document)}
        rows={1}
        columns={positions.length}
        upward={false}
        pinned={mark}
        text={text}
        onMove={({ column }) => setPart(selection, { position: positions[column] })}
        onToggle={({ column }) => togglePart(selection, { position: positions[column] })}
        onRange={(from, to) => selection.setRange([positions[from], positions[to]])}
        onFocus={(spot) => {
          strip.current?.querySelector("[data-focused]")?.removeAttribute("data-focused");
          if (spot) element(spot.column)?.setAttribute("data-focused", "");
          point(spot?.column ?? null);
        }}
        place={({ column }) => element(column)?.getBoundingClientRect() ?? null}
      >
        {/* The keyboard twin of these pointer events is the cell of GridKeys. */}
        {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions, jsx-a11y/click-events-have-key-events */}
        <div
          ref={strip}
          className={status ? "score-strip statuses" : "score-strip"}
          onPointerOver={(event) => {
            const i = Number(tokenAt(event)?.dataset.index ?? Number.NaN);
            selection.setHover(Number.isNaN(i) ? null : { position: positions[i] });
            point(Number.isNaN(i) ? null : i);
          }}
          onPointerLeave={() => {
            selection.setHover(null);
            point(null);
          }}
          onClick={(event) => {
            const i = Number(tokenAt(event)?.dataset.index ?? Number.NaN);
            const from = selection.get().pin?.position;
            if (Number.isNaN(i)) return;
            if (event.shiftKey && from != null) selection.setRange([from, positions[i]]);
            else togglePart(selection, { position: positions[i] });
          }}
        >
          {tokens.map((token, i) => (
            <span
              key={positions[i]}
              data-index={i}
              data-status={status ? status[i] || "none" : undefined}
              data-joined={unit && i > 0 && unit.data[i] >= 0 && unit.data[i] === unit.data[i - 1] ? "" : undefined}
              className={i === pinned ? "score pinned" : "score"}
            >
              <span
                className="score-token"
                style={
                  status
                    ? undefined
                    : { background: fillOf(quantity.scale, steps[i]), color: inkOf(quantity.scale, steps[i]) }
                }
              >
                <Token token={token} plain max={20} joined={made.joined[i]} />
              </span>
              {!status && (
                <span className="score-value">{print(i) ? forScale(quantity.scale, values.data[i]) : ""}</span>
              )}
            </span>
          ))}
        </div>
      </GridKeys>
      {!compact && !status && <div ref={host} aria-hidden="true" className="score-bars" />}
    </KindFrame>
  );
}

const STATUSES = ["whole", "split", "merged", "both"];

/** Which colour and border stands for which class, with how many units are of it. */
function StatusLegend({ status, counts }: { status: readonly string[]; counts: unknown }) {
  const known = typeof counts === "object" && counts !== null ? (counts as Record<string, unknown>) : {};
  const present = [...new Set([...STATUSES, ...status])].filter((name) => name && status.includes(name));
  return (
    <ul className="row g12 wrap xs ink-2">
      {present.map((name) => (
        <li key={name} className="row g4">
          <span className="status-sample" data-status={name} aria-hidden="true" />
          {typeof known[name] === "number" ? `${name} ${known[name]}` : name}
        </li>
      ))}
    </ul>
  );
}

export function describe(document: ResultDocument): string {
  if (document.result.summary) return document.result.summary;
  const quantity = chosen(document, undefined);
  if (!quantity) return t("kinds.nothing");
  const values = array(document, quantity.name);
  const best = Array.from(values.data).reduce((top, x, i, all) => (Math.abs(x) > Math.abs(all[top] || 0) ? i : top), 0);
  return t("kinds.scores.describe", {
    token: tokenText(positionTokens(document, values.data.length)[best]),
    quantity: quantity.label,
    value: forScale(quantity.scale, values.data[best]),
  });
}

export function toTable(document: ResultDocument): TableTwin {
  const quantity = chosen(document, undefined);
  return quantity ? tableOf(document, array(document, quantity.name)) : { columns: [], rows: [] };
}
