import type { ComponentProps, ReactNode } from "react";
import type { PanelWidth } from "../state/workspace";
import "./Panel.css";

interface PanelFrameProps extends Omit<ComponentProps<"section">, "title"> {
  id: string;
  title: ReactNode;
  badges?: ReactNode;
  purpose?: string;
  actions?: ReactNode;
  params?: ReactNode;
  footer?: ReactNode;
  width?: PanelWidth;
  /** Level of the heading. */
  level?: 2 | 3;
  fullScreen?: boolean;
}

/** The anatomy that every panel shares: title and badges, purpose, parameters, figure, footer. */
export function PanelFrame({
  id,
  title,
  badges,
  purpose,
  actions,
  params,
  footer,
  width = "half",
  level = 3,
  fullScreen,
  children,
  ...rest
}: PanelFrameProps) {
  const heading = `${id}-title`;
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section
      id={id}
      className={["panel", width, fullScreen && "full-screen"].filter(Boolean).join(" ")}
      aria-labelledby={heading}
      {...rest}
    >
      <header className="panel-head">
        <div className="panel-title">
          <Heading id={heading}>{title}</Heading>
          {badges}
        </div>
        {actions && <div className="panel-actions">{actions}</div>}
        {purpose && (
          <p className="panel-purpose clip" title={purpose}>
            {purpose}
          </p>
        )}
      </header>
      {params && <div className="panel-params">{params}</div>}
      <div className="panel-body">{children}</div>
      {footer}
    </section>
  );
}
