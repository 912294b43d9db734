import type { Places } from "../../kinds/parts/gridModel";
import type { ViewStore } from "../../kinds/parts/gridView";
import { entryOf } from "../../kinds/result";
import { usePin } from "../../kinds/selection";
import type { ResultDocument } from "../../kinds/types";
import type { PanelRuns } from "../../panels/panelRuns";
import { t } from "../../ui/i18n";
import { CurveMargin, RowBars, WriteMargin } from "./Margins";
import { useMargins } from "./useMargins";

interface BesideProps {
  document: ResultDocument;
  places: Places;
  runs: PanelRuns;
  view: ViewStore;
  position: number;
}

/** The margins. */
export function Beside({ document, places, runs, view, position }: BesideProps) {
  const { selection } = runs;
  const pinned = usePin(selection);
  const { token, curves, writes, divergence } = useMargins(document, places, runs, position);
  const common = { view, places, selection, position };
  const caption = token ? t("strata.margin.of", { token, position }) : t("strata.margin.probability", { position });
  return (
    <div className="strata-margins">
      {curves.length > 0 && (
        <CurveMargin {...common} caption={caption} curves={curves} pinned={entryOf(places.rowIndices, pinned?.row)} />
      )}
      {writes.length > 0 && <WriteMargin {...common} writes={writes} />}
      {divergence.length > 0 && <RowBars {...common} caption={t("strata.margin.kl")} values={divergence} />}
    </div>
  );
}
