import type { SavedPanel } from "../../state/saved";
import { t } from "../../ui/i18n";

/** What the page holds. Jumps scroll, and leave the address alone. */
export function Contents({ panels, notes }: { panels: SavedPanel[]; notes: boolean }) {
  const jump = (id: string) => document.getElementById(id)?.scrollIntoView({ behavior: "smooth", block: "start" });
  return (
    <nav className="saved-contents" aria-label={t("app.saved.contents")}>
      <ul>
        {notes && (
          <li>
            <button type="button" onClick={() => jump("notes")}>
              {t("app.saved.notes")}
            </button>
          </li>
        )}
        {panels.map((panel, index) => (
          <li key={index}>
            <button type="button" onClick={() => jump(`panel-${index}`)}>
              {panel.title}
            </button>
          </li>
        ))}
        <li>
          <button type="button" onClick={() => jump("provenance")}>
            {t("app.saved.settings")}
          </button>
        </li>
      </ul>
    </nav>
  );
}
