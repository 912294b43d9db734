/** Strata: the grid of a lens over the whole page, as `view` in the address names it. */
import type { Method } from "../api/types";
import { useLayout } from "./layout";
import { useWorkspace } from "./workspace";

/** What a cell put in the place of another comes to: the one grid of this kind that is no lens. */
export const PATCHED = "causal/patched-run";

const isLens = (id: string) => id.startsWith("lens/") || id === PATCHED;

export const isStrata = ({ id, kind }: Pick<Method, "id" | "kind">) => kind === "token_grid" && isLens(id);

/** Panels that may be meant. */
const lenses = () => useWorkspace.getState().panels.filter(({ method }) => isLens(method));

/** `strata`, `strata.1` for the second lens, `strata~open:9` with what is open in it; empty while no lens is in full screen. */
export function viewNow(): string {
  const { fullScreen, view } = useLayout.getState();
  const at = lenses().findIndex(({ uid }) => uid === fullScreen);
  return at < 0 ? "" : `strata${at > 0 ? `.${at}` : ""}${view && `~${view}`}`;
}

/** Put in full screen what the address says, or nothing. */
export function showView(view: string): void {
  const [named, at = "0", detail] = /^strata(?:\.(\d+))?(?:~(.*))?$/.exec(view) ?? [];
  useLayout.getState().setFullScreen((named && lenses()[Number(at)]?.uid) || null, detail);
}
