import { memo, useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from "react";
import type { Column } from "../../kinds/align";
import type { Cell, Token as TokenType } from "../../kinds/types";
import { pinPosition, selection, useFurtherPins, usePin, useRange } from "../../state/selection";
import { runPanels } from "../../state/runner";
import type { Tokens } from "../../state/tokens";
import { useWorkspace } from "../../state/workspace";
import { t } from "../../ui/i18n";
import { Token } from "../../ui/Token";
import { joinedCharacters, tokenText } from "../../ui/tokenText";
import { editAt } from "./editAt";
import { foldTokens } from "./foldTokens";
import { chipAt, keepInView, useHoverMark, useStripLayout } from "./strip";
import { StripMap } from "./StripMap";
import "./TokenStrip.css";

/** What the model reads, token by token. One tab stop; arrows move the pin, Shift makes a range. */
export function TokenStrip({ tokens, behind }: Tokens) {
  const list = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const layout = useStripLayout(list, tokens);
  const chips = useMemo(() => {
    const joined = joinedCharacters(tokens);
    return foldTokens(tokens, open).map(({ start, end }): Chip => ({
      at: start,
      end,
      token: tokens[start],
      joined: joined[start],
      times: end - start + 1,
    }));
  }, [tokens, open]);
  if (tokens.length === 0) return null;
  const unfold = (position: number) => setOpen((before) => new Set(before).add(position));
  return (
    <>
      <Strip ref={list} tokens={tokens} chips={chips} behind={behind} className={layout} onUnfold={unfold} />
      {layout === "scrolling" && <StripMap list={list} tokens={tokens.length} />}
    </>
  );
}

interface AlignedStripProps extends Tokens {
  side: "a" | "b";
  columns: readonly Column[];
}

/** One of two strips whose columns belong together: changed tokens are underlined, insertions leave a gap. */
export function AlignedStrip({ side, columns, tokens, behind }: AlignedStripProps) {
  const chips = useMemo(() => {
    const joined = joinedCharacters(tokens);
    return columns.map((column): Chip => {
      const own = column[side];
      if (own === null || !tokens[own]) return { at: null, end: null, token: null };
      // A position is one of A; B's tokens answer for the one they stand beside.
      return { at: column.a, end: column.a, own, token: tokens[own], joined: joined[own], changed: !column.same };
    });
  }, [columns, side, tokens]);
  return <Strip side={side} tokens={tokens} chips={chips} behind={behind} className="aligned" />;
}

interface Chip {
  /** The first and the last position it stands for; null for a gap, and for a token of B without a place in A. */
  at: number | null;
  end: number | null;
  token: TokenType | null;
  /** Its index in its own prompt, where that is not `at`. */
  own?: number;
  joined?: string | null;
  times?: number;
  changed?: boolean;
}

interface StripProps {
  ref?: React.RefObject<HTMLDivElement | null>;
  side?: "a" | "b";
  tokens: TokenType[];
  chips: Chip[];
  behind: boolean;
  className: string;
  onUnfold?: (position: number) => void;
}

function Strip({ ref, side = "a", tokens, chips, behind, className, onUnfold }: StripProps) {
  const own = useRef<HTMLDivElement>(null);
  const list = ref ?? own;
  const pin = usePin();
  const further = useFurtherPins();
  const range = useRange();
  const anchor = useRef<number | null>(null);
  useHoverMark(list);
  const pinned = pin?.position ?? null;
  const places = chips.filter(({ at }) => at !== null) as (Chip & { at: number; end: number })[];
  const holding = (position: number | null) =>
    position === null ? -1 : places.findIndex(({ at, end }) => at <= position && position <= end);
  const focusable = places[Math.max(0, holding(pinned))]?.at ?? 0;

  useEffect(() => {
    if (pinned !== null) keepInView(list.current, pinned);
  }, [list, pinned, className, tokens]);

  const choose = (position: number, extend: boolean, toggle = false) => {
    if (extend) {
      anchor.current ??= pinned ?? position;
      selection.setRange([anchor.current, position]);
    } else {
      anchor.current = null;
      selection.setRange(null);
      pinPosition(toggle && position === pinned ? null : position);
    }
    chipAt(list.current, position)?.focus({ preventScroll: true });
  };
  const onClick = (event: MouseEvent) => {
    const chip = chipOf(event.target, chips);
    if (!chip?.token) return;
    if (event.altKey) return askFor(chip.token);
    if ((chip.times ?? 1) > 1) onUnfold?.(chip.at ?? 0);
    if (chip.at === null) return;
    if (event.metaKey || event.ctrlKey) selection.togglePin({ position: chip.at });
    else choose(chip.at, event.shiftKey, event.detail === 1);
  };
  const onDoubleClick = (event: MouseEvent) => {
    const chip = chipOf(event.target, chips);
    if (chip?.token) editAt(chip.token, side);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const chip = chipOf(event.target, chips);
    if (!chip?.token || chip.at === null || event.altKey || event.metaKey || event.ctrlKey) return;
    const index = holding(chip.at);
    const steps: Record<string, number> = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: Infinity };
    const to = steps[event.key];
    if (to !== undefined) choose(places[Math.max(0, Math.min(places.length - 1, to))].at, event.shiftKey);
    else if (event.key === "Enter" && (chip.times ?? 1) > 1) onUnfold?.(chip.at);
    else if (event.key === "Enter") editAt(chip.token, side);
    else if (event.key === " ") choose(chip.at, false, true);
    else return;
    event.preventDefault();
  };
  return (
    // Keys and clicks of the options arrive here; the focus is on the options.
    // eslint-disable-next-line jsx-a11y/interactive-supports-focus
    <div
      ref={list}
      role="listbox"
      aria-label={t(side === "b" ? "app.strip.labelB" : "app.strip.label")}
      aria-orientation="horizontal"
      aria-busy={behind}
      aria-multiselectable="true"
      className={["token-strip", className, behind && "behind"].filter(Boolean).join(" ")}
      onClick={onClick}
      onDoubleClick={onDoubleClick}
      onKeyDown={onKeyDown}
      onPointerOver={(event) => selection.setHover(hoverCell(chipOf(event.target, chips)))}
      onPointerLeave={() => selection.setHover(null)}
    >
      <Chips chips={chips} pinned={pinned} further={further} range={range} focusable={focusable} />
    </div>
  );
}

interface ChipsProps {
  chips: Chip[];
  pinned: number | null;
  further: readonly Cell[];
  range: [number, number] | null;
  focusable: number;
}

const Chips = memo(function Chips({ chips, pinned, further, range, focusable }: ChipsProps) {
  const holds = ({ at, end }: Chip, position: number | null | undefined) =>
    at !== null && end !== null && position != null && at <= position && position <= end;
  const inRange = ({ at, end }: Chip) =>
    at !== null && end !== null && range !== null && end >= range[0] && at <= range[1];
  return chips.map((chip, index) => {
    if (!chip.token) return <span key={index} className="strip-gap" aria-hidden="true" />;
    const { at, end, token, times = 1 } = chip;
    const letter = further.findIndex((cell) => holds(chip, cell.position));
    return (
      <div
        key={index}
        role="option"
        aria-selected={holds(chip, pinned) || letter >= 0 || inRange(chip)}
        aria-label={t("app.strip.token", { position: chip.own ?? at, text: tokenText(token), count: times })}
        tabIndex={at === focusable ? 0 : -1}
        data-chip={index}
        data-position={at ?? undefined}
        className={[
          "strip-cell",
          holds(chip, pinned) && "pinned",
          letter >= 0 && "also",
          inRange(chip) && "ranged",
          token.special && "special",
          chip.changed && "changed",
        ]
          .filter(Boolean)
          .join(" ")}
      >
        <Token token={token} plain joined={chip.joined} times={times} />
        <span className="strip-index">
          {letter >= 0 && <b>{"BCD"[letter]}</b>}
          {times > 1 ? `${at}–${end}` : (chip.own ?? at)}
        </span>
      </div>
    );
  });
});

/** Take a token as the target of the question. */
function askFor(token: TokenType): void {
  useWorkspace.getState().setQuestion({ target: [token.text] });
  void runPanels();
}

const hoverCell = (chip: Chip | undefined) => (chip?.at == null ? null : { position: chip.at });

function chipOf(target: EventTarget, chips: Chip[]): Chip | undefined {
  const cell = target instanceof Element ? target.closest<HTMLElement>("[data-chip]") : null;
  return cell ? chips[Number(cell.dataset.chip)] : undefined;
}
