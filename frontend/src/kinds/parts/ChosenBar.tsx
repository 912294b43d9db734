import { useRef } from "react";
import { Button } from "../../ui/Button";
import { copyText } from "../../ui/copy";
import { t } from "../../ui/i18n";
import "./chosen.css";

interface ChosenBarProps {
  /** "3 features selected". */
  text: string;
  /** What is copied. */
  names: readonly string[];
  onClear: () => void;
}

/** What is selected out of a list or a plane, to take elsewhere. The field can also be copied from by hand. */
export function ChosenBar({ text, names, onClear }: ChosenBarProps) {
  const field = useRef<HTMLInputElement>(null);
  function copy() {
    field.current?.select();
    void copyText(names.join(", "));
  }
  return (
    <div className="chosen-bar" role="group" aria-label={text}>
      <span className="bold nowrap" role="status">
        {text}
      </span>
      <input ref={field} className="mono" readOnly aria-label={t("figures.chosen.names")} value={names.join(", ")} />
      <Button size="s" icon="copy" onClick={copy}>
        {t("app.copy")}
      </Button>
      <Button size="s" variant="quiet" onClick={onClear}>
        {t("figures.chosen.clear")}
      </Button>
    </div>
  );
}
