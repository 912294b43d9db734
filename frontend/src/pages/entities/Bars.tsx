import type { ReactNode } from "react";
import type { Scale } from "../../charts/colour";
import { barColour } from "../../kinds/parts/colour";
import { Token } from "../../ui/Token";

export interface Bar {
  name: ReactNode;
  /** Of a list: unique. */
  key: string;
  value: number;
  text: string;
  /** A mark on the track, at a value. */
  mark?: number;
  strong?: boolean;
  /** In place of the scale's own. */
  colour?: string;
}

interface BarsProps {
  label: string;
  bars: readonly Bar[];
  scale: Scale;
  /** The value of a full bar. */
  most: number;
  /** How much room names take. */
  wide?: boolean;
}

const share = (value: number, most: number) => `${Math.min(100, (100 * Math.abs(value)) / (most || 1))}%`;

/** Named values, each with its bar; the numbers are always printed. */
export function Bars({ label, bars, scale, most, wide }: BarsProps) {
  return (
    <ul className={wide ? "entity-bars wide" : "entity-bars"} aria-label={label}>
      {bars.map(({ name, key, value, text, mark, strong, colour }) => (
        <li key={key} className={strong ? "strong" : undefined}>
          <span className="entity-bar-name">{name}</span>
          <span className="entity-track" aria-hidden="true">
            <i style={{ width: share(value, most), background: colour ?? barColour(scale, value) }} />
            {mark !== undefined && <b style={{ insetInlineStart: share(mark, most) }} />}
          </span>
          <span className="entity-bar-value">{text}</span>
        </li>
      ))}
    </ul>
  );
}

/** Tokens of the vocabulary with a value each. */
export function TokenBars({
  tokens,
  ...rest
}: Omit<BarsProps, "bars"> & { tokens: { text: string; value: number; said: string }[] }) {
  return (
    <Bars
      {...rest}
      bars={tokens.map(({ text, value, said }, index) => ({
        name: <Token token={{ text }} plain max={14} />,
        key: String(index),
        value,
        text: said,
      }))}
    />
  );
}
