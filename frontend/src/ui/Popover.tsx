import * as Radix from "@radix-ui/react-popover";
import type { ReactElement, ReactNode } from "react";
import "./Menu.css";

interface PopoverProps {
  trigger: ReactElement;
  /** What it is about, for assistive technology. */
  label: string;
  children: ReactNode;
  align?: "start" | "center" | "end";
}

export function Popover({ trigger, label, children, align = "start" }: PopoverProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="popover" aria-label={label} align={align} sideOffset={6} collisionPadding={8}>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
