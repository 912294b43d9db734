import { useMemo, useState, type ReactNode } from "react";
import { ofPrompt, promptsOf } from "../kinds/ofPrompt";
import type { ResultDocument } from "../kinds/types";
import { t } from "../ui/i18n";
import { Select } from "../ui/Select";
import "../kinds/messages";

interface PerPromptProps {
  document: ResultDocument;
  children: (document: ResultDocument) => ReactNode;
}

const MEAN = "mean";

/** A mean over prompts, or one of them alone. */
export default function PerPrompt({ document, children }: PerPromptProps) {
  const [chosen, setChosen] = useState(MEAN);
  const prompts = promptsOf(document);
  const known = Number(chosen) < prompts.length ? chosen : MEAN;
  const shown = useMemo(() => (known === MEAN ? document : ofPrompt(document, Number(known))), [document, known]);
  if (prompts.length < 2) return children(document);
  return (
    <>
      <Select
        label={t("figures.prompts.choose")}
        value={known}
        options={[
          { value: MEAN, label: t("figures.prompts.mean", { count: prompts.length }) },
          ...prompts.map((label, i) => ({ value: String(i), label })),
        ]}
        onChange={setChosen}
      />
      {children(shown)}
    </>
  );
}
