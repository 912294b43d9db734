import * as Radix from "@radix-ui/react-dropdown-menu";
import type { ReactElement, ReactNode } from "react";
import { Icon, type IconName } from "./icons";
import "./Menu.css";

interface MenuProps {
  /** The button that opens the menu; must take a ref and button props. */
  trigger: ReactElement;
  children: ReactNode;
  align?: "start" | "center" | "end";
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** Whether the choice moved the focus elsewhere, so that it does not go back to the trigger. */
  movedFocus?: () => boolean;
}

// Never modal: the library's scroll lock writes a style element, which the content policy refuses.
export function Menu({ trigger, children, align = "end", open, onOpenChange, movedFocus }: MenuProps) {
  return (
    <Radix.Root modal={false} open={open} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className="menu"
          align={align}
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={(event) => movedFocus?.() && event.preventDefault()}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface MenuItemProps {
  children: ReactNode;
  onSelect?: () => void;
  icon?: IconName;
  /** Right aligned and dim: a key, a size, a reason. */
  detail?: ReactNode;
  disabled?: boolean;
}

export function MenuItem({ children, onSelect, icon, detail, disabled }: MenuItemProps) {
  return (
    <Radix.Item className="menu-item" onSelect={onSelect} disabled={disabled}>
      {icon && <Icon name={icon} size={14} />}
      <span className="clip">{children}</span>
      {detail != null && <span className="menu-detail">{detail}</span>}
    </Radix.Item>
  );
}

/** One of several that exclude each other. */
export function MenuChoice({ children, checked, onSelect, detail }: MenuItemProps & { checked: boolean }) {
  return (
    <Radix.CheckboxItem className="menu-item" checked={checked} onSelect={onSelect}>
      {checked ? <Icon name="check" size={14} /> : <span style={{ flex: "none", width: 14 }} />}
      <span className="clip">{children}</span>
      {detail != null && <span className="menu-detail">{detail}</span>}
    </Radix.CheckboxItem>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="menu-label">{children}</Radix.Label>;
}

export function MenuSeparator() {
  return <Radix.Separator className="menu-separator" />;
}
