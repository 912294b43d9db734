import { Suspense, useMemo } from "react";
import { describeKind } from "./kindText";
import { SAMPLES, type Sample } from "../../kinds/samples";
import type { SelectionStore } from "../../kinds/types";
import { Figure } from "../../panels/Figure";
import { createSelection } from "../../state/selection";
import { Badge } from "../../ui/Badge";
import { DataTable } from "../../ui/DataTable";
import { t } from "../../ui/i18n";
import { Legend } from "../../ui/Legend";
import { Notice } from "../../ui/Notice";
import { Skeleton } from "../../ui/Skeleton";
import { Link } from "../frame/Link";
import { useTwin } from "./useTwin";
import "./Kinds.css";

const SCALES = ["prob", "attn", "unc", "feat", "mag", "eff", "dif"] as const;
/** What is pinned at first. */
const START = { row: 5, layer: 5, head: 2, position: 14 };

/** How each kind of result is drawn, from a small document with made-up numbers. */
export default function Kinds({ kind }: { kind: string }) {
  const selection = useMemo(() => {
    const store = createSelection();
    store.replace(START, null);
    return store;
  }, []);
  const one = SAMPLES.find((sample) => sample.kind === kind);
  if (kind !== "" && !one) return <Notice title={t("docs.kinds.unknown", { kind })} />;
  return one ? <OneKind key={kind} sample={one} selection={selection} /> : <AllKinds selection={selection} />;
}

function AllKinds({ selection }: { selection: SelectionStore }) {
  return (
    <>
      <header className="docs-head">
        <h1 className="grow">{t("docs.kinds.title")}</h1>
        <span className="sm ink-3">{t("docs.kinds.count", { kinds: SAMPLES.length, scales: SCALES.length })}</span>
      </header>
      <p className="docs-lead">{t("docs.kinds.lead")}</p>
      <div className="kinds">
        {SAMPLES.map((sample) => (
          <section key={sample.kind} className="kind-card" aria-labelledby={`kind-${sample.kind}`}>
            <h2 id={`kind-${sample.kind}`} className="mono">
              <Link href={`/docs/kinds/${sample.kind}`}>{sample.name}</Link>
            </h2>
            <p>{describeKind(sample.kind).purpose}</p>
            <Figure document={sample.document} selection={selection} compact />
          </section>
        ))}
        <Scales />
      </div>
    </>
  );
}

/** The same quantity has the same colours, always. */
function Scales() {
  return (
    <section className="kind-card" aria-labelledby="kind-scales">
      <h2 id="kind-scales" className="mono">
        {t("docs.scales.title")}
      </h2>
      <p>{t("docs.scales.purpose")}</p>
      <dl className="scales">
        {SCALES.map((scale) => (
          <div key={scale}>
            <dt>{t(`docs.scales.${scale}`)}</dt>
            <dd>
              <Legend
                scale={scale}
                low={t(`docs.scales.${scale}.low`)}
                high={t(`docs.scales.${scale}.high`)}
                width={104}
              />
            </dd>
          </div>
        ))}
      </dl>
      <p className="kind-foot">{t("docs.scales.foot")}</p>
    </section>
  );
}

/** One kind with everything that can be done to it, the arrays it reads, and the table it is told in. */
function OneKind({ sample, selection }: { sample: Sample; selection: SelectionStore }) {
  const { name, kind, document } = sample;
  const { purpose, arrays } = describeKind(kind);
  return (
    <article className="kind-page">
      <p className="sm">
        <Link href="/docs/kinds">{t("docs.kinds.title")}</Link>
      </p>
      <header className="docs-head">
        <h1 className="mono">{name}</h1>
        <Badge>{t("docs.kinds.madeUp")}</Badge>
      </header>
      <p className="docs-lead">{purpose}</p>
      <div className="kind-card">
        <Figure document={document} selection={selection} />
      </div>
      <h2>{t("docs.kinds.arrays")}</h2>
      <dl className="kind-arrays">
        {arrays.map(([names, meaning]) => (
          <div key={names}>
            <dt className="mono">{names}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <h2>{t("docs.kinds.table")}</h2>
      <Suspense fallback={<Skeleton rows={5} columns={5} />}>
        <Twin sample={sample} />
      </Suspense>
      <h2>{t("docs.kinds.document")}</h2>
      {/* Long lines scroll, so the block must be reachable by keyboard. */}
      <pre className="code-block mono" tabIndex={0} role="region" aria-label={t("docs.kinds.document")}>
        {JSON.stringify(
          {
            kind,
            dims: document.result.dims,
            coords: Object.keys(document.result.coords),
            quantities: document.result.quantities,
            facts: document.result.facts,
          },
          null,
          2,
        )}
      </pre>
    </article>
  );
}

function Twin({ sample }: { sample: Sample }) {
  const twin = useTwin(sample);
  return <DataTable label={t("docs.kinds.table")} columns={twin.columns} rows={twin.rows} />;
}
