/** Our own icons: 16 px, a stroke of 1.5 px, drawn in the colour of the text. */

const PATHS = {
  add: "M8 3v10M3 8h10",
  alert: "M8 2.5 14.2 13H1.8ZM8 6.5v3M8 11.3v.1",
  arrowDown: "M8 3v10M4.5 9.5 8 13l3.5-3.5",
  arrowUp: "M8 13V3M4.5 6.5 8 3l3.5 3.5",
  book: "M8 4C6.5 3 4.5 2.8 2.5 3v9c2-.2 4 0 5.5 1 1.5-1 3.5-1.2 5.5-1V3C11.5 2.8 9.5 3 8 4Zm0 0v9",
  check: "m3.5 8.5 3 3 6-7",
  chevronDown: "m4 6 4 4 4-4",
  chevronLeft: "M10 4 6 8l4 4",
  chevronRight: "m6 4 4 4-4 4",
  clock: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM8 4.5V8l2.5 1.5",
  close: "m4 4 8 8M12 4l-8 8",
  code: "M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5",
  copy: "M7 5.5h5A1.5 1.5 0 0 1 13.5 7v5a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 12V7A1.5 1.5 0 0 1 7 5.5ZM3.5 10.5h-.2a.8.8 0 0 1-.8-.8V3.3c0-.4.4-.8.8-.8h6.4c.4 0 .8.4.8.8v.2",
  download: "M8 2.5V10M5 7.5l3 3 3-3M3 13.5h10",
  edit: "m10.8 3.2 2 2L6 12l-2.7.7L4 10Z",
  expand: "M9.5 3H13v3.5M6.5 13H3V9.5M13 3 9 7M3 13l4-4",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  folder:
    "M2 4.5a1.2 1.2 0 0 1 1.2-1.2h3L7.7 5h5.1A1.2 1.2 0 0 1 14 6.2v5.6a1.2 1.2 0 0 1-1.2 1.2H3.2A1.2 1.2 0 0 1 2 11.8Z",
  grid: "M3.5 2.5H6a1 1 0 0 1 1 1V6a1 1 0 0 1-1 1H3.5a1 1 0 0 1-1-1V3.5a1 1 0 0 1 1-1ZM10 2.5h2.5a1 1 0 0 1 1 1V6a1 1 0 0 1-1 1H10a1 1 0 0 1-1-1V3.5a1 1 0 0 1 1-1ZM3.5 9H6a1 1 0 0 1 1 1v2.5a1 1 0 0 1-1 1H3.5a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1ZM10 9h2.5a1 1 0 0 1 1 1v2.5a1 1 0 0 1-1 1H10a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1Z",
  help: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM6.2 6.2A1.9 1.9 0 0 1 8 5c1 0 1.8.7 1.8 1.6 0 1.2-1.8 1.3-1.8 2.6M8 11.4v.1",
  history: "M2.5 8a5.5 5.5 0 1 0 1.7-4M2.5 2.5v2.7h2.7M8 5v3.2l2 1.3",
  info: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0ZM8 7.3V11M8 5v.1",
  keyboard:
    "M3 4h10a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1ZM4.5 7h.1M7 7h.1M9.5 7h.1M11.8 7h.1M5.5 9.5h5",
  layers: "m8 2 6 3.2-6 3.2-6-3.2ZM2 8.2l6 3.2 6-3.2M2 11l6 3.2L14 11",
  link: "M7 9a2.6 2.6 0 0 0 3.8.2l2-2a2.6 2.6 0 0 0-3.7-3.7l-.9.9M9 7a2.6 2.6 0 0 0-3.8-.2l-2 2a2.6 2.6 0 0 0 3.7 3.7l.9-.9",
  lock: "M5 7h6a1.5 1.5 0 0 1 1.5 1.5V12a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 12V8.5A1.5 1.5 0 0 1 5 7ZM5.5 7V5a2.5 2.5 0 0 1 5 0v2",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  minus: "M3 8h10",
  moon: "M13.5 9.5a5.8 5.8 0 0 1-7-7 5.8 5.8 0 1 0 7 7Z",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  pin: "m9.5 2.5 4 4-2 .8-2.3 2.3.1 2.9-4.8-4.8 2.9.1 2.3-2.3ZM6.3 9.7l-3.8 3.8",
  play: "M5 3.5v9L12.5 8Z",
  redo: "m10.5 3 3 3-3 3M13.5 6H7a4 4 0 0 0 0 8h2.5",
  search: "M11.5 7a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0ZM10.5 10.5 14 14",
  share: "M8 10V2.5M5 5l3-3 3 3M3 9v3.5A1.5 1.5 0 0 0 4.5 14h7a1.5 1.5 0 0 0 1.5-1.5V9",
  sliders:
    "M2.5 5h6M12 5h1.5M2.5 11H4M7.5 11h6M11.9 5a1.7 1.7 0 1 1-3.4 0 1.7 1.7 0 0 1 3.4 0ZM7.4 11A1.7 1.7 0 1 1 4 11a1.7 1.7 0 0 1 3.4 0Z",
  stop: "M5.5 4h5A1.5 1.5 0 0 1 12 5.5v5a1.5 1.5 0 0 1-1.5 1.5h-5A1.5 1.5 0 0 1 4 10.5v-5A1.5 1.5 0 0 1 5.5 4Z",
  sun: "M11 8a3 3 0 1 1-6 0 3 3 0 0 1 6 0ZM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
  swap: "M3 5.5h9.5M10 3l2.5 2.5L10 8M13 10.5H3.5M6 8l-2.5 2.5L6 13",
  system: "M3 3h10a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1ZM6 13.5h4",
  table: "M3 3h10a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1ZM2 6.5h12M2 9.8h12M6 6.5V13",
  trash: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8a1 1 0 0 0 1 1h3.8a1 1 0 0 0 1-1l.6-8",
  undo: "m5.5 3-3 3 3 3M2.5 6H9a4 4 0 0 1 0 8H6.5",
  upload: "M8 10.5V3M5 6l3-3 3 3M3 13.5h10",
  width: "M2.5 3v10M13.5 3v10M5 8h6M6.5 6 4.7 8l1.8 2M9.5 6l1.8 2-1.8 2",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "more" ? 2.2 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The mark: three strata, the topmost not yet settled. */
export function Logo({ size = 20 }: { size?: number }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" width={size} height={size} aria-hidden="true">
      <rect x="1" y="14.5" width="18" height="3.5" rx="1.5" fill="var(--ink)" />
      <rect x="1" y="9" width="18" height="3.5" rx="1.5" fill="var(--accent)" opacity="0.85" />
      <path
        d="M2.5 7A1.2 1.2 0 0 1 1.3 5.9c0-.4.5-.7 1.2-.7h7.2c.7 0 1.1-.3 1.5-.8.5-.6 1.1-1.4 2.2-1.4h4.1c.8 0 1.5.7 1.5 1.5v1c0 .8-.7 1.5-1.5 1.5Z"
        fill="var(--accent)"
        opacity="0.42"
      />
    </svg>
  );
}
