import { fillOf, inkOf } from "../../kinds/parts/colour";
import { t } from "../../ui/i18n";
import { decimal } from "../../ui/numbers";
import { Token } from "../../ui/Token";
import type { TokenLike } from "../../ui/tokenText";

const STEPS = 12;
/** Running text: what has no mark but the space before a word is written as it is. */
const PLAIN = /^ ?[\p{Script=Latin}\p{N}!-/:-@[-`{-~]+$/u;
/** Below this share of the largest value a token stays plain. */
const LEAST = 0.08;

export interface Slot {
  token: TokenLike;
  value: number;
}

interface ShadedProps {
  slots: readonly Slot[];
  /** The values that the darkest shades stand for. */
  most: number;
  least: number;
  /** The slot that the text is about. */
  centre?: number;
}

function shade(value: number, most: number, least: number): { background: string; color: string } | undefined {
  const below = value < 0;
  const part = below ? (least < 0 ? value / least : 0) : most > 0 ? value / most : 0;
  // Far smaller values below 0 than above it are no finding.
  if (!(part >= LEAST) || (below && -least < LEAST * most)) return undefined;
  const step = Math.round(Math.min(1, part) * STEPS);
  const at = below ? STEPS - step : step;
  const scale = below ? "eff" : "feat";
  return { background: fillOf(scale, at), color: inkOf(scale, at) };
}

/** A text whose tokens are shaded by a value. */
export function Shaded({ slots, most, least, centre }: ShadedProps) {
  return (
    <span className="shaded">
      {slots.map(({ token, value }, index) => (
        <span
          key={index}
          className={index === centre ? "centre" : undefined}
          style={shade(value, most, least)}
          title={t("entity.value", { text: token.text, value: decimal(value) })}
        >
          {PLAIN.test(token.text) && !token.special ? token.text : <Token token={token} plain max={40} />}
        </span>
      ))}
    </span>
  );
}
