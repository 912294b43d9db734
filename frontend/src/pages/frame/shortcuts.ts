/** The keys of the page, as the help dialog lists them. */
import type { MessageKey } from "../../ui/i18n";

export const COMMAND_KEY = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";

interface ShortcutGroup {
  group: MessageKey;
  keys: { keys: string[]; does: MessageKey }[];
}

export const SHORTCUTS: readonly ShortcutGroup[] = [
  {
    group: "app.help.everywhere",
    keys: [
      { keys: ["Mod", "↵"], does: "app.help.run" },
      { keys: ["/"], does: "app.help.search" },
      { keys: ["Mod", "Z"], does: "app.help.undo" },
      { keys: ["["], does: "app.help.left" },
      { keys: ["]"], does: "app.help.right" },
      { keys: ["?"], does: "app.help.help" },
      { keys: ["Esc"], does: "app.help.escape" },
    ],
  },
  {
    group: "app.help.selection",
    keys: [
      { keys: ["←", "→", "↑", "↓"], does: "app.help.move" },
      { keys: ["Home", "End"], does: "app.help.ends" },
      { keys: ["PgUp", "PgDn"], does: "app.help.four" },
      { keys: ["Shift", "←", "→"], does: "app.help.range" },
      { keys: ["↵"], does: "app.help.edit" },
      { keys: ["I"], does: "app.help.pin" },
    ],
  },
  {
    group: "app.help.panel",
    keys: [
      { keys: ["C"], does: "app.help.code" },
      { keys: ["F"], does: "app.help.full" },
      { keys: ["W"], does: "app.help.width" },
      { keys: ["Alt", "↑", "↓"], does: "app.help.order" },
    ],
  },
];
