import { useState } from "react";
import type { MethodRequest } from "../api/types";
import { origin } from "../state/url";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { t } from "../ui/i18n";
import { Segmented } from "../ui/Segmented";
import { codeFor, type Drawn, type Language } from "./code";
import { copyText } from "../ui/copy";

interface CodeDialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  method: string;
  request: MethodRequest;
  drawn?: Drawn;
}

const LANGUAGES: readonly Language[] = ["curl", "python", "notebook"];

export function CodeDialog({ open, onClose, title, method, request, drawn }: CodeDialogProps) {
  const [language, setLanguage] = useState<Language>("curl");
  const code = open ? codeFor(language, origin(), method, request, drawn) : "";
  return (
    <Dialog open={open} onClose={onClose} title={t("app.code.title", { title })} wide>
      <div className="column g12">
        <div className="row">
          <Segmented
            label={t("app.code.language")}
            options={LANGUAGES.map((value) => ({ value, label: t(`app.code.${value}`) }))}
            value={language}
            onChange={setLanguage}
          />
          <span className="grow" />
          <Button icon="copy" onClick={() => void copyText(code)}>
            {t("app.copy")}
          </Button>
        </div>
        {/* Long lines scroll, so the block must be reachable by keyboard. */}
        <pre className="code-block mono" tabIndex={0} role="region" aria-label={t(`app.code.${language}`)}>
          {code}
        </pre>
        <p className="sm ink-3">
          {drawn?.array
            ? t("app.code.values", { name: drawn.array.name, both: drawn.other ? "yes" : "no" })
            : t("app.code.note")}
        </p>
      </div>
    </Dialog>
  );
}
