import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { promptSetsQuery, type PromptItem, type PromptSet } from "../../api/promptSets";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { t } from "../../ui/i18n";
import { Notice } from "../../ui/Notice";
import { Skeleton } from "../../ui/Skeleton";
import "./PromptSetsMessages";
import { PromptSetsItems } from "./PromptSetsItems";
import { PromptSetsNumbers } from "./PromptSetsNumbers";
import { openItem } from "./PromptSetsUse";
import "./PromptSets.css";

/** Sets of prompts whose answers are known: choose one, and take any of its prompts into the workbench. */
export default function PromptSets({ onClose }: { onClose: () => void }) {
  const { data: sets, error, refetch } = useQuery(promptSetsQuery);
  const [chosen, setChosen] = useState("");
  const [item, setItem] = useState<PromptItem | null>(null);
  const current = sets?.find(({ id }) => id === chosen) ?? sets?.[0];
  const choose = (id: string) => {
    setItem(null);
    setChosen(id);
  };
  const use = (used: PromptItem, both = false) => {
    onClose();
    void openItem(used, both);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("app.sets.title")}
      wide
      className="prompt-sets"
      footer={item && <Uses item={item} onUse={use} />}
    >
      {error && (
        <Notice
          tone="fail"
          title={t("app.sets.failed")}
          actions={<Button onClick={() => void refetch()}>{t("app.sets.retry")}</Button>}
        />
      )}
      {!sets && !error && <Skeleton rows={8} />}
      {sets?.length === 0 && <p className="ink-2">{t("app.sets.none")}</p>}
      {sets && current && (
        <div className="sets-columns">
          <SetList sets={sets} current={current.id} onChoose={choose} />
          <section className="sets-one" aria-label={current.title}>
            <h3>{current.title}</h3>
            <p>{current.description}</p>
            <dl className="sets-known">
              <dt>{t("app.sets.known")}</dt>
              <dd>{current.answer}</dd>
              <dt>{t("app.sets.control")}</dt>
              <dd>{current.control}</dd>
            </dl>
            <PromptSetsNumbers measured={current.measured} />
            <PromptSetsItems key={current.id} set={current} onPick={setItem} onUse={use} />
          </section>
        </div>
      )}
    </Dialog>
  );
}

function Uses({ item, onUse }: { item: PromptItem; onUse: (item: PromptItem, both?: boolean) => void }) {
  return (
    <>
      <span className="grow sm ink-2">{t("app.sets.hint")}</span>
      {item.corrupt !== null && <Button onClick={() => onUse(item, true)}>{t("app.sets.usePair")}</Button>}
      <Button variant="primary" onClick={() => onUse(item)}>
        {t("app.sets.use")}
      </Button>
    </>
  );
}

interface SetListProps {
  sets: PromptSet[];
  current: string;
  onChoose: (id: string) => void;
}

/** The sets with how many prompts each has. */
function SetList({ sets, current, onChoose }: SetListProps) {
  return (
    <nav className="sets-list" aria-label={t("app.sets.list")}>
      {sets.map((set) => (
        <button
          key={set.id}
          type="button"
          className="sets-entry"
          aria-current={set.id === current}
          onClick={() => onChoose(set.id)}
        >
          <span className="row">
            <span className="grow clip bold">{set.title}</span>
            <span className="sets-count">{set.count}</span>
          </span>
          <span className="sets-about">{set.description}</span>
        </button>
      ))}
    </nav>
  );
}
