import type { ResultDocument } from "../kinds/types";
import { checkText } from "../ui/Badge";
import { t } from "../ui/i18n";

/** Why a result should not be believed: the reason of its first failed check; null when none failed. */
export function refutation({ checks }: ResultDocument): string | null {
  const failed = checks.find(({ verdict }) => verdict === "fail");
  if (!failed) return null;
  return t("app.panel.refuted", { check: checkText(failed), reason: failed.explanation ?? "" });
}
