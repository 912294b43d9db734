import { memo, useEffect, useRef, type KeyboardEvent, type MouseEvent } from "react";
import type { Token as TokenType } from "../../kinds/types";
import { pinPosition, selection, usePin, useRange } from "../../state/selection";
import { runPanels } from "../../state/runner";
import { useTokens } from "../../state/tokens";
import { useWorkspace } from "../../state/workspace";
import { t } from "../../ui/i18n";
import { Token } from "../../ui/Token";
import { joinedCharacters, tokenText } from "../../ui/tokenText";
import { editAt } from "./editAt";
import { keepInView, useHoverMark, useStripLayout } from "./strip";
import "./TokenStrip.css";

/** What the model reads, token by token. One tab stop; arrows move the pin, Shift makes a range. */
export function TokenStrip() {
  const { tokens, behind } = useTokens();
  const pin = usePin();
  const range = useRange();
  const list = useRef<HTMLDivElement>(null);
  const anchor = useRef<number | null>(null);
  const layout = useStripLayout(list, tokens);
  useHoverMark(list);
  const pinned = pin?.position ?? null;
  const focusable = pinned !== null && pinned < tokens.length ? pinned : 0;

  useEffect(() => {
    if (pinned !== null) keepInView(list.current, pinned);
  }, [pinned, layout, tokens]);

  if (tokens.length === 0) return null;
  const last = tokens.length - 1;
  const choose = (position: number, extend: boolean, toggle = false) => {
    if (extend) {
      anchor.current ??= pinned ?? position;
      selection.setRange([anchor.current, position]);
    } else {
      anchor.current = null;
      selection.setRange(null);
      pinPosition(toggle && position === pinned ? null : position);
    }
    (list.current?.children[position] as HTMLElement | undefined)?.focus({ preventScroll: true });
  };
  const onClick = (event: MouseEvent) => {
    const position = positionOf(event.target);
    if (position === null) return;
    if (event.altKey) askFor(tokens[position]);
    else choose(position, event.shiftKey, event.detail === 1);
  };
  const onDoubleClick = (event: MouseEvent) => {
    const position = positionOf(event.target);
    if (position !== null) editAt(tokens[position]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = positionOf(event.target);
    if (at === null || event.altKey || event.metaKey || event.ctrlKey) return;
    const steps: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last };
    const to = steps[event.key];
    const next = to === undefined ? at : Math.max(0, Math.min(last, to));
    if (next !== at) choose(next, event.shiftKey);
    else if (to !== undefined) return;
    else if (event.key === "Enter") editAt(tokens[at]);
    else if (event.key === " ") choose(at, false, true);
    else return;
    event.preventDefault();
  };
  return (
    // Keys and clicks of the options arrive here; the focus is on the options.
    // eslint-disable-next-line jsx-a11y/interactive-supports-focus
    <div
      ref={list}
      role="listbox"
      aria-label={t("app.strip.label")}
      aria-orientation="horizontal"
      aria-busy={behind}
      aria-multiselectable="true"
      className={["token-strip", layout, behind && "behind"].filter(Boolean).join(" ")}
      onClick={onClick}
      onDoubleClick={onDoubleClick}
      onKeyDown={onKeyDown}
      onPointerOver={(event) => selection.setHover(hoverCell(positionOf(event.target)))}
      onPointerLeave={() => selection.setHover(null)}
    >
      <Chips tokens={tokens} pinned={pinned} range={range} focusable={focusable} />
    </div>
  );
}

interface ChipsProps {
  tokens: TokenType[];
  pinned: number | null;
  range: [number, number] | null;
  focusable: number;
}

const Chips = memo(function Chips({ tokens, pinned, range, focusable }: ChipsProps) {
  const joined = joinedCharacters(tokens);
  const inRange = (position: number) => range !== null && position >= range[0] && position <= range[1];
  return tokens.map((token, position) => (
    <div
      key={position}
      role="option"
      aria-selected={position === pinned || inRange(position)}
      aria-label={t("app.strip.token", { position, text: tokenText(token) })}
      tabIndex={position === focusable ? 0 : -1}
      data-position={position}
      className={[
        "strip-cell",
        position === pinned && "pinned",
        inRange(position) && "ranged",
        token.special && "special",
      ]
        .filter(Boolean)
        .join(" ")}
    >
      <Token token={token} plain joined={joined[position]} />
      <span className="strip-index">{position}</span>
    </div>
  ));
});

/** Take a token as the target of the question. */
function askFor(token: TokenType): void {
  useWorkspace.getState().setQuestion({ target: token.text });
  void runPanels();
}

const hoverCell = (position: number | null) => (position === null ? null : { position });

function positionOf(target: EventTarget): number | null {
  const cell = target instanceof Element ? target.closest<HTMLElement>("[data-position]") : null;
  return cell ? Number(cell.dataset.position) : null;
}
