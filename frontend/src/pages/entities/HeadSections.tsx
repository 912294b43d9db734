import { useMemo } from "react";
import { array, at } from "../../kinds/result";
import type { SelectionStore } from "../../kinds/types";
import { Figure } from "../../panels/Figure";
import { Badge } from "../../ui/Badge";
import { t } from "../../ui/i18n";
import { interval, MINUS, probability, scientific, signed } from "../../ui/numbers";
import { tokenText } from "../../ui/tokenText";
import { Bars } from "./Bars";
import { directOf, isReached, orNull, probeOf, rolesOf } from "./profile";
import { Section } from "./Section";
import type { Analysis } from "./useAnalysis";

interface PartProps {
  analysis: Analysis;
  layer: number;
  head: number;
}

/** Where it looks on the prompt. */
export function Pattern({ analysis, selection, example }: PartProps & { selection: SelectionStore; example: boolean }) {
  const { document } = analysis;
  return (
    <Section
      id="pattern"
      area="pattern"
      title={t(example ? "entity.pattern.example" : "entity.pattern")}
      purpose={t("entity.pattern.purpose")}
      analysis={analysis}
      rows={14}
      said={document?.result.summary}
      ownTable
    >
      {(asTable) => document && <Figure document={document} selection={selection} asTable={asTable} />}
    </Section>
  );
}

/** Its scores, each with what it has to reach. */
export function Roles({ analysis, layer, head }: PartProps) {
  const roles = analysis.document ? rolesOf(analysis.document, layer, head) : [];
  const reached = roles.filter(isReached).map(({ name }) => name);
  const number = (name: string, label: string) => ({ name, label, numeric: true });
  return (
    <Section
      id="roles"
      area="roles"
      title={t("entity.roles")}
      purpose={t("entity.roles.purpose")}
      analysis={analysis}
      rows={7}
      said={t("entity.roles.said", { count: reached.length, names: reached.join(", ") })}
      notes={t("entity.roles.notes", { count: roles.length })}
      table={() => ({
        columns: [
          { name: "role", label: t("entity.roles.column"), numeric: false },
          number("score", t("entity.roles.score")),
          number("threshold", t("entity.roles.threshold")),
          number("chance", t("entity.roles.chance")),
        ],
        rows: roles.map(({ name, score, threshold, chance }) => [name, ...[score, threshold, chance].map(orNull)]),
      })}
    >
      {() => (
        <Bars
          wide
          label={t("entity.roles")}
          scale="attn"
          most={1}
          bars={roles.map((role) => ({
            name: capital(role.name),
            key: role.name,
            value: Number.isNaN(role.score) ? 0 : role.score,
            text: probability(role.score, 2),
            mark: Number.isNaN(role.threshold) ? undefined : role.threshold,
            strong: isReached(role),
            colour: isReached(role) ? "var(--attn9)" : "var(--attn5)",
          }))}
        />
      )}
    </Section>
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Its pattern on random tokens that stand twice. */
export function OnProbe({ analysis, layer, head, selection }: PartProps & { selection: SelectionStore }) {
  const { document } = analysis;
  const probe = useMemo(() => document && probeOf(document, layer, head), [document, layer, head]);
  const size = probe?.result.tokens.length ?? 0;
  return (
    <Section
      id="probe"
      area="probe"
      title={t("entity.probe")}
      purpose={t("entity.probe.purpose")}
      analysis={analysis}
      rows={10}
      notes={t("entity.probe.notes", { size, sequences: Number(document?.result.facts.batch ?? 1) })}
      ownTable
    >
      {(asTable) => probe && <Figure document={probe} selection={selection} asTable={asTable} compact />}
    </Section>
  );
}

const wordsOf = (value: unknown): string =>
  Array.isArray(value) ? value.map(({ text = "" }: { text?: string }) => tokenText({ text })).join(", ") : "";

/** What it writes toward the answer, among all heads. */
export function DirectEffect({ analysis, layer, head, selection }: PartProps & { selection: SelectionStore }) {
  const { document } = analysis;
  const { own, rank, total } = document ? directOf(document, layer, head) : { own: 0, rank: 0, total: 0 };
  const [target, distractor] = document
    ? [wordsOf(document.result.facts.target), wordsOf(document.result.facts.distractor)]
    : [];
  return (
    <Section
      id="direct"
      area="direct"
      title={t("entity.direct")}
      purpose={target && distractor ? t("entity.direct.purpose", { target, distractor }) : t("entity.direct.plain")}
      badges={<Badge>{t("entity.direct.badge", { value: signed(own) })}</Badge>}
      analysis={analysis}
      rows={6}
      said={document?.result.summary}
      notes={t("entity.direct.rank", { rank, total })}
      ownTable
    >
      {(asTable) =>
        document && <Figure document={document} selection={selection} quantity="direct" asTable={asTable} compact />
      }
    </Section>
  );
}

/** What changes when it is taken out, beside the same for random heads. */
export function WithoutHead({ analysis }: PartProps) {
  const { document } = analysis;
  const rows: [string, string[]][] = [];
  if (document) {
    const [difference, right, kl, random] = [
      "ablation_difference",
      "ablation_right",
      "ablation_kl",
      "random_change",
    ].map((name) => array(document, name));
    const mean = (column: number) =>
      Array.from({ length: difference.shape[0] }, (_, i) => at(difference, i, column)).reduce((a, b) => a + b, 0) /
      difference.shape[0];
    const spread = (column: number) => {
      const all = Array.from({ length: random.shape[0] }, (_, i) => at(random, i, column));
      return all.length > 0 ? interval(Math.min(...all), Math.max(...all)) : "";
    };
    rows.push([t("entity.ablation.difference"), [0, 1, 2].map((i) => signed(mean(i)))]);
    rows.push([t("entity.ablation.right"), [0, 1, 2].map((i) => probability(right.data[i], 2))]);
    rows.push([t("entity.ablation.kl"), ["", scientific(kl.data[0]), scientific(kl.data[1])]]);
    rows.push([t("entity.ablation.random"), ["", spread(0), spread(1)]]);
  }
  const facts = document?.result.facts ?? {};
  return (
    <Section
      id="without"
      area="without"
      title={t("entity.ablation")}
      purpose={t("entity.ablation.purpose")}
      analysis={analysis}
      notes={t("entity.ablation.notes", {
        asked: Number(facts.n_ablated ?? 1),
        draws: document?.result.coords.draw?.length ?? 0,
      })}
    >
      {() => (
        <table className="entity-table">
          <thead>
            <tr>
              <th scope="col">{t("entity.effect")}</th>
              {(["asItIs", "zero", "mean"] as const).map((name) => (
                <th key={name} scope="col" className="right">
                  {t(`entity.ablation.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, values]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {values.map((value, i) => (
                  <td key={i} className="right">
                    {value.replace(/^-/, MINUS)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}
