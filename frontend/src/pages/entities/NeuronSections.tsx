import { useState, type ReactNode } from "react";
import { find } from "../../kinds/result";
import type { ResultDocument, SelectionStore } from "../../kinds/types";
import { Figure } from "../../panels/Figure";
import { Badge } from "../../ui/Badge";
import { t } from "../../ui/i18n";
import { Legend } from "../../ui/Legend";
import { count, decimal, percent } from "../../ui/numbers";
import { Segmented } from "../../ui/Segmented";
import { tokenText } from "../../ui/tokenText";
import { contextsOf, fact, GROUPS, largestAt, type Context, type Group } from "./contexts";
import { Section } from "./Section";
import { Shaded } from "./Shaded";
import type { Analysis } from "./useAnalysis";

const limitsOf = (document: ResultDocument) => ({
  most: Math.max(0, fact(document, "largest")),
  least: Math.min(0, fact(document, "smallest")),
});

interface PartProps {
  analysis: Analysis;
}

/** Where it fires in the corpus: the strongest places, and others, so that no reading rests on the top alone. */
export function Contexts({ analysis }: PartProps) {
  const { document } = analysis;
  const [chosen, setGroup] = useState<Group>("strongest");
  const all = document ? contextsOf(document) : [];
  const groups = GROUPS.filter((group) => all.some((context) => context.group === group));
  const group = groups.includes(chosen) ? chosen : (groups[0] ?? "strongest");
  const shown = all.filter((context) => context.group === group);
  const limits = document ? limitsOf(document) : { most: 1, least: 0 };
  return (
    <Section
      id="contexts"
      area="contexts"
      title={t("entity.contexts")}
      purpose={t("entity.contexts.purpose", { largest: decimal(limits.most) })}
      analysis={analysis}
      rows={12}
      said={t(`entity.contexts.said.${group}`, { count: shown.length })}
      controls={
        <>
          <Segmented
            size="s"
            label={t("entity.contexts.group")}
            value={group}
            onChange={setGroup}
            options={groups.map((value) => ({ value, label: t(`entity.contexts.${value}`) }))}
          />
          <span className="grow" />
          <Legend scale="feat" low="0" high={decimal(limits.most)} width={104} />
        </>
      }
      notes={
        document &&
        t("entity.contexts.notes", {
          texts: count(fact(document, "n_texts")),
          tokens: count(fact(document, "n_tokens")),
          sets: count(fact(document, "n_sets")),
        })
      }
      table={() => ({
        columns: [
          { name: "context", label: t("entity.context"), numeric: false },
          { name: "value", label: t("entity.column.value"), numeric: true },
          { name: "text", label: t("entity.column.text"), numeric: false },
          { name: "source", label: t("entity.column.source"), numeric: false },
        ],
        rows: all.map((context) => [context.name, context.value, plain(context), context.source]),
      })}
    >
      {() => (
        <ol className="contexts-list">
          {shown.map((context) => (
            <li key={context.name}>
              <b>{decimal(context.value)}</b>
              <Shaded {...context} {...limits} />
              <span className="xs ink-3">{context.source}</span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

const plain = ({ slots, centre }: Context) =>
  slots.map(({ token }, index) => (index === centre ? `[${token.text}]` : token.text)).join("");

/** How often it takes which values, and where the selected token stands. */
export function Strength({ analysis, selection }: PartProps & { selection: SelectionStore }) {
  const { document } = analysis;
  return (
    <Section
      id="strength"
      area="strength"
      title={t("entity.strength")}
      purpose={t("entity.strength.purpose")}
      badges={document && <Badge>{t("entity.on", { share: percent(fact(document, "frequency"), 1) })}</Badge>}
      analysis={analysis}
      said={document?.result.summary}
      ownTable
    >
      {(asTable) => document && <Figure document={document} selection={selection} asTable={asTable} />}
    </Section>
  );
}

/** The prompt, shaded by the neuron's value. */
export function OnPrompt({ analysis, prompt, example }: PartProps & { prompt: ReactNode; example: boolean }) {
  const { document } = analysis;
  const values = document && find(document, "value");
  const slots = values ? document.result.tokens.map((token, i) => ({ token, value: values.data[i] })) : [];
  const best = values ? largestAt(values.data) : 0;
  return (
    <Section
      id="on-prompt"
      area="on-prompt"
      title={t(example ? "entity.onPrompt.example" : "entity.onPrompt")}
      purpose={t("entity.onPrompt.purpose")}
      analysis={analysis}
      rows={2}
      said={
        slots.length > 0
          ? t("entity.onPrompt.said", {
              text: tokenText(slots[best].token),
              position: best,
              value: decimal(slots[best].value),
            })
          : undefined
      }
      notes={
        document &&
        slots.length > 0 &&
        t("entity.onPrompt.notes", { value: decimal(slots[best].value), largest: decimal(fact(document, "largest")) })
      }
      table={
        slots.length > 0
          ? () => ({
              columns: [
                { name: "position", label: t("entity.column.position"), numeric: true },
                { name: "token", label: t("entity.column.token"), numeric: false },
                { name: "value", label: t("entity.column.value"), numeric: true },
              ],
              rows: slots.map(({ token, value }, i) => [i, tokenText(token), value]),
            })
          : undefined
      }
    >
      {() => (slots.length > 0 && document ? <Shaded slots={slots} {...limitsOf(document)} /> : prompt)}
    </Section>
  );
}
