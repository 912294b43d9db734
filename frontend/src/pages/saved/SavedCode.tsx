import type { MethodRequest } from "../../api/types";
import type { Align } from "../../kinds/align";
import { chosen, find } from "../../kinds/result";
import type { FirstToken, ResultDocument } from "../../kinds/types";
import { pairsOf, withoutFirst, type Drawn } from "../../panels/code";
import { CodeDialog } from "../../panels/CodeDialog";

interface SavedCodeProps {
  title: string;
  /** What is drawn; null while it is on its way. */
  document: ResultDocument | null;
  /** The results it is made of: one, or of a difference both. */
  parts: readonly ResultDocument[];
  align: Align;
  firstToken: FirstToken;
  quantity: string | undefined;
  open: boolean;
  onClose: () => void;
}

/** The numbers that a stored panel shows, as code that asks for them anew. */
export function SavedCode(props: SavedCodeProps) {
  const { title, document, parts, align, firstToken, quantity, open, onClose } = props;
  const [a, b] = parts as readonly [ResultDocument, ResultDocument?];
  const named = document && chosen(document, quantity);
  const array = document && named && find(document, named.name);
  const drawn: Drawn = {
    ...(array && named
      ? { array: { name: named.name, dims: array.dims }, after: withoutFirst(document, named, firstToken) }
      : {}),
    ...(b ? { other: b.request as MethodRequest } : {}),
    ...(b && named ? { pairs: pairsOf(a, b, align, named.name) } : {}),
  };
  return (
    <CodeDialog
      open={open}
      onClose={onClose}
      title={title}
      method={a.method}
      request={a.request as MethodRequest}
      drawn={drawn}
    />
  );
}
