import { BAND } from "../../charts/band";
import { useLiveView, type ViewStore } from "../../kinds/parts/gridView";
import { selection } from "../../state/selection";
import { t } from "../../ui/i18n";
import { headName, type Head } from "./heads";

interface TabsProps {
  view: ViewStore;
  heads: readonly Head[];
  /** The row below the band. */
  row: number;
}

/** Which of several pinned heads is drawn, chosen on the band itself. */
export function Tabs({ view, heads, row }: TabsProps) {
  const live = useLiveView(view);
  const gap = live?.gap(row);
  if (!live || !gap || heads.length < 2) return null;
  const top = gap.y + gap.height - BAND;
  if (top < 0 || top > live.frame - BAND / 2) return null;
  return (
    <div className="strata-tabs" role="group" aria-label={t("strata.head.tabs")} style={{ top, left: live.left + 6 }}>
      {heads.map((head, i) => (
        <button key={headName(head)} type="button" aria-pressed={i === 0} onClick={() => drawFirst(head)}>
          {headName(head)}
        </button>
      ))}
    </div>
  );
}

/** The head takes the place of the first among the pins, which takes its own. */
function drawFirst({ layer, head }: Head): void {
  const { pin, also, range } = selection.get();
  const rest = also.filter((cell) => cell.layer !== layer || cell.head !== head);
  if (rest.length === also.length) return;
  const before = pin?.head == null ? [] : [{ layer: pin.layer, head: pin.head }];
  selection.replace({ ...pin, layer, head }, range, [...before, ...rest]);
}
