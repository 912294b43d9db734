import { useLayout } from "../../state/layout";
import { useBreadth } from "../../state/media";
import { useWorkspace } from "../../state/workspace";
import { Button, IconButton } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Chips } from "../frame/Chips";
import { TopBar } from "../frame/TopBar";

export function WorkbenchBar() {
  const title = useWorkspace((workspace) => workspace.title);
  const setTitle = useWorkspace((workspace) => workspace.setTitle);
  const setDialog = useLayout((layout) => layout.setDialog);
  const breadth = useBreadth();
  const narrow = breadth === "narrow";
  const share = () => setDialog("share");
  return (
    <TopBar
      title={
        <input
          className="top-title-input"
          aria-label={t("app.title.label")}
          placeholder={t("app.untitled")}
          value={title}
          maxLength={300}
          spellCheck={false}
          onChange={(event) => setTitle(event.target.value)}
          onKeyDown={(event) => (event.key === "Enter" || event.key === "Escape") && event.currentTarget.blur()}
        />
      }
    >
      {breadth === "medium" && (
        <IconButton icon="menu" size="m" label={t("app.catalogue.label")} onClick={() => setDialog("catalogue")} />
      )}
      <Chips />
      {narrow ? (
        <IconButton className="share-button" icon="share" size="m" label={t("app.share.button")} onClick={share} />
      ) : (
        <Button className="share-button" variant="primary" icon="share" onClick={share}>
          {t("app.share.button")}
        </Button>
      )}
    </TopBar>
  );
}
