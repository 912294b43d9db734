import { useLayout, type NarrowTab } from "../../state/layout";
import { t } from "../../ui/i18n";
import { Icon, type IconName } from "../../ui/icons";
import "./NarrowTabs.css";

const TABS: readonly { tab: NarrowTab; icon: IconName }[] = [
  { tab: "prompt", icon: "book" },
  { tab: "panels", icon: "layers" },
  { tab: "methods", icon: "search" },
  { tab: "history", icon: "clock" },
];

/** On a phone the parts of the workbench take turns. */
export function NarrowTabs() {
  const { tab: current, setTab, setSheet } = useLayout();
  const choose = (tab: NarrowTab) => {
    setSheet(false);
    setTab(tab);
  };
  return (
    <nav className="narrow-tabs" aria-label={t("app.tabs.label")}>
      {TABS.map(({ tab, icon }) => (
        <button key={tab} type="button" aria-current={tab === current ? "true" : undefined} onClick={() => choose(tab)}>
          <Icon name={icon} size={20} />
          {t(`app.tabs.${tab}`)}
        </button>
      ))}
    </nav>
  );
}
