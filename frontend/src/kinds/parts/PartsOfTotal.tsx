import { useEffect, useMemo, useRef } from "react";
import { bars, type Bar } from "../../charts/bars";
import { t } from "../../ui/i18n";
import { forScale } from "../../ui/numbers";
import { find, labels } from "../result";
import type { Quantity, ResultDocument } from "../types";
import { barColour } from "./colour";

const MOST = 8;

/** Values over `component` that a result has beside its heads, largest first. */
export function partsOf(document: ResultDocument, quantity: Quantity): Bar[] {
  const entry = Object.entries(document.result.dims).find(([, dims]) => dims.join() === "component");
  const values = entry && find(document, entry[0]);
  if (!values) return [];
  const names = labels(document, "component", values.data.length);
  return Array.from(values.data, (value, id): Bar => ({
    id,
    name: names[id],
    value,
    text: forScale(quantity.scale, value),
    colour: barColour(quantity.scale, value),
  }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((one, two) => Math.abs(two.value) - Math.abs(one.value));
}

/** Where a result also splits its total into embedding, attention and MLP: the largest of them, on demand. */
export function PartsOfTotal({ document, quantity }: { document: ResultDocument; quantity: Quantity }) {
  const parts = useMemo(() => partsOf(document, quantity), [document, quantity]);
  if (parts.length === 0) return null;
  return (
    <details className="parts-of-total">
      <summary>{t("kinds.components", { shown: Math.min(MOST, parts.length), total: parts.length })}</summary>
      <Bars list={parts} />
    </details>
  );
}

function Bars({ list }: { list: readonly Bar[] }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!host.current) return undefined;
    const chart = bars(host.current, list.slice(0, MOST));
    return () => chart.destroy();
  }, [list]);
  return <div ref={host} />;
}
