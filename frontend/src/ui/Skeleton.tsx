import "./Progress.css";
import { t } from "./i18n";

/** The outline of a grid that is being computed. */
export function Skeleton({
  rows = 7,
  columns = 15,
  height = 26,
}: {
  rows?: number;
  columns?: number;
  height?: number;
}) {
  return (
    <div
      className="skeleton"
      role="img"
      aria-label={t("ui.loading")}
      style={{ gridTemplateColumns: `repeat(${columns}, 1fr)`, ["--row" as string]: `${height}px` }}
    >
      {Array.from({ length: rows * columns }, (_, i) => (
        <i key={i} />
      ))}
    </div>
  );
}
