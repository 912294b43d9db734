/** The report as one text in Markdown, for a notebook, an issue or a wiki; figures are named with what they say. */
import type { SavedAnalysis } from "../../api/types";
import { savedClaim, savedEnd, savedPanels, headOf } from "../../state/saved";
import { t } from "../../ui/i18n";
import { interval, signed } from "../../ui/numbers";
import type { Claim, Measured } from "../../state/claim";

export function reportMarkdown(analysis: SavedAnalysis, address: string): string {
  const claim = savedClaim(analysis);
  const panels = savedPanels(analysis).flatMap((panel) => [
    panel.before ?? "",
    `**${inline(panel.title)}** · ${panel.method}`,
    panel.result ? headOf(panel.result).result.summary : t("app.saved.noResult"),
  ]);
  const parts = [
    `# ${inline(analysis.title)}`,
    claim ? claimMarkdown(claim) : "",
    analysis.notes,
    ...panels,
    savedEnd(analysis),
    `<${address}>`,
  ];
  return `${parts
    .map((part) => part.trim())
    .filter(Boolean)
    .join("\n\n")}\n`;
}

/** Text that stands in a line of Markdown as it is. */
const inline = (text: string): string =>
  text.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_[\]<>#&]/g, (mark) => `\\${mark}`);

function claimMarkdown({ sentence, verdict, effect, control }: Claim): string {
  const numbers = [said(effect, t("app.claim.effect")), said(control, t("app.claim.control"))].filter(Boolean);
  return [`> **${t(`app.claim.verdict.${verdict}`)}** ${inline(sentence)}`, ...numbers.map((line) => `> ${line}`)].join(
    "\n>\n",
  );
}

function said({ label, value, low, high }: Measured, name: string): string {
  if (value === null) return "";
  const range = low !== null && high !== null ? ` (${interval(low, high)})` : "";
  return `${inline(label || name)}: ${signed(value)}${range}`;
}
