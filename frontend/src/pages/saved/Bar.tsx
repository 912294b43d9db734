import type { SavedAnalysis } from "../../api/types";
import { copyText } from "../../ui/copy";
import { useBreadth } from "../../state/media";
import { absolute } from "../../state/url";
import { Badge } from "../../ui/Badge";
import { Button, IconButton } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Icon, Logo } from "../../ui/icons";
import { Menu, MenuItem, MenuSeparator } from "../../ui/Menu";
import { bytes, seconds } from "../../ui/numbers";
import { Link } from "../frame/Link";
import { ThemeMenu } from "../frame/ThemeMenu";
import { reportMarkdown } from "./reportMarkdown";
import { saveText } from "./saveText";
import { downloadWhole } from "./Side";
import "../frame/TopBar.css";

interface BarProps {
  /** Null while there is nothing to act on. */
  actions: ActionsProps | null;
  /** Opens the workbench as it was; null where that was not saved. */
  workbench?: string | null;
  /** Seconds until the page could be read. */
  openedIn?: number | null;
}

/** The top bar of a page that is only read. */
export function Bar({ actions, workbench, openedIn }: BarProps) {
  return (
    <header className="top-bar">
      <Link className="top-mark" href="/" aria-label={t("app.name")}>
        <Logo />
        <span className="top-name">{t("app.name")}</span>
      </Link>
      <span className="top-rule" />
      <Badge>
        <Icon name="lock" size={12} />
        <span className="saved-mark">{t("app.saved.readOnly")}</span>
      </Badge>
      <span className="sm ink-3 clip saved-note" role="status">
        {openedIn != null && t("app.saved.note", { time: seconds(openedIn) })}
      </span>
      <span className="grow" />
      {actions && <Actions {...actions} />}
      {workbench && (
        <Link className="btn primary" href={workbench}>
          {t("app.saved.open")}
        </Link>
      )}
      <ThemeMenu />
    </header>
  );
}

interface ActionsProps {
  analysis: SavedAnalysis;
  /** Bytes of the whole as it is downloaded. */
  size: number | null | undefined;
  onPrint: () => void;
  /** Writes on the report; null for those of others. */
  onEdit: (() => void) | null;
}

function Actions(props: ActionsProps) {
  const { analysis, onEdit } = props;
  const copy = () => void copyText(absolute(`/a/${analysis.id}`), t("app.share.copied"));
  if (useBreadth() === "narrow") {
    return (
      <Menu trigger={<IconButton icon="more" size="m" label={t("app.panel.more")} />}>
        <MenuItem icon="link" onSelect={copy}>
          {t("app.saved.copy")}
        </MenuItem>
        {onEdit && (
          <MenuItem icon="edit" onSelect={onEdit}>
            {t("app.saved.edit")}
          </MenuItem>
        )}
        <MenuSeparator />
        <ExportItems {...props} />
      </Menu>
    );
  }
  return (
    <>
      {onEdit && (
        <Button icon="edit" onClick={onEdit}>
          {t("app.saved.edit")}
        </Button>
      )}
      <Button icon="link" onClick={copy}>
        {t("app.saved.copy")}
      </Button>
      <Menu trigger={<Button icon="download">{t("app.panel.export")}</Button>}>
        <ExportItems {...props} />
      </Menu>
    </>
  );
}

function ExportItems({ analysis, size, onPrint }: ActionsProps) {
  const { id } = analysis;
  const markdown = () =>
    saveText(reportMarkdown(analysis, absolute(`/a/${id}`)), `stratascope-${id}.md`, "text/markdown");
  return (
    <>
      <MenuItem icon="download" onSelect={() => downloadWhole(id)} detail={size == null ? undefined : bytes(size)}>
        {t("app.saved.all")}
      </MenuItem>
      <MenuItem icon="download" onSelect={markdown}>
        {t("app.saved.asMarkdown")}
      </MenuItem>
      <MenuItem icon="book" onSelect={onPrint}>
        {t("app.saved.print")}
      </MenuItem>
    </>
  );
}
