import { useState, type FormEvent, type RefObject } from "react";
import { Button, Kbd } from "../../ui/Button";
import { t } from "../../ui/i18n";
import "./chosen.css";

interface GroupBarProps {
  field: RefObject<HTMLInputElement | null>;
  names: readonly string[];
  onGroup: (name: string) => void;
  onClear: () => void;
}

/** Nodes that are selected, to be put together under a name. */
export function GroupBar({ field, names, onGroup, onClear }: GroupBarProps) {
  const [name, setName] = useState("");
  const count = t("figures.flow.picked", { count: names.length });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onGroup(name.trim() || names.join(" + "));
    setName("");
  };
  return (
    <form className="chosen-bar" aria-label={count} onSubmit={submit}>
      <span className="bold nowrap" role="status">
        {count}
      </span>
      <input
        ref={field}
        aria-label={t("figures.flow.groupName")}
        placeholder={names.join(" + ")}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Button size="s" type="submit">
        {t("figures.flow.group")} <Kbd>G</Kbd>
      </Button>
      <Button size="s" variant="quiet" onClick={onClear}>
        {t("figures.chosen.clear")}
      </Button>
    </form>
  );
}
