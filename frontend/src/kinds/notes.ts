/** For panels: the places that a figure's controls and notes may be given. */
export { FigureNotes, type FigureSlots } from "./parts/notes";
