import type { ReactNode } from "react";
import "./Badge.css";
import { t } from "./i18n";
import { Icon, type IconName } from "./icons";
import { decimal, scientific } from "./numbers";
import { Popover } from "./Popover";

export type BadgeTone = "ok" | "warn" | "fail" | "info" | "accent";

const ICONS: Record<BadgeTone, IconName | null> = {
  ok: "check",
  warn: "alert",
  fail: "alert",
  info: null,
  accent: null,
};

export function Badge({ tone = "info", children }: { tone?: BadgeTone; children: ReactNode }) {
  const icon = ICONS[tone];
  return (
    <span className={`badge ${tone}`}>
      {icon && <Icon name={icon} size={12} />}
      {children}
    </span>
  );
}

/** A check as results carry it. */
export interface BadgeCheck {
  name: string;
  label: string;
  value: number | null;
  ok?: number | null;
  warn?: number | null;
  higher_is_better?: boolean;
  control?: number | null;
  explanation?: string;
  verdict: "ok" | "warn" | "fail" | "info";
}

/** Errors in scientific form, scores with two decimals. */
export function checkNumber(x: number | null | undefined): string {
  if (x == null || Number.isNaN(x)) return decimal(x);
  if (Number.isInteger(x)) return decimal(x, 0);
  return Math.abs(x) < 0.01 ? scientific(x) : decimal(x);
}

export function checkText(check: BadgeCheck): string {
  return check.value == null && check.verdict === "info"
    ? check.label
    : t("ui.check.badge", { label: check.label, value: checkNumber(check.value) });
}

function limits(check: BadgeCheck): string | null {
  if (check.ok == null) return null;
  const key = check.higher_is_better ? "ui.check.atLeast" : "ui.check.atMost";
  return t(key, {
    ok: checkNumber(check.ok),
    warn: checkNumber(check.warn),
    hasWarn: check.warn == null ? "no" : "yes",
  });
}

/** A measured number that says whether the picture can be believed; opens to the check and its threshold. */
export function CheckBadge({ check }: { check: BadgeCheck }) {
  const icon = ICONS[check.verdict];
  const text = checkText(check);
  return (
    <Popover
      label={check.label}
      trigger={
        <button
          type="button"
          className={`badge ${check.verdict}`}
          aria-label={`${t(`ui.check.${check.verdict}`)}: ${text}`}
        >
          {icon && <Icon name={icon} size={12} />}
          <span className="clip">{text}</span>
        </button>
      }
    >
      <CheckNote check={check} />
    </Popover>
  );
}

/** What a check measured, against what. */
export function CheckNote({ check }: { check: BadgeCheck }) {
  const threshold = limits(check);
  return (
    <div className="check-note">
      <div className="row">
        <span className="bold grow">{check.label}</span>
        <Badge tone={check.verdict}>{t(`ui.check.${check.verdict}`)}</Badge>
      </div>
      {check.explanation && <p>{check.explanation}</p>}
      <dl className="pairs">
        <dt>{t("ui.check.value")}</dt>
        <dd>{checkNumber(check.value)}</dd>
        {check.control != null && (
          <>
            <dt>{t("ui.check.control")}</dt>
            <dd>{checkNumber(check.control)}</dd>
          </>
        )}
      </dl>
      {threshold && <p className="ink-3 xs">{threshold}</p>}
    </div>
  );
}
