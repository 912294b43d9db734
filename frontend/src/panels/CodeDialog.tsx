import { useState } from "react";
import type { MethodRequest } from "../api/types";
import { origin } from "../state/url";
import { Dialog } from "../ui/Dialog";
import { t } from "../ui/i18n";
import { CodeView } from "./CodeView";
import { codeFor, type Drawn, type Language } from "./code";

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
      <CodeView
        label={t("app.code.language")}
        options={LANGUAGES.map((value) => ({ value, label: t(`app.code.${value}`) }))}
        value={language}
        onChange={setLanguage}
        code={code}
        note={
          drawn?.array
            ? t("app.code.values", { name: drawn.array.name, both: drawn.other ? "yes" : "no" })
            : t("app.code.note")
        }
      />
    </Dialog>
  );
}
