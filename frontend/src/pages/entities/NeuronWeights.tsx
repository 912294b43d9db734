import { array } from "../../kinds/result";
import { t } from "../../ui/i18n";
import { decimal, scientific, signed } from "../../ui/numbers";
import { tokenText } from "../../ui/tokenText";
import { Link } from "../frame/Link";
import { TokenBars } from "./Bars";
import { fact, listed, meanOf, type Listed } from "./contexts";
import { Section } from "./Section";
import type { Analysis } from "./useAnalysis";

interface PartProps {
  analysis: Analysis;
}

const top = (lists: readonly Listed[][]) => Math.max(0, ...lists.flat().map(({ value }) => Math.abs(value)));
const barsOf = (list: Listed[], said: (value: number) => string) =>
  list.map((one) => ({ ...one, said: said(one.value) }));

/** The table twin of lists of tokens, one after the other. */
const tableOf = (lists: { name: string; list: Listed[] }[], label: string) => ({
  columns: [
    { name: "list", label: t("entity.column.list"), numeric: false },
    { name: "token", label: t("entity.column.token"), numeric: false },
    { name: "value", label, numeric: true },
  ],
  rows: lists.flatMap(({ name, list }) => list.map(({ text, value }) => [name, tokenText({ text }), value])),
});

/** Next tokens that it raises and lowers. */
export function Writes({ analysis }: PartProps) {
  const { document } = analysis;
  const lists = document
    ? [
        { name: t("entity.raised"), list: listed(document, "raised_token", "raised") },
        { name: t("entity.lowered"), list: listed(document, "lowered_token", "lowered") },
      ]
    : [];
  return (
    <Section
      id="writes"
      area="writes"
      title={t("entity.writes")}
      purpose={t("entity.writes.purpose")}
      analysis={analysis}
      rows={8}
      notes={t("entity.writes.notes", { count: lists[0]?.list.length ?? 0 })}
      table={() => tableOf(lists, t("entity.column.logits"))}
    >
      {() => (
        <div className="entity-two">
          {lists.map(({ name, list }) => (
            <div key={name}>
              <h4>{name}</h4>
              <TokenBars
                label={name}
                scale="eff"
                most={top(lists.map((one) => one.list))}
                tokens={barsOf(list, signed)}
              />
            </div>
          ))}
        </div>
      )}
    </Section>
  );
}

/** What makes it fire: by the weights, and by what was seen. */
export function Reads({ analysis }: PartProps) {
  const { document } = analysis;
  const readers = document?.result.coords.reader ?? [];
  const lists = document
    ? readers
        .map((reader, row) => ({
          name: t("entity.reads.weights", { reader, several: readers.length > 1 ? "yes" : "no" }),
          list: listed(document, "reads_token", "reads", row),
        }))
        .filter(({ list }) => list.length > 0)
    : [];
  const seen = document ? listed(document, "kind_token", "kind_mean") : [];
  const all = [...lists, ...(seen.length > 0 ? [{ name: t("entity.reads.seen"), list: seen }] : [])];
  return (
    <Section
      id="reads"
      area="reads"
      title={t("entity.reads")}
      purpose={t("entity.reads.purpose")}
      analysis={analysis}
      rows={8}
      notes={t("entity.reads.notes")}
      table={() => tableOf(all, t("entity.column.value"))}
    >
      {() => (
        <div className="entity-two">
          {all.map(({ name, list }) => (
            <div key={name}>
              <h4>{name}</h4>
              <TokenBars label={name} scale="feat" most={top([list])} tokens={barsOf(list, decimal)} />
            </div>
          ))}
        </div>
      )}
    </Section>
  );
}

/** What is lost without it, beside another neuron as active. */
export function WithoutNeuron({ analysis }: PartProps) {
  const { document } = analysis;
  const [kl, nll] = document ? [array(document, "ablation_kl"), array(document, "ablation_nll")] : [];
  const control = document ? `${fact(document, "layer")}.${fact(document, "control_neuron")}` : "";
  const rows: [string, string, string][] =
    kl && nll
      ? [
          [t("entity.kl"), scientific(meanOf(kl, 0)), scientific(meanOf(kl, 1))],
          [t("entity.nll"), `${signedSmall(meanOf(nll, 0))}`, `${signedSmall(meanOf(nll, 1))}`],
        ]
      : [];
  return (
    <Section
      id="without"
      area="without"
      title={t("entity.without")}
      purpose={t("entity.without.purpose")}
      analysis={analysis}
      rows={3}
      notes={t("entity.without.notes", { count: kl?.shape[1] ?? 0 })}
    >
      {() => (
        <table className="entity-table">
          <thead>
            <tr>
              <th scope="col">{t("entity.effect")}</th>
              <th scope="col" className="right">
                {t("entity.thisNeuron")}
              </th>
              <th scope="col" className="right">
                {t("entity.control", { neuron: control })}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, own, other]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="right">{own}</td>
                <td className="right">{other}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

const signedSmall = (value: number) => (Math.abs(value) < 0.005 && value !== 0 ? scientific(value) : signed(value, 3));

/** Neurons of the layer that write in much the same direction. */
export function Similar({ analysis, hrefOf }: PartProps & { hrefOf: (name: string) => string }) {
  const list = analysis.document ? listed(analysis.document, "neighbour", "neighbour_cosine") : [];
  return (
    <Section
      id="similar"
      area="similar"
      title={t("entity.similar")}
      purpose={t("entity.similar.purpose")}
      analysis={analysis}
      notes={t("entity.similar.notes", { count: list.length })}
    >
      {() => (
        <ul className="entity-links">
          {list.map(({ text, value }) => (
            <li key={text}>
              <Link href={hrefOf(text)}>{t("entity.neuron", { name: text })}</Link>
              <span>{decimal(value)}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
