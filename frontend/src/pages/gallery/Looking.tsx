import type { Finding } from "../../api/gallery";
import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";
import { Segmented } from "../../ui/Segmented";
import { GROUPS } from "./findings";
import { useGalleryView } from "./view";

/** Which findings to show: of one kind, or those that have the words of a search. */
export function Looking({ findings }: { findings: readonly Finding[] }) {
  const { group, search } = useGalleryView();
  return (
    <div role="search" className="gallery-looking">
      <div className="field">
        <Icon name="search" size={14} />
        <input
          type="search"
          aria-label={t("app.gallery.search")}
          placeholder={t("app.gallery.placeholder")}
          value={search}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => useGalleryView.setState({ search: event.target.value })}
        />
      </div>
      <Segmented
        label={t("app.gallery.group")}
        options={GROUPS.map((value) => ({
          value,
          label: t(`app.gallery.group.${value}`, { count: findings.length }),
        }))}
        value={group}
        onChange={(chosen) => useGalleryView.setState({ group: chosen })}
      />
    </div>
  );
}
