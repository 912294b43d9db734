import type { ComponentProps } from "react";
import "./Button.css";
import "./Chip.css";
import { Icon } from "./icons";

/** Filled when ready, a ring when idle or busy, square when failed: shape carries the state, colour repeats it. */
export function Dot({ state }: { state: "ready" | "busy" | "failed" | "idle" }) {
  return <span className={`dot ${state}`} aria-hidden="true" />;
}

/** Which of two compared runs. */
export function Side({ side }: { side: "A" | "B" }) {
  return <span className={side === "B" ? "side b" : "side"}>{side}</span>;
}

interface ModelChipProps extends Omit<ComponentProps<"button">, "children"> {
  name: string;
  state: "ready" | "busy" | "failed" | "idle";
  /** "ready", "loading 62% · 18 s", "2nd in line", "not loaded". */
  detail: string;
  side?: "A" | "B";
}

/** A model and its state; the trigger of its menu. */
export function ModelChip({ name, state, detail, side, className, ...rest }: ModelChipProps) {
  return (
    <button type="button" className={["btn", className].filter(Boolean).join(" ")} {...rest}>
      {side && <Side side={side} />}
      <Dot state={state} />
      <span className="clip">{name}</span>
      <span className="chip-state">{detail}</span>
      <Icon name="chevronDown" size={12} />
    </button>
  );
}
