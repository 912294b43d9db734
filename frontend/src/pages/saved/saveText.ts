import { save } from "../../panels/exports";

/** Long enough for the browser to have begun the download. */
const KEPT_FOR = 10_000;

/** A text made by the page as a file. */
export function saveText(text: string, name: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  save({ address, name });
  setTimeout(() => URL.revokeObjectURL(address), KEPT_FOR);
}
