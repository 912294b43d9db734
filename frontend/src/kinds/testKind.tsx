/** Draws a document by its kind, for tests. */
import { act, render } from "@testing-library/react";
import { Suspense } from "react";
import { selectionStore } from "./fixtures";
import { kindFor, loadKind } from "./index";
import type { KindProps, ResultDocument, SelectionStore } from "./types";

export async function draw(
  document: ResultDocument,
  selection: SelectionStore = selectionStore(),
  props: Partial<KindProps> = {},
): Promise<SelectionStore> {
  const Kind = kindFor(document.result.kind);
  await loadKind(document.result.kind);
  await act(async () => {
    render(
      <Suspense>
        <Kind document={document} selection={selection} theme="light" {...props} />
      </Suspense>,
    );
  });
  return selection;
}

/** What a figure says below itself. */
export const notes = (): string => document.querySelector(".kind-notes")?.textContent ?? "";
