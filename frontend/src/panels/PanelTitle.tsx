import { useEffect, useRef, type KeyboardEvent } from "react";
import { t } from "../ui/i18n";
import { startReorder } from "./reorder";

interface PanelTitleProps {
  title: string;
  editing: boolean;
  onEdit: () => void;
  /** What was typed, empty for the method's own name; null when it is to stay as it is. */
  onRename: (title: string | null) => void;
  onPlace: (place: number) => void;
}

/** The title of a panel: dragged to move it, edited in place. */
export function PanelTitle({ title, editing, onEdit, onRename, onPlace }: PanelTitleProps) {
  if (editing) return <TitleField title={title} onRename={onRename} />;
  return (
    <span
      className="panel-grip clip"
      title={title}
      onPointerDown={(press) => startReorder(press, onPlace)}
      onDoubleClick={onEdit}
    >
      {title}
    </span>
  );
}

function TitleField({ title, onRename }: Pick<PanelTitleProps, "title" | "onRename">) {
  const field = useRef<HTMLInputElement>(null);
  const done = useRef(false);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const finish = (next: string | null) => {
    if (done.current) return;
    done.current = true;
    onRename(next);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    finish(event.key === "Enter" ? event.currentTarget.value.trim() : null);
  };
  return (
    <input
      ref={field}
      className="panel-title-field"
      aria-label={t("app.panel.name")}
      defaultValue={title}
      maxLength={120}
      spellCheck={false}
      onKeyDown={onKeyDown}
      onBlur={(event) => finish(event.currentTarget.value.trim())}
    />
  );
}
