import { useId, type ReactNode } from "react";
import "./Segmented.css";

export interface SegmentedOption<V extends string> {
  value: V;
  label: ReactNode;
  disabled?: boolean;
}

interface SegmentedProps<V extends string> {
  /** What is being chosen, for assistive technology. */
  label: string;
  options: readonly SegmentedOption<V>[];
  value: V;
  onChange: (value: V) => void;
  size?: "m" | "s";
  /** As wide as its container, items of equal width. */
  block?: boolean;
}

/** One of a few, all visible. Native radio buttons: one tab stop, arrows choose. */
export function Segmented<V extends string>({ label, options, value, onChange, size = "m", block }: SegmentedProps<V>) {
  const name = useId();
  return (
    <div
      role="radiogroup"
      aria-label={label}
      className={["seg", size === "s" && "small", block && "block"].filter(Boolean).join(" ")}
    >
      {options.map((option) => (
        <label key={option.value} className="seg-item">
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            disabled={option.disabled}
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </div>
  );
}
