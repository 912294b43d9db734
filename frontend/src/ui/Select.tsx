import type { ComponentProps } from "react";
import { Icon } from "./icons";
import "./Select.css";

export interface SelectOption<V extends string> {
  value: V;
  label: string;
  disabled?: boolean;
}

interface SelectProps<V extends string> extends Omit<ComponentProps<"select">, "value" | "onChange" | "children"> {
  /** Stands before the value, inside the control: "lens raw". */
  label: string;
  options: readonly SelectOption<V>[];
  value: V;
  onChange: (value: V) => void;
  /** Differs from the default: drawn bold. */
  changed?: boolean;
}

/** An inline choice, "lens raw ⌄": a native select below a drawn face, so that keyboards and phones keep their own lists. */
export function Select<V extends string>({
  label,
  options,
  value,
  onChange,
  changed,
  disabled,
  ...rest
}: SelectProps<V>) {
  const current = options.find((option) => option.value === value);
  return (
    <span className={["select", changed && "changed", disabled && "disabled"].filter(Boolean).join(" ")}>
      <span className="select-label" aria-hidden="true">
        {label}
      </span>
      <span className="select-value" aria-hidden="true">
        {current?.label ?? value}
      </span>
      <Icon name="chevronDown" size={12} />
      <select
        {...rest}
        aria-label={label}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.target.value as V)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
    </span>
  );
}
