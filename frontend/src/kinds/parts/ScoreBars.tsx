import { useMemo } from "react";
import type { Bar } from "../../charts/bars";
import { forScale } from "../../ui/numbers";
import { entryOf } from "../result";
import { togglePart } from "../selection";
import type { Cell, Quantity, SelectionStore, Token } from "../types";
import { barColour } from "./colour";
import { groupName, type Group } from "./groups";
import { useBars } from "./useBars";

interface ScoreBarsProps {
  groups: readonly Group[];
  values: ArrayLike<number>;
  /** The groups listed, largest first. */
  order: readonly number[];
  tokens: readonly Token[];
  positions: readonly number[];
  quantity: Quantity;
  selection: SelectionStore;
}

/** The largest values as bars from one zero line. */
export function ScoreBars({ groups, values, order, tokens, positions, quantity, selection }: ScoreBarsProps) {
  const list = useMemo(
    () =>
      order.map((g): Bar => {
        const [first, last] = [positions[groups[g].first], positions[groups[g].last]];
        return {
          id: g,
          name: groupName(groups[g], tokens),
          detail: first === last ? String(first) : `${first}–${last}`,
          value: values[g],
          text: forScale(quantity.scale, values[g]),
          colour: barColour(quantity.scale, values[g]),
        };
      }),
    [groups, values, order, tokens, positions, quantity],
  );
  const groupOf = (cell: Cell | null) => {
    const entry = entryOf(positions, cell?.position ?? cell?.query);
    return entry === null ? null : groups.findIndex(({ first, last }) => entry >= first && entry <= last);
  };
  /** The token that stands for a group: the one pinned in it, else its last, where the model has read all of it. */
  const partOf = (g: number): Cell => {
    const pin = selection.get().pin;
    return { position: groupOf(pin) === g ? pin?.position : positions[groups[g].last] };
  };
  const host = useBars(
    list,
    selection,
    () => {
      const { hover, pin, also = [] } = selection.get();
      return { hover: groupOf(hover), pins: [pin, ...also].map(groupOf).filter((g) => g !== null) };
    },
    {
      onHover: (g) => selection.setHover(g == null ? null : { position: positions[groups[g].last] }),
      onPin: (g) => togglePart(selection, partOf(g)),
    },
  );
  return <div ref={host} aria-hidden="true" className="score-bars" />;
}
