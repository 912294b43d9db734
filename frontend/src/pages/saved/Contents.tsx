import { useBreadth } from "../../state/media";
import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";
import { jumpTo, useEntries, useEntryBeingRead, type Outline } from "./outline";

/** What the page holds and where one is. Jumps scroll, and leave the address alone. */
export function Contents({ outline }: { outline: Outline }) {
  const entries = useEntries(outline);
  const reading = useEntryBeingRead(entries);
  const breadth = useBreadth();
  const list = (
    <ul>
      {entries.map(({ id, title, level }) => (
        <li key={id} className={level === 3 ? "inner" : undefined}>
          <button type="button" aria-current={id === reading ? "location" : undefined} onClick={() => jumpTo(id)}>
            <bdi>{title}</bdi>
          </button>
        </li>
      ))}
    </ul>
  );
  return (
    <nav className="saved-contents" aria-label={t("app.saved.contents")}>
      {breadth === "full" || breadth === "overlay" ? (
        list
      ) : (
        <details>
          <summary>
            <Icon name="chevronRight" size={12} />
            {t("app.saved.contents")}
          </summary>
          {list}
        </details>
      )}
    </nav>
  );
}
