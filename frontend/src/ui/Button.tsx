import type { ComponentProps, ReactNode } from "react";
import "./Button.css";
import { Icon, type IconName } from "./icons";
import { Tooltip } from "./Tooltip";

interface ButtonProps extends ComponentProps<"button"> {
  variant?: "default" | "primary" | "quiet" | "danger";
  size?: "m" | "s";
  icon?: IconName;
}

const classes = (...names: (string | false | undefined)[]) => names.filter(Boolean).join(" ");

export function Button({ variant = "default", size = "m", icon, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={classes("btn", variant !== "default" && variant, size === "s" && "small", className)}
      {...rest}
    >
      {icon && <Icon name={icon} size={14} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, "icon" | "children"> {
  icon: IconName;
  /** What it does: its name for assistive technology, and its tooltip. */
  label: string;
  /** The key that does the same, shown in the tooltip. */
  shortcut?: string;
}

export function IconButton({
  icon,
  label,
  shortcut,
  variant = "quiet",
  size = "s",
  className,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip content={label} shortcut={shortcut}>
      <button
        type="button"
        aria-label={label}
        className={classes("btn square", variant !== "default" && variant, size === "s" && "small", className)}
        {...rest}
      >
        <Icon name={icon} size={size === "s" ? 15 : 16} />
      </button>
    </Tooltip>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="kbd">{children}</kbd>;
}
