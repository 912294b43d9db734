import type { Cell, ResultDocument } from "../../kinds/types";
import { copyText } from "../../panels/copy";
import { predictions } from "../../state/reading";
import { runPanels } from "../../state/runner";
import { absolute, workbenchHref } from "../../state/url";
import { useWorkspace } from "../../state/workspace";
import { t } from "../../ui/i18n";
import { Icon, type IconName } from "../../ui/icons";
import { lensOf, outputRow } from "./inspect";

/** What can be done with the selection. */
export function InspectorActions({ documents, pin }: { documents: ResultDocument[]; pin: Cell }) {
  const { setQuestion, panels } = useWorkspace();
  const { position } = pin;
  const lens = lensOf(documents);
  const row = outputRow(documents);
  const here = (lens && row !== null && position != null && predictions(lens, row, position)) || [];
  const askHere = () => {
    setQuestion({ position: position ?? -1, target: "", distractor: "" });
    void runPanels(
      panels
        .filter(({ method }) =>
          documents.some((document) => document.method === method && "target" in document.result.facts),
        )
        .map(({ uid }) => uid),
    );
  };
  return (
    <section aria-label={t("app.inspector.do")}>
      <h3>{t("app.inspector.do")}</h3>
      <ul>
        {here.length > 1 && (
          <Action icon="help" onSelect={askHere}>
            {t("app.inspector.ask", { position: position ?? 0 })}
          </Action>
        )}
        <Action icon="link" onSelect={() => void copyText(absolute(workbenchHref()), t("app.inspector.linked"))}>
          {t("app.inspector.link")}
        </Action>
      </ul>
    </section>
  );
}

function Action({ icon, onSelect, children }: { icon: IconName; onSelect: () => void; children: string }) {
  return (
    <li>
      <button type="button" className="inspector-action" onClick={onSelect}>
        <Icon name={icon} />
        <span className="grow">{children}</span>
      </button>
    </li>
  );
}
