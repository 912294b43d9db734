import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { t } from "../../ui/i18n";
import { Notice } from "../../ui/Notice";
import { Skeleton } from "../../ui/Skeleton";
import type { SelectionStore } from "../types";
import { cellOf, columnOf } from "./curve";
import { curveChart, type CurveChart, type CurveData, type CurveOptions } from "./curveChart";
import { clickPart, letterOf } from "./pins";

interface CurvePlotProps {
  data: CurveData;
  selection: SelectionStore;
  /** The column that has the keyboard's focus. */
  focus: number | null;
  onZoom: (columns: [number, number] | null) => void;
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
      onPin: (column, gesture) => {
        const { data: shown, selection: store, onZoom } = latest.current;
        const from = columnOf(shown.curve, store.get().pin);
        if (gesture.shiftKey && from != null && from !== column)
          onZoom([Math.min(from, column), Math.max(from, column)]);
        else clickPart(store, cell(column), gesture);
      },
      onZoom: (columns) => latest.current.onZoom(columns),
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
      const { pin, also = [], hover } = selection.get();
      const pins = [pin, ...also].flatMap((cell, i) => {
        const column = columnOf(data.curve, cell);
        return column == null ? [] : [{ column, letter: letterOf({ pin, also }, i) }];
      });
      chart.current?.highlight({ pins, hover: columnOf(data.curve, hover), focus });
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
