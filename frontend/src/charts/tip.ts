/** The tooltip of the charts: one element for the page, filled with lines of text. */

const DELAY = 120;

let element: HTMLElement | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

export interface Anchor {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

function fill(lines: readonly string[]): HTMLElement {
  if (!element?.isConnected) {
    element = document.createElement("div");
    element.className = "chart-tip";
    element.setAttribute("aria-hidden", "true");
    document.body.append(element);
  }
  element.replaceChildren(
    ...lines.slice(0, 3).map((line) => {
      const row = document.createElement("div");
      row.textContent = line;
      return row;
    }),
  );
  element.style.display = "block";
  return element;
}

function place(tip: HTMLElement, anchor: Anchor) {
  const { offsetWidth: width, offsetHeight: height } = tip;
  const below = anchor.bottom + 6;
  const top = below + height > innerHeight - 4 ? anchor.top - height - 6 : below;
  const left = Math.max(4, Math.min(innerWidth - width - 4, (anchor.left + anchor.right - width) / 2));
  tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(Math.max(4, top))}px)`;
}

/** Shows the lines at the anchor: after a delay the first time, at once while one is already shown. */
export function showTip(anchor: Anchor, lines: readonly string[], now = false): void {
  clearTimeout(timer);
  const show = () => place(fill(lines), anchor);
  if (now || element?.style.display === "block") show();
  else timer = setTimeout(show, DELAY);
}

export function hideTip(): void {
  clearTimeout(timer);
  if (element) element.style.display = "none";
}
