import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { t } from "../../ui/i18n";
import { Notice } from "../../ui/Notice";
import { Skeleton } from "../../ui/Skeleton";
import { togglePart } from "../selection";
import type { SelectionStore } from "../types";
import { cellOf, columnOf } from "./curve";
import { curveChart, type CurveChart, type CurveData, type CurveOptions } from "./curveChart";

interface CurvePlotProps {
  data: CurveData;
  selection: SelectionStore;
  /** The column that has the keyboard's focus. */
  focus: number | null;
  tip: NonNullable<CurveOptions["tip"]>;
}

/** The curve chart in React: made once, updated with its data, highlighted without rendering. */
export function CurvePlot(props: CurvePlotProps) {
  const { data, selection, focus } = props;
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<CurveChart | null>(null);
  const latest = useRef(props);
  const [state, setState] = useState<"loading" | "drawn" | "failed">("loading");
  useLayoutEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    if (!host.current) return undefined;
    const cell = (column: number) => cellOf(latest.current.data.curve, column);
    const made = curveChart(host.current, latest.current.data, {
      onHover: (column) => latest.current.selection.setHover(column == null ? null : cell(column)),
      onPin: (column) => togglePart(latest.current.selection, cell(column)),
      tip: (...where) => latest.current.tip(...where),
      onDrawn: () => setState("drawn"),
      onFail: () => setState("failed"),
    });
    chart.current = made;
    return () => {
      chart.current = null;
      made.destroy();
    };
  }, []);

  useEffect(() => {
    chart.current?.update(data);
  }, [data]);

  useEffect(() => {
    const mark = () => {
      const { pin, hover } = selection.get();
      chart.current?.highlight({ pin: columnOf(data.curve, pin), hover: columnOf(data.curve, hover), focus });
    };
    mark();
    return selection.subscribe(mark);
  }, [selection, data, focus]);

  return (
    <>
      {state === "failed" && <Notice tone="fail" title={t("kinds.curve.failed")} />}
      <div className="layer-curve" hidden={state === "failed"}>
        {state === "loading" && <Skeleton rows={1} columns={1} height={190} />}
        <div ref={host} />
      </div>
    </>
  );
}
