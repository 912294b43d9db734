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
      { keys: ["Mod", "Z"], does: "app.help.undo" },
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
      { keys: ["Mod", "click"], does: "app.help.also" },
      { keys: ["Shift", "↵"], does: "app.help.furtherPin" },
      { keys: ["Mod", "←", "→"], does: "app.help.focusOnly" },
      { keys: ["+", "−", "0"], does: "app.help.zoom" },
      { keys: ["1", "…", "6"], does: "app.help.quantities" },
      { keys: ["P", "↵"], does: "app.help.patch" },
    ],
  },
  {
    group: "app.help.panel",
    keys: [
      { keys: ["Tab"], does: "app.help.nextPanel" },
      { keys: ["↵"], does: "app.help.enterPanel" },
      { keys: ["Alt", "↑", "↓"], does: "app.help.order" },
    ],
  },
];
