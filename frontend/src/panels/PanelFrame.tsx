import { createContext, use, useMemo, useState, type ComponentProps, type ReactNode, type RefCallback } from "react";
import { FigureNotes } from "../kinds/notes";
import type { PanelWidth } from "../state/workspace";
import "./Panel.css";

interface PanelFrameProps extends Omit<ComponentProps<"section">, "title"> {
  id: string;
  title: ReactNode;
  /** Before the title: which side of a comparison. */
  mark?: ReactNode;
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

/** Where the figure's notes and legend go: an element of the footer that tells the frame of itself. */
const FootPlace = createContext<RefCallback<HTMLElement> | null>(null);

/** The place of the figure's own notes and legend, in the panel's one footer line. */
export function FigureFoot() {
  return <span ref={use(FootPlace)} className="figure-slot" />;
}

/** The anatomy that every panel shares: title and badges, purpose, parameters, figure, footer. */
export function PanelFrame({
  id,
  title,
  mark,
  badges,
  purpose,
  actions,
  params,
  footer,
  width = "half",
  level = 3,
  fullScreen,
  className,
  children,
  ...rest
}: PanelFrameProps) {
  const [head, setHead] = useState<HTMLElement | null>(null);
  const [foot, setFoot] = useState<HTMLElement | null>(null);
  const slots = useMemo(() => ({ head, foot }), [head, foot]);
  const heading = `${id}-title`;
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <FigureNotes value={slots}>
      <FootPlace value={setFoot}>
        <section
          id={id}
          className={["panel", width, fullScreen && "full-screen", className].filter(Boolean).join(" ")}
          aria-labelledby={heading}
          {...rest}
        >
          <header className="panel-head">
            <div className="panel-title">
              {mark}
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
          <div className="panel-params">
            <span ref={setHead} className="figure-slot" />
            {params}
          </div>
          <div className="panel-body">{children}</div>
          {footer}
        </section>
      </FootPlace>
    </FigureNotes>
  );
}
