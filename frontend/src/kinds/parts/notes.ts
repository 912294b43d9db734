/**
 * Where a figure's own lines stand. A figure alone draws its controls above itself, and below itself its notes (what is
 * shown of what exists, remarks) and its legend. A panel already has a footer, and may have a row of parameters: it gives
 * the figure a place in each, and they share one line.
 *
 *     const [foot, setFoot] = useState<HTMLElement | null>(null);
 *     const slots = useMemo(() => ({ foot }), [foot]);
 *     …
 *     <FigureNotes value={slots}><Figure … /></FigureNotes>
 *     <footer><HowToRead /><span ref={setFoot} className="figure-slot" /><Time /></footer>
 *
 * The figure writes into the element through a portal: notes that can be pressed ("show all") keep working, and nothing is
 * handed up that could render the panel anew. An element of class `figure-slot` has no box of its own, its children are
 * items of the row around it; the legend pushes itself to the far end. A place that is null is not there yet, and nothing
 * is drawn. A figure made of several figures provides null to its parts, and each draws its own line.
 */
import { createContext } from "react";

export interface FigureSlots {
  /** In the footer: notes, and the legend where it does not stand above the figure. */
  foot: HTMLElement | null;
  /** In the row of parameters: quantity, further controls, legend. Without it they stand in a row above the figure. */
  head?: HTMLElement | null;
}

export const FigureNotes = createContext<FigureSlots | null>(null);
