/** Which findings are shown, and how they stand. */
import type { Finding, Holds, Measure } from "../../api/gallery";
import type { BadgeTone } from "../../ui/Badge";
import { t } from "../../ui/i18n";
import { measured } from "./measured";

export const GROUPS = ["All", "Reading", "Cause", "Features", "Steering", "Differences"] as const;
export type Group = (typeof GROUPS)[number];

/** How a verdict is drawn and said. */
export const STANDINGS: Record<Holds, { tone: BadgeTone; name: "supported" | "mixed" | "against" }> = {
  supported: { tone: "ok", name: "supported" },
  mixed: { tone: "warn", name: "mixed" },
  "not supported": { tone: "fail", name: "against" },
};

const textOf = ({ title, sentence, source, group, holds, number, control, model }: Finding): string =>
  [title, sentence, source.title, source.year, group, holds, number.label, control.label, model]
    .join(" ")
    .toLowerCase();

/** The findings of a group that have every word of a search. */
export function shownFindings(findings: readonly Finding[], group: Group, search: string): Finding[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return findings.filter((finding) => {
    if (group !== "All" && finding.group !== group) return false;
    const text = textOf(finding);
    return words.every((word) => text.includes(word));
  });
}

/** How many of the findings stand how. */
export function tally(findings: readonly Finding[]): Record<"supported" | "mixed" | "against", number> {
  const counts = { supported: 0, mixed: 0, against: 0 };
  for (const { holds } of findings) counts[STANDINGS[holds].name] += 1;
  return counts;
}

const valueText = ({ value, unit }: Measure): string => measured(value, unit);

type Measures = Pick<Finding, "number" | "control">;

/** "0.91, control 0.02". */
export const numbersText = ({ number, control }: Measures): string =>
  t("app.gallery.numbers", { number: valueText(number), control: valueText(control) });

/** "induction score of head 1.3; control: the same head without repetition". */
export const measuresText = ({ number, control }: Measures): string =>
  t("app.gallery.measures", { number: number.label, control: control.label });
