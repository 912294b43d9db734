import { useRef, type ReactNode } from "react";
import { asProblem } from "../api/client";
import type { PanelWidth } from "../state/workspace";
import { IconButton } from "../ui/Button";
import { t } from "../ui/i18n";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "../ui/Menu";
import { toast } from "../ui/Toast";
import { exportAs, extensionsOf, type Extension, type Shown } from "./exports";

export interface PanelActionsProps {
  /** What can be exported; asked for when it is, null while there is nothing. */
  shown: (() => Shown) | null;
  difference: boolean;
  width: PanelWidth;
  asTable: boolean;
  fullScreen: boolean;
  kept: boolean;
  /** Only full screen and the menu have room. */
  narrow: boolean;
  onCode: () => void;
  onTable: () => void;
  onFullScreen: () => void;
  onWidth: () => void;
  onRename: () => void;
  onDuplicate: () => void;
  /** Keep this result beside the next, or let a kept one go; null where there is nothing to keep. */
  onKeep: (() => void) | null;
  onMove: (by: number) => void;
  onRemove: () => void;
}

/** Code, export, full screen and the rest. */
export function PanelActions(props: PanelActionsProps) {
  const { shown, difference, fullScreen, narrow } = props;
  return (
    <>
      {!narrow && (
        <>
          <IconButton icon="code" label={t("app.panel.code")} shortcut="C" onClick={props.onCode} />
          <Menu trigger={<IconButton icon="download" label={t("app.panel.export")} disabled={!shown} />}>
            <ExportItems shown={shown} difference={difference} />
          </Menu>
        </>
      )}
      <IconButton
        icon={fullScreen ? "close" : "expand"}
        label={t(fullScreen ? "app.panel.leaveFull" : "app.panel.full")}
        shortcut="F"
        className={fullScreen ? undefined : "panel-expand"}
        onClick={props.onFullScreen}
      />
      <MoreMenu {...props} />
    </>
  );
}

function MoreMenu(props: PanelActionsProps) {
  const { shown, difference, width, asTable, kept, narrow } = props;
  const moved = useRef(false);
  const away = (act: () => void) => () => {
    moved.current = true;
    act();
  };
  return (
    <Menu
      trigger={<IconButton icon="more" label={t("app.panel.more")} />}
      onOpenChange={(open) => open && (moved.current = false)}
      movedFocus={() => moved.current}
    >
      <MenuItem icon={asTable ? "grid" : "table"} onSelect={props.onTable} disabled={!shown}>
        {t(asTable ? "app.panel.asFigure" : "app.panel.asTable")}
      </MenuItem>
      {!narrow && (
        <MenuItem icon="width" detail="W" onSelect={props.onWidth}>
          {t(width === "full" ? "app.panel.half" : "app.panel.whole")}
        </MenuItem>
      )}
      <MenuItem icon="edit" onSelect={away(props.onRename)}>
        {t("app.panel.rename")}
      </MenuItem>
      <MenuItem icon="copy" onSelect={props.onDuplicate}>
        {t("app.panel.duplicate")}
      </MenuItem>
      <MenuItem icon="pin" onSelect={() => props.onKeep?.()} disabled={!props.onKeep}>
        {t(kept ? "app.panel.follow" : "app.panel.keep")}
      </MenuItem>
      <MenuItem icon="arrowUp" detail="Alt ↑" onSelect={() => props.onMove(-1)}>
        {t("app.panel.up")}
      </MenuItem>
      <MenuItem icon="arrowDown" detail="Alt ↓" onSelect={() => props.onMove(1)}>
        {t("app.panel.down")}
      </MenuItem>
      {narrow && (
        <>
          <MenuSeparator />
          <MenuItem icon="code" onSelect={away(props.onCode)}>
            {t("app.panel.code")}
          </MenuItem>
          <ExportItems shown={shown} difference={difference} />
        </>
      )}
      <MenuSeparator />
      <MenuItem icon="trash" onSelect={away(props.onRemove)}>
        {t("app.panel.remove")}
      </MenuItem>
    </Menu>
  );
}

async function exportNow(extension: Extension, shown: Shown): Promise<void> {
  try {
    await exportAs(extension, shown);
  } catch (error) {
    toast({ text: asProblem(error).body.message, tone: "fail" });
  }
}

/** The files of what is shown; of a difference, how this page makes them. */
function ExportItems({ shown, difference }: Pick<PanelActionsProps, "shown" | "difference">): ReactNode {
  if (!shown) return null;
  return (
    <>
      {difference && <MenuLabel>{t("app.export.difference")}</MenuLabel>}
      {extensionsOf(shown().document.result.kind, difference).map((extension) => (
        <MenuItem
          key={extension}
          icon="download"
          onSelect={() => void exportNow(extension, shown())}
          detail={t(`app.export.note.${extension}`, { difference: difference ? "yes" : "no" })}
        >
          {t(`app.export.${extension}`)}
        </MenuItem>
      ))}
    </>
  );
}
