import type { Panel, PanelWidth } from "../state/workspace";

const WIDE_KINDS = new Set(["token_grid", "patch_grid", "head_matrices", "flow_graph", "text_pair"]);

/** The width of a panel: as set, or what suits its kind. */
export const widthOf = (panel: Pick<Panel, "width">, kind: string | undefined): PanelWidth =>
  panel.width ?? (kind && WIDE_KINDS.has(kind) ? "full" : "half");
