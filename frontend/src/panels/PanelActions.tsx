import type { ResultDocument } from "../kinds/types";
import type { PanelWidth } from "../state/workspace";
import { IconButton } from "../ui/Button";
import { t } from "../ui/i18n";
import { Menu, MenuItem, MenuSeparator } from "../ui/Menu";
import { exportsOf, save } from "./exports";

interface PanelActionsProps {
  document: ResultDocument | null;
  width: PanelWidth;
  asTable: boolean;
  fullScreen: boolean;
  onCode: () => void;
  onTable: () => void;
  onFullScreen: () => void;
  onWidth: () => void;
  onDuplicate: () => void;
  onMove: (by: number) => void;
  onRemove: () => void;
}

/** Code, export, full screen and the rest. */
export function PanelActions(props: PanelActionsProps) {
  const { document, width, asTable, fullScreen } = props;
  return (
    <>
      <IconButton icon="code" label={t("app.panel.code")} shortcut="C" onClick={props.onCode} />
      <ExportMenu document={document} />
      <IconButton
        icon={fullScreen ? "close" : "expand"}
        label={t(fullScreen ? "app.panel.leaveFull" : "app.panel.full")}
        shortcut="F"
        onClick={props.onFullScreen}
      />
      <Menu trigger={<IconButton icon="more" label={t("app.panel.more")} />}>
        <MenuItem icon={asTable ? "grid" : "table"} onSelect={props.onTable} disabled={!document}>
          {t(asTable ? "app.panel.asFigure" : "app.panel.asTable")}
        </MenuItem>
        <MenuItem icon="width" detail="W" onSelect={props.onWidth}>
          {t(width === "full" ? "app.panel.half" : "app.panel.whole")}
        </MenuItem>
        <MenuItem icon="copy" onSelect={props.onDuplicate}>
          {t("app.panel.duplicate")}
        </MenuItem>
        <MenuItem icon="arrowUp" detail="Alt ↑" onSelect={() => props.onMove(-1)}>
          {t("app.panel.up")}
        </MenuItem>
        <MenuItem icon="arrowDown" detail="Alt ↓" onSelect={() => props.onMove(1)}>
          {t("app.panel.down")}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon="trash" onSelect={props.onRemove}>
          {t("app.panel.remove")}
        </MenuItem>
      </Menu>
    </>
  );
}

export function ExportMenu({ document }: { document: ResultDocument | null }) {
  return (
    <Menu trigger={<IconButton icon="download" label={t("app.panel.export")} disabled={!document} />}>
      {document &&
        exportsOf(document).map((file) => (
          <MenuItem key={file.extension} onSelect={() => save(file)} detail={t(`app.export.note.${file.extension}`)}>
            {t(`app.export.${file.extension}`)}
          </MenuItem>
        ))}
    </Menu>
  );
}
