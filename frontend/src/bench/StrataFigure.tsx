/** Strata with a layer open, a head pinned and its margins, of a result as large as they get and without a server. */
import { useCallback, useMemo } from "react";
import { seamsBetween } from "../charts/seam";
import type { GridData } from "../charts/paint";
import { strataGrid, type StrataGridOptions } from "../charts/strataGrid";
import { CanvasGrid } from "../kinds/parts/CanvasGrid";
import { useViewStore } from "../kinds/parts/gridView";
import { gridOf } from "../kinds/TokenGrid";
import type { SelectionStore } from "../kinds/types";
import { bandOf, linksIn } from "../pages/strata/heads";
import { CurveMargin, WriteMargin } from "../pages/strata/Margins";
import { targetCurves } from "../pages/strata/margins";
import "../pages/strata/messages";
import { dataOf } from "../pages/strata/model";
import "../pages/strata/Strata.css";
import { halfRow, PARTS } from "../pages/strata/writes";
import * as fixture from "./fixture";

const OPEN = 40;
const LEAST = 0.12;

function useDrawn(size: fixture.Size) {
  return useMemo(() => {
    const document = fixture.tokenGrid(size);
    const grid = gridOf(document, document.result.quantities[0], undefined);
    const pattern = fixture.headMatrices({ ...size, heads: 1 });
    const links = linksIn(pattern, grid.places, "hidden", LEAST);
    const seam = {
      row: OPEN,
      halves: PARTS.map((part) => halfRow(part, OPEN, { document, problem: null }, null, grid.places)),
      band: bandOf({ layer: OPEN, head: 0 }, links, [], grid.places, LEAST),
    };
    const data = dataOf(grid, "token", seamsBetween([seam], "attention"), undefined);
    const writes = Array.from({ length: size.layers }, (_, layer) => ({ layer, attn: 1 + layer, mlp: 2 + layer }));
    return { document, grid, data, writes };
  }, [size]);
}

export function StrataFigure({ size, selection }: { size: fixture.Size; selection: SelectionStore }) {
  const { document, grid, data, writes } = useDrawn(size);
  const { places } = grid;
  const view = useViewStore();
  const create = useCallback(
    (element: HTMLElement, first: GridData, handlers: StrataGridOptions) => strataGrid(element, first, handlers),
    [],
  );
  const common = { view, places, selection, position: 300 };
  return (
    <section id="strata" className="strata">
      <div className="strata-body">
        <div className="strata-grid">
          <div className="strata-frame">
            <CanvasGrid
              label="Strata"
              create={create}
              data={data}
              rows={places.rows}
              columns={places.columns}
              selection={selection}
              toCell={places.toCell}
              toMark={places.toMark}
              text={grid.text}
              tip={grid.tip}
              onView={view.report}
            />
          </div>
        </div>
        <div className="strata-margins">
          <CurveMargin {...common} caption="probability" curves={targetCurves(document, places, 300)} pinned={OPEN} />
          <WriteMargin {...common} writes={writes} />
        </div>
      </div>
    </section>
  );
}
