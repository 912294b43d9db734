import type { ReactNode } from "react";
import { Icon, type IconName } from "./icons";
import "./Notice.css";

interface NoticeProps {
  tone?: "info" | "warn" | "fail";
  icon?: IconName;
  title: ReactNode;
  children?: ReactNode;
  /** Buttons; the remedy first. */
  actions?: ReactNode;
  /** Of the heading: 2 where it stands for the whole of a page. */
  level?: 2 | 4;
}

/** What stands where a figure would: empty, too large, error. Cause, remedy, one primary button. */
export function Notice({ tone = "info", icon, title, children, actions, level = 4 }: NoticeProps) {
  const Heading = `h${level}` as const;
  return (
    <div className={`notice ${tone}`} role={tone === "fail" ? "alert" : undefined}>
      <Icon name={icon ?? (tone === "info" ? "layers" : "alert")} size={22} />
      <Heading>{title}</Heading>
      {children && <p>{children}</p>}
      {actions && <div className="row">{actions}</div>}
    </div>
  );
}

/** One line above a figure: stale, control failed, offline. */
export function Ribbon({
  tone,
  children,
  actions,
}: {
  tone: "info" | "warn" | "fail" | "ok";
  children: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className={`ribbon ${tone}`} role="status">
      <Icon name={tone === "info" ? "info" : tone === "ok" ? "check" : "alert"} />
      <span className="grow">{children}</span>
      {actions}
    </div>
  );
}
