/** The effect of replacing each cell has the body of a token grid: layers upward, tokens across, values in the cells. */
export { default, describe, toTable } from "./TokenGrid";
