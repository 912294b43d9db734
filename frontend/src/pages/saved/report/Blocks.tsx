import { useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import type { Block } from "../../../state/saved";
import { Button, IconButton } from "../../../ui/Button";
import { t } from "../../../ui/i18n";
import { announce } from "../../../ui/live";
import { MarkdownField } from "./MarkdownField";

interface BlocksProps {
  blocks: Block[];
  onChange: (blocks: Block[]) => void;
}

/** The panels of the report in their order, each with the text before it. */
export function Blocks({ blocks, onChange }: BlocksProps) {
  const list = useRef<HTMLOListElement>(null);
  const moved = useRef<{ id: string; by: number } | null>(null);
  // An element that is moved loses the focus.
  useLayoutEffect(() => {
    if (!moved.current) return;
    const { id, by } = moved.current;
    moved.current = null;
    const row = list.current?.querySelector(`[data-block="${CSS.escape(id)}"]`);
    const [up, down] = row?.querySelectorAll<HTMLButtonElement>(".report-move button") ?? [];
    (by < 0 ? (up?.disabled ? down : up) : down?.disabled ? up : down)?.focus();
  });
  if (blocks.length === 0) return <p className="sm ink-3">{t("app.share.noPanels")}</p>;

  const put = (at: number, part: Partial<Block>) => onChange(blocks.with(at, { ...blocks[at], ...part }));
  const move = (at: number, by: number) => {
    const to = at + by;
    if (to < 0 || to >= blocks.length) return;
    moved.current = { id: blocks[at].id, by };
    onChange(blocks.toSpliced(at, 1).toSpliced(to, 0, blocks[at]));
    announce(t("app.share.moved", { title: blocks[at].panel.title, place: to + 1, count: blocks.length }));
  };
  return (
    <fieldset className="report-blocks">
      <legend className="report-label">{t("app.share.order")}</legend>
      <ol ref={list}>
        {blocks.map((block, at) => (
          <Row
            key={block.id}
            block={block}
            first={at === 0}
            last={at === blocks.length - 1}
            onMove={(by) => move(at, by)}
            onChange={(part) => put(at, part)}
          />
        ))}
      </ol>
    </fieldset>
  );
}

interface RowProps {
  block: Block;
  first: boolean;
  last: boolean;
  onMove: (by: number) => void;
  onChange: (part: Partial<Block>) => void;
}

function Row({ block, first, last, onMove, onChange }: RowProps) {
  const { id, panel, included } = block;
  const text = panel.before ?? "";
  const [writing, setWriting] = useState(text !== "");
  const onKeyDown = (event: KeyboardEvent) => {
    const typing = event.target instanceof HTMLTextAreaElement;
    if (typing || !event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    onMove(event.key === "ArrowUp" ? -1 : 1);
  };
  return (
    // Alt with an arrow moves the block from any of its controls but the text, where it moves the caret.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <li data-block={id} className={included ? "report-block" : "report-block left-out"} onKeyDown={onKeyDown}>
      {writing && (
        <MarkdownField
          label={t("app.share.before", { title: panel.title })}
          rows={3}
          value={text}
          onChange={(before) => onChange({ panel: { ...panel, before } })}
        />
      )}
      <div className="row">
        <label className="row grow">
          <input
            type="checkbox"
            checked={included}
            onChange={(event) => onChange({ included: event.target.checked })}
          />
          <bdi className="clip">{panel.title}</bdi>
        </label>
        {!writing && (
          <Button
            size="s"
            variant="quiet"
            icon="edit"
            aria-label={t("app.share.before", { title: panel.title })}
            onClick={() => setWriting(true)}
          >
            {t("app.share.write")}
          </Button>
        )}
        <span className="row g2 report-move">
          <IconButton
            icon="arrowUp"
            label={t("app.share.up", { title: panel.title })}
            shortcut="Alt ↑"
            disabled={first}
            onClick={() => onMove(-1)}
          />
          <IconButton
            icon="arrowDown"
            label={t("app.share.down", { title: panel.title })}
            shortcut="Alt ↓"
            disabled={last}
            onClick={() => onMove(1)}
          />
        </span>
      </div>
    </li>
  );
}
