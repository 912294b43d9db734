/** Horizontal bars from a common zero line, with their names left and their numbers right. Plain elements, no canvas. */

export interface Bar {
  /** Identity, given back on hover and click. */
  id: number;
  name: string;
  detail?: string;
  value: number;
  text: string;
  /** A colour: `var(--eff20)`. */
  colour: string;
}

export interface BarsOptions {
  onHover?: (id: number | null) => void;
  onPin?: (id: number) => void;
}

export interface BarMarks {
  hover?: number | null;
  pins?: readonly number[];
}

export interface BarsChart {
  update(bars: readonly Bar[]): void;
  highlight(marks: BarMarks): void;
  destroy(): void;
}

const child = (parent: HTMLElement, className: string, text = "") => {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  parent.append(element);
  return element;
};

export function bars(element: HTMLElement, first: readonly Bar[], options: BarsOptions = {}): BarsChart {
  const root = document.createElement("div");
  root.className = "bars";
  element.append(root);
  let rows = new Map<number, HTMLElement>();

  const idAt = (event: Event) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>(".bars-row") : null;
    return row?.dataset.id === undefined ? null : Number(row.dataset.id);
  };
  root.addEventListener("pointerover", (event) => options.onHover?.(idAt(event)));
  root.addEventListener("pointerleave", () => options.onHover?.(null));
  root.addEventListener("click", (event) => {
    const id = idAt(event);
    if (id != null) options.onPin?.(id);
  });

  function build(list: readonly Bar[]) {
    const low = Math.min(0, ...list.map((bar) => bar.value));
    const high = Math.max(0, ...list.map((bar) => bar.value));
    const span = high - low || 1;
    rows = new Map();
    root.replaceChildren();
    for (const bar of list) {
      const row = document.createElement("div");
      row.className = "bars-row";
      row.dataset.id = String(bar.id);
      child(row, "bars-detail", bar.detail ?? "");
      child(row, "bars-name", bar.name).title = bar.name;
      const track = child(row, "bars-track");
      if (low < 0) child(track, "bars-zero").style.insetInlineStart = `${(-low / span) * 100}%`;
      const fill = child(track, "bars-fill");
      fill.style.insetInlineStart = `${((Math.min(0, bar.value) - low) / span) * 100}%`;
      fill.style.width = `${(Math.abs(bar.value) / span) * 100}%`;
      fill.style.background = bar.colour;
      child(row, "bars-value", bar.text);
      root.append(row);
      rows.set(bar.id, row);
    }
  }

  build(first);
  return {
    update: build,
    highlight({ hover = null, pins = [] }) {
      for (const [id, row] of rows) {
        row.classList.toggle("hovered", id === hover);
        row.classList.toggle("pinned", pins.includes(id));
      }
    },
    destroy: () => root.remove(),
  };
}
