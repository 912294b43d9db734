import { useEffect, useRef, type RefObject } from "react";
import { bars, type Bar, type BarMarks, type BarsOptions } from "../../charts/bars";
import type { SelectionStore } from "../types";

/** Bars in an element of React, highlighted by the selection without rendering. */
export function useBars(
  list: readonly Bar[],
  selection: SelectionStore,
  marks: () => BarMarks,
  options: BarsOptions = {},
): RefObject<HTMLDivElement | null> {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef({ marks, options });
  useEffect(() => {
    latest.current = { marks, options };
  });
  useEffect(() => {
    if (!host.current) return undefined;
    const chart = bars(host.current, list, {
      onHover: (id) => latest.current.options.onHover?.(id),
      onPin: (id) => latest.current.options.onPin?.(id),
    });
    const mark = () => chart.highlight(latest.current.marks());
    mark();
    const leave = selection.subscribe(mark);
    return () => {
      leave();
      chart.destroy();
    };
  }, [list, selection]);
  return host;
}
