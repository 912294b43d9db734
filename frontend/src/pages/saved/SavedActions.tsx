import { useRef } from "react";
import { asProblem } from "../../api/client";
import { exportAs, type Extension, type Shown } from "../../panels/exports";
import { IconButton } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Menu, MenuItem } from "../../ui/Menu";
import { toast } from "../../ui/Toast";

/** Files that the page makes of the numbers it has, and those that the server draws as long as it remembers the result. */
const OWN: readonly Extension[] = ["csv", "json", "png"];
const DRAWN: readonly Extension[] = ["svg", "html"];

/** Nothing that a page makes by itself asks the server, which may have forgotten a result that is stored here. */
async function exportStored(extension: Extension, shown: Shown): Promise<void> {
  try {
    await exportAs(extension, OWN.includes(extension) ? { ...shown, difference: true } : shown);
  } catch (error) {
    toast({ text: asProblem(error).body.message, tone: "fail" });
  }
}

interface SavedActionsProps {
  /** What is exported; asked for when it is, null while there is nothing. */
  shown: (() => Shown) | null;
  difference: boolean;
  asTable: boolean;
  fullScreen: boolean;
  onCode: () => void;
  onTable: () => void;
  /** Moves the focus to the panel: from its button, `Esc` would first close what the button says of itself. */
  onFullScreen: () => void;
}

/** Code, export, and the ways to look at a stored result. */
export function SavedActions(props: SavedActionsProps) {
  const { shown, difference, asTable, fullScreen } = props;
  const extensions = difference ? OWN : [...OWN, ...DRAWN];
  const moved = useRef(false);
  return (
    <>
      <IconButton icon="code" label={t("app.panel.code")} onClick={props.onCode} />
      <Menu trigger={<IconButton icon="download" label={t("app.panel.export")} disabled={!shown} />}>
        {shown &&
          extensions.map((extension) => (
            <MenuItem
              key={extension}
              onSelect={() => void exportStored(extension, shown())}
              detail={t(`app.export.note.${extension}`, { difference: difference ? "yes" : "no" })}
            >
              {t(`app.export.${extension}`)}
            </MenuItem>
          ))}
      </Menu>
      <Menu
        trigger={<IconButton icon="more" label={t("app.panel.more")} disabled={!shown} />}
        onOpenChange={(open) => open && (moved.current = false)}
        movedFocus={() => moved.current}
      >
        <MenuItem icon={asTable ? "grid" : "table"} onSelect={props.onTable}>
          {t(asTable ? "app.panel.asFigure" : "app.panel.asTable")}
        </MenuItem>
        <MenuItem
          icon={fullScreen ? "close" : "expand"}
          onSelect={() => {
            moved.current = true;
            props.onFullScreen();
          }}
        >
          {t(fullScreen ? "app.panel.leaveFull" : "app.panel.full")}
        </MenuItem>
      </Menu>
    </>
  );
}
