import { useState, type ReactNode } from "react";
import { array } from "../../kinds/result";
import { Badge } from "../../ui/Badge";
import { t } from "../../ui/i18n";
import { count, probability } from "../../ui/numbers";
import { Token } from "../../ui/Token";
import { Link } from "../frame/Link";
import { Bars } from "./Bars";
import { linksOf, orNull, readingsOf, type Reading } from "./profile";
import { Section } from "./Section";
import type { Analysis } from "./useAnalysis";

interface PartProps {
  analysis: Analysis;
}

const FIRST = 4;
const TOKENS = 3;

/** Rows of a list, the first few of them until all are asked for. */
function useFew<T>(all: readonly T[]) {
  const [every, setEvery] = useState(false);
  const more = all.length > FIRST && (
    <button type="button" className="link" onClick={() => setEvery(!every)}>
      {every ? t("entity.fewer") : t("entity.more", { count: all.length })}
    </button>
  );
  return { shown: every ? all : all.slice(0, FIRST), more };
}

const Tokens = ({ texts, tone }: { texts: string[]; tone?: "target" | "distractor" }) =>
  texts.slice(0, TOKENS).map((text, i) => <Token key={i} token={{ text }} tone={tone} max={12} />);

interface Column {
  name: string;
  cell: (reading: Reading) => ReactNode;
  right?: boolean;
}

/** A table with a row for each token that the head was asked about. */
function Readings({ analysis, area, id, columns }: PartProps & { area: "ov" | "qk"; id: string; columns: Column[] }) {
  const all: Reading[] = analysis.document ? readingsOf(analysis.document) : [];
  const { shown, more } = useFew(all);
  const align = ({ right }: Column) => (right ? "right" : undefined);
  return (
    <Section
      id={id}
      area={area}
      title={t(`entity.${area}`)}
      purpose={t(`entity.${area}.purpose`)}
      analysis={analysis}
      notes={
        <>
          {t("entity.ov.notes", { shown: shown.length, total: all.length })} {more && "· "}
          {more}
        </>
      }
    >
      {() => (
        <table className="entity-table">
          <thead>
            <tr>
              <th scope="col">{t(area === "ov" ? "entity.ov.reads" : "entity.qk.query")}</th>
              {columns.map((column) => (
                <th scope="col" key={column.name} className={align(column)}>
                  {column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((reading, i) => (
              <tr key={i}>
                <th scope="row">
                  <Token token={{ text: reading.read }} />
                </th>
                {columns.map((column) => (
                  <td key={column.name} className={align(column)}>
                    {column.cell(reading)}
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

/** What it adds to the output when it looks at a token. */
export const ReadsWrites = ({ analysis }: PartProps) => (
  <Readings
    analysis={analysis}
    area="ov"
    id="reads-writes"
    columns={[
      { name: t("entity.ov.writes"), cell: ({ raised }) => <Tokens texts={raised} tone="target" /> },
      { name: t("entity.ov.away"), cell: ({ lowered }) => <Tokens texts={lowered.slice(0, 2)} tone="distractor" /> },
      { name: t("entity.ov.own"), cell: ({ own }) => count(own), right: true },
    ]}
  />
);

/** The keys that a token looks for through this head. */
export const LooksFor = ({ analysis }: PartProps) => (
  <Readings
    analysis={analysis}
    area="qk"
    id="looks-for"
    columns={[{ name: t("entity.qk.keys"), cell: ({ sought }) => <Tokens texts={sought} /> }]}
  />
);

/** Where tokens stand in what the head writes when it reads them. */
export function CopyingRanks({ analysis }: PartProps) {
  const { document } = analysis;
  const counts = document ? Array.from(array(document, "copy_count").data) : [];
  const names = document?.result.coords.bin ?? [];
  const most = Math.max(1, ...counts);
  const total = counts.reduce((sum, some) => sum + some, 0);
  return (
    <Section
      id="copying"
      area="copying"
      title={t("entity.copying")}
      purpose={t("entity.copying.purpose")}
      analysis={analysis}
      rows={4}
      notes={t("entity.copying.notes", { count: count(total) })}
      table={() => ({
        columns: [
          { name: "rank", label: t("entity.copying.rank"), numeric: false },
          { name: "count", label: t("entity.copying.count"), numeric: true },
        ],
        rows: counts.map((some, i) => [names[i], some]),
      })}
    >
      {() => (
        <div role="img" aria-label={counts.map((some, i) => `${names[i]}: ${some}`).join(", ")}>
          <div className="entity-columns">
            {counts.map((some, i) => (
              <i key={i} style={{ height: `${(100 * some) / most}%` }} title={`${names[i]}: ${some}`} />
            ))}
          </div>
          <div className="entity-column-names">
            {names.map((name) => (
              <span key={name}>{name}</span>
            ))}
          </div>
        </div>
      )}
    </Section>
  );
}

const MOST_LINKS = 8;

/** Earlier heads that write where it reads. */
export function Feeding({ analysis, hrefOf }: PartProps & { hrefOf: (layer: number, head: number) => string }) {
  const all = analysis.document ? linksOf(analysis.document) : [];
  const shown = all.slice(0, MOST_LINKS);
  const most = Math.max(0.05, ...shown.map(({ score, bound }) => Math.max(score, bound || 0)));
  return (
    <Section
      id="feeds"
      area="feeds"
      title={t("entity.feeds")}
      purpose={t("entity.feeds.purpose")}
      badges={all[0] && <Badge>{t("entity.feeds.random", { value: probability(all[0].control, 2) })}</Badge>}
      analysis={analysis}
      notes={all.length > 0 && t("entity.feeds.notes", { shown: shown.length, total: all.length })}
      table={
        all.length > 0
          ? () => ({
              columns: [
                { name: "head", label: t("entity.head", { name: "" }).trim(), numeric: false },
                { name: "side", label: t("entity.feeds.through"), numeric: false },
                { name: "score", label: t("entity.roles.score"), numeric: true },
                { name: "chance", label: t("entity.roles.chance"), numeric: true },
              ],
              rows: all.map((link) => [
                `${link.layer}.${link.head}`,
                t(`entity.feeds.${link.side}`),
                link.score,
                orNull(link.control),
              ]),
            })
          : undefined
      }
    >
      {() =>
        all.length === 0 ? (
          <p className="sm ink-3">{t("entity.feeds.none")}</p>
        ) : (
          <Bars
            label={t("entity.feeds")}
            scale="prob"
            most={most}
            bars={shown.map(({ layer, head, side, score, bound }) => ({
              name: (
                <>
                  <Link href={hrefOf(layer, head)}>{`${layer}.${head}`}</Link>{" "}
                  <span className="ink-3">{t(`entity.feeds.${side}`)}</span>
                </>
              ),
              key: `${layer}.${head} ${side}`,
              value: score,
              text: probability(score),
              mark: Number.isNaN(bound) ? undefined : bound,
              strong: score > bound,
              colour: score > bound ? "var(--prob8)" : "var(--prob4)",
            }))}
          />
        )
      }
    </Section>
  );
}
