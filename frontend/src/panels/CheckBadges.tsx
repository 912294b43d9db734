import { useCallback, useLayoutEffect, useRef, useState } from "react";
import { CheckBadge, CheckNote, checkText, type BadgeCheck } from "../ui/Badge";
import { t } from "../ui/i18n";
import { Icon } from "../ui/icons";
import { Popover } from "../ui/Popover";

const SEVERITY: Record<BadgeCheck["verdict"], number> = { fail: 0, warn: 1, ok: 2, info: 3 };
const GAP = 8;
/** What "+2" takes. */
const MORE = 34;

/** How many of the badges stand in one line of this width, with room for "+n" where some do not. */
export function howManyFit(widths: readonly number[], room: number): number {
  let taken = 0;
  for (let i = 0; i < widths.length; i += 1) {
    taken += widths[i] + (i > 0 ? GAP : 0);
    const rest = i < widths.length - 1 ? GAP + MORE : 0;
    if (taken + rest > room) return i;
  }
  return widths.length;
}

/** The badges of a result, worst first, in one line: those that do not fit stand behind "+n". */
export function CheckBadges({ checks }: { checks: readonly BadgeCheck[] }) {
  const ordered = [...checks].sort((a, b) => SEVERITY[a.verdict] - SEVERITY[b.verdict]);
  return <Line key={ordered.map(({ name, value }) => `${name} ${value}`).join()} checks={ordered} />;
}

/** All badges are laid out once to learn their widths, before anything is painted; then as many as there is room for. */
function Line({ checks }: { checks: readonly BadgeCheck[] }) {
  const host = useRef<HTMLSpanElement>(null);
  const widths = useRef<number[]>([]);
  const [fitting, setFitting] = useState(checks.length);
  const fit = useCallback(() => {
    if (host.current) setFitting(howManyFit(widths.current, host.current.clientWidth));
  }, []);
  useLayoutEffect(() => {
    if (!host.current) return undefined;
    widths.current = Array.from(host.current.children, (badge) => badge.getBoundingClientRect().width);
    const observer = new ResizeObserver(fit);
    observer.observe(host.current);
    fit();
    return () => observer.disconnect();
  }, [fit]);
  const hidden = checks.slice(fitting);
  return (
    <span ref={host} className="check-badges">
      {checks.slice(0, fitting).map((check) => (
        <CheckBadge key={check.name} check={check} />
      ))}
      {hidden.length > 0 && <More checks={hidden} alone={fitting === 0} />}
    </span>
  );
}

/** The badges that did not fit, behind one that looks like the worst of them. */
function More({ checks, alone }: { checks: readonly BadgeCheck[]; alone: boolean }) {
  const [{ verdict }] = checks;
  const failing = verdict === "fail" || verdict === "warn";
  return (
    <Popover
      label={t("app.checks.all")}
      trigger={
        <button
          type="button"
          className={`badge ${failing || alone ? verdict : ""}`}
          aria-label={alone ? checks.map(checkText).join(", ") : t("app.checks.hidden", { count: checks.length })}
        >
          {(failing || (alone && verdict === "ok")) && <Icon name={failing ? "alert" : "check"} size={12} />}
          {alone && checks.length === 1
            ? t(`ui.check.${verdict}`)
            : t(alone ? "app.checks.count" : "app.checks.more", { count: checks.length })}
        </button>
      }
    >
      <div className="check-list">
        {checks.map((check) => (
          <CheckNote key={check.name} check={check} />
        ))}
      </div>
    </Popover>
  );
}
