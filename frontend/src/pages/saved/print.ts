/** Paper is white: what is printed is drawn in the light theme, and everything is there before it is. */
import { useEffect } from "react";

const LIGHT = "light";
/** Figures draw in the next frame, curves a moment later. */
const DRAWN_AFTER = 400;

let before: string | undefined;

function toPaper(): void {
  const { dataset } = document.documentElement;
  if (before !== undefined || dataset.theme === LIGHT) return;
  before = dataset.theme;
  dataset.theme = LIGHT;
}

function fromPaper(): void {
  if (before === undefined) return;
  document.documentElement.dataset.theme = before;
  before = undefined;
}

const LOOK_EVERY = 50;
const PATIENCE = 10_000;

/** Until every panel is drawn, or will not be. */
async function everythingDrawn(): Promise<void> {
  const end = performance.now() + PATIENCE;
  do await wait(LOOK_EVERY);
  while (document.querySelector(".saved-flow .skeleton") && performance.now() < end);
  await wait(DRAWN_AFTER);
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Print once everything is there; `fetchAll` asks for what is not. */
export async function printPage(fetchAll: () => void): Promise<void> {
  fetchAll();
  toPaper();
  await everythingDrawn();
  window.print();
  fromPaper();
}

const isPrintKey = (event: KeyboardEvent) =>
  (event.metaKey || event.ctrlKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "p";

/** Print through `print`, by the keys of the browser too; its menu at least gets the light colours. */
export function usePrinting(print: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isPrintKey(event)) return;
      event.preventDefault();
      print();
    };
    window.addEventListener("keydown", onKey);
    window.addEventListener("beforeprint", toPaper);
    window.addEventListener("afterprint", fromPaper);
    return () => {
      window.removeEventListener("keydown", onKey);
      window.removeEventListener("beforeprint", toPaper);
      window.removeEventListener("afterprint", fromPaper);
      fromPaper();
    };
  }, [print]);
}
