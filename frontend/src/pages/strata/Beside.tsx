import type { Places } from "../../kinds/parts/gridModel";
import type { ViewStore } from "../../kinds/parts/gridView";
import { entryOf } from "../../kinds/result";
import { usePin } from "../../kinds/selection";
import type { ResultDocument } from "../../kinds/types";
import type { PanelRuns } from "../../panels/panelRuns";
import { t } from "../../ui/i18n";
import { CurveMargin, RowBars, WIDTHS, WriteMargin } from "./Margins";
import { useMargins } from "./useMargins";

interface BesideProps {
  document: ResultDocument;
  places: Places;
  runs: PanelRuns;
  view: ViewStore;
  position: number;
}

/** Where a margin will be: what stands beside it does not move when it comes. */
const Room = ({ width }: { width: number }) => <div className="strata-margin" style={{ width }} />;

/** The margins. */
export function Beside({ document, places, runs, view, position }: BesideProps) {
  const { selection } = runs;
  const pinned = usePin(selection);
  const { token, curves, writes, divergence, awaited } = useMargins(document, places, runs, position);
  const common = { view, places, selection, position };
  const caption = token ? t("strata.margin.of", { token, position }) : t("strata.margin.probability", { position });
  return (
    <div className="strata-margins">
      {curves.length > 0 ? (
        <CurveMargin {...common} caption={caption} curves={curves} pinned={entryOf(places.rowIndices, pinned?.row)} />
      ) : (
        awaited.curves && <Room width={WIDTHS.curves} />
      )}
      {writes.length > 0 ? (
        <WriteMargin {...common} writes={writes} />
      ) : (
        awaited.writes && <Room width={WIDTHS.writes} />
      )}
      {divergence.length > 0 ? (
        <RowBars {...common} caption={t("strata.margin.kl")} values={divergence} />
      ) : (
        awaited.divergence && <Room width={WIDTHS.divergence} />
      )}
    </div>
  );
}
