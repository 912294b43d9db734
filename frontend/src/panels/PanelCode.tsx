import { chosen, find } from "../kinds/result";
import { useLayout } from "../state/layout";
import { useWorkspace } from "../state/workspace";
import { pairsOf, withoutFirst, type Drawn } from "./code";
import { CodeDialog } from "./CodeDialog";
import type { PanelRuns } from "./panelRuns";

interface PanelCodeProps {
  open: boolean;
  title: string;
  method: string;
  runs: PanelRuns;
  quantity: string | undefined;
}

/** What a panel shows, as code: the requests that were answered, or those that would be asked. */
export default function PanelCode({ open, title, method, runs, quantity }: PanelCodeProps) {
  const align = useWorkspace((workspace) => workspace.align);
  const firstToken = useWorkspace((workspace) => workspace.firstToken);
  const { side, parts, document } = runs;
  const [request, other] = parts.map(({ run, asked }) => run?.shown?.request ?? asked);
  const [a, b] = parts.map(({ run }) => run?.shown?.document);
  const chosenQuantity = document && chosen(document, quantity);
  const array = chosenQuantity && find(document, chosenQuantity.name);
  const drawn: Drawn = array
    ? {
        array: { name: chosenQuantity.name, dims: array.dims },
        after: withoutFirst(document, chosenQuantity, firstToken),
      }
    : {};
  if (side === "difference") drawn.other = other;
  if (side === "difference" && a && b && chosenQuantity) drawn.pairs = pairsOf(a, b, align, chosenQuantity.name);
  const close = () => useLayout.getState().setCodeFor(null);
  return <CodeDialog open={open} onClose={close} title={title} method={method} request={request} drawn={drawn} />;
}
