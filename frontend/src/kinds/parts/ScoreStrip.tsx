import { useEffect, useRef, type ReactNode } from "react";
import { hideTip, showTip } from "../../charts/tip";
import { Token as TokenChip } from "../../ui/Token";
import { joinedCharacters } from "../../ui/tokenText";
import { entryOf } from "../result";
import { setPart, togglePart } from "../selection";
import type { SelectionStore, Token } from "../types";
import { GridKeys } from "./GridKeys";
import type { Group } from "./groups";
import { BESIDE, clickPart, letterOf, pinOf, usePins } from "./pins";
import { TokenName } from "./TokenName";

/** How a group of tokens is drawn. */
export interface GroupLook {
  fill?: string;
  ink?: string;
  /** Below it, where values are shown. */
  value?: string;
  /** Beyond the limits of the scale: its corner is cut. */
  clipped?: boolean;
  /** Instead of a colour: the class of its token, and whether it belongs to the token before. */
  status?: string;
  joined?: boolean;
}

interface ScoreStripProps {
  label: string;
  tokens: readonly Token[];
  others: readonly (Token | null)[];
  /** Which positions the tokens are. */
  positions: readonly number[];
  groups: readonly Group[];
  looks: readonly GroupLook[];
  className: string;
  selection: SelectionStore;
  /** A sentence about a token, and at most three lines. */
  text: (entry: number) => string;
  tip: (entry: number) => readonly string[];
}

/** A text shaded by a number per token or group of tokens. Hovering draws nothing anew. */
export function ScoreStrip(props: ScoreStripProps) {
  const { label, positions, groups, looks, className, selection, text, tip } = props;
  const strip = useRef<HTMLDivElement>(null);
  const pins = usePins(selection);
  const pinned = entryOf(positions, pins.pin?.position ?? pins.pin?.query);

  useEffect(() => {
    const mark = () => {
      const { hover, range } = selection.get();
      const hovered = hover?.position ?? hover?.query;
      const [from, to] = range ? [Math.min(...range), Math.max(...range)] : [Infinity, -Infinity];
      strip.current?.querySelectorAll<HTMLElement>("[data-index]").forEach((element) => {
        const first = positions[Number(element.dataset.index)];
        const last = positions[Number(element.dataset.last)];
        element.toggleAttribute("data-hovered", hovered != null && hovered >= first && hovered <= last);
        element.toggleAttribute("data-ranged", first <= to && last >= from);
      });
    };
    mark();
    return selection.subscribe(mark);
  }, [selection, positions, groups]);
  useEffect(() => hideTip, []);

  const element = (entry: number): HTMLElement | null => {
    const folded = groups.find((group) => group.folded && entry >= group.first && entry <= group.last);
    return strip.current?.querySelector<HTMLElement>(`[data-index="${folded ? folded.first : entry}"]`) ?? null;
  };
  const entryAt = (event: { target: EventTarget | null }): number | null => {
    const token = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-index]") : null;
    return token ? Number(token.dataset.index) : null;
  };
  const point = (entry: number | null, now = false) => {
    const box = entry == null ? null : element(entry)?.getBoundingClientRect();
    if (box && entry != null) showTip(box, tip(entry), now);
    else hideTip();
  };
  const part = (entry: number) => ({ position: positions[entry] });

  return (
    <GridKeys
      label={label}
      rows={1}
      columns={positions.length}
      upward={false}
      pinned={pinned == null ? null : { row: 0, column: pinned }}
      text={(_, entry) => text(entry)}
      onMove={({ column }) => setPart(selection, part(column))}
      onToggle={({ column }) => togglePart(selection, part(column))}
      onFurther={({ column }) => clickPart(selection, part(column), BESIDE)}
      isPinned={({ column }) => pinOf(pins, part(column)) >= 0}
      onRange={(from, to) => selection.setRange([positions[from], positions[to]])}
      onFocus={(spot) => {
        strip.current?.querySelector("[data-focused]")?.removeAttribute("data-focused");
        if (spot) element(spot.column)?.setAttribute("data-focused", "");
        point(spot?.column ?? null, true);
      }}
      place={({ column }) => element(column)?.getBoundingClientRect() ?? null}
    >
      {/* The keyboard twin of these pointer events is the cell of GridKeys. */}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions, jsx-a11y/click-events-have-key-events */}
      <div
        ref={strip}
        className={`score-strip ${className}`}
        onPointerOver={(event) => {
          const entry = entryAt(event);
          selection.setHover(entry == null ? null : part(entry));
          point(entry);
        }}
        onPointerLeave={() => {
          selection.setHover(null);
          point(null);
        }}
        onClick={(event) => {
          const entry = entryAt(event);
          const from = selection.get().pin?.position;
          if (entry == null) return;
          if (event.shiftKey && from != null) selection.setRange([from, positions[entry]]);
          else clickPart(selection, part(entry), event);
        }}
      >
        <Groups
          {...props}
          looks={looks}
          pinOf={(entry) => pinOf(pins, part(entry))}
          letter={(i) => letterOf(pins, i)}
        />
      </div>
    </GridKeys>
  );
}

interface GroupsProps extends ScoreStripProps {
  pinOf: (entry: number) => number;
  letter: (pin: number) => string;
}

function Groups({ tokens, others, groups, looks, pinOf: pinAt, letter }: GroupsProps): ReactNode[] {
  const joined = joinedCharacters(tokens);
  return groups.flatMap((group, g) => {
    const { fill, ink, value, clipped, status, joined: beside } = looks[g];
    const entries = Array.from({ length: group.folded ? 1 : group.last - group.first + 1 }, (_, i) => group.first + i);
    const drawn = (
      <span
        key={group.first}
        className="score-group"
        data-status={status}
        data-joined={beside ? "" : undefined}
        data-clipped={clipped ? "" : undefined}
      >
        <span className="score-run" style={fill ? { background: fill, color: ink } : undefined}>
          {entries.map((entry) => {
            const pin = pinAt(entry);
            return (
              <span
                key={entry}
                data-index={entry}
                data-last={group.folded ? group.last : entry}
                data-letter={letter(pin) || undefined}
                className={pin >= 0 ? "score pinned" : "score"}
              >
                {group.folded ? (
                  <TokenChip token={tokens[entry]} plain max={20} times={group.last - group.first + 1} />
                ) : (
                  <TokenName token={tokens[entry]} other={others[entry]} joined={joined[entry]} />
                )}
              </span>
            );
          })}
        </span>
        {value !== undefined && <span className="score-value">{value}</span>}
      </span>
    );
    // A new line of the text begins a new line of the strip.
    const breaks = /\n\s*$/.test(tokens[group.last].text);
    return breaks ? [drawn, <span key={`after ${group.last}`} className="score-break" />] : [drawn];
  });
}
