import { lazy, Suspense } from "react";
import type { Method } from "../../api/types";
import type { Cell, ResultDocument } from "../../kinds/types";
import { copyText } from "../../ui/copy";
import { openMethod } from "../../state/actions";
import { lacking, useMethods, useModel } from "../../state/catalogue";
import { keyOf, KEYS, useKeyMap } from "../../state/keys";
import { useLayout } from "../../state/layout";
import { predictions } from "../../state/reading";
import { readsQuestion } from "../../state/request";
import { runPanels } from "../../state/runner";
import type { Range } from "../../state/selection";
import { absolute, workbenchHref } from "../../state/url";
import { useWorkspace } from "../../state/workspace";
import { Kbd } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Icon, type IconName } from "../../ui/icons";
import { isNeuron, lensOf, outputRow } from "./inspect";

const PartLink = lazy(() => import("./PartLink"));

interface InspectorActionsProps {
  documents: ResultDocument[];
  pin: Cell | null;
  range: Range;
}

/** What can be done with the selection: the methods that ask to be opened from it, and what every selection allows. */
export function InspectorActions({ documents, pin, range }: InspectorActionsProps) {
  const panels = useWorkspace((workspace) => workspace.panels);
  const { active, setCodeFor } = useLayout();
  const changed = useKeyMap((keys) => keys.changed);
  const model = useModel();
  const own = useMethods().filter((method) => method.shortcut && lacking(method, model).length === 0);
  const panel = panels.find(({ uid }) => uid === active) ?? panels[0];
  return (
    <section aria-label={t("app.inspector.do")}>
      <h3>{t("app.inspector.do")}</h3>
      <ul>
        {pin && own.map((method) => <MethodAction key={method.id} method={method} changed={changed} />)}
        {pin?.layer != null && pin.head != null && (
          <Suspense fallback={null}>
            <PartLink part="heads" layer={pin.layer} index={pin.head} />
          </Suspense>
        )}
        {pin?.layer != null && pin.feature != null && isNeuron(documents, pin) && (
          <Suspense fallback={null}>
            <PartLink part="neurons" layer={pin.layer} index={pin.feature} />
          </Suspense>
        )}
        <AskHere documents={documents} position={pin?.position ?? range?.[1] ?? null} />
        {panel && (
          <Action icon="code" shortcut={keyOf("code", KEYS.code, changed)} onSelect={() => setCodeFor(panel.uid)}>
            {t("app.inspector.code")}
          </Action>
        )}
        <Action icon="link" onSelect={() => void copyText(absolute(workbenchHref()), t("app.inspector.linked"))}>
          {t("app.inspector.link")}
        </Action>
      </ul>
    </section>
  );
}

function MethodAction({ method, changed }: { method: Method; changed: Partial<Record<string, string>> }) {
  return (
    <Action
      icon="swap"
      shortcut={keyOf(method.id, method.shortcut.toLowerCase(), changed)}
      onSelect={() => openMethod(method)}
    >
      {method.title}
    </Action>
  );
}

/** Why the model says what it says here, if it says anything. */
function AskHere({ documents, position }: { documents: ResultDocument[]; position: number | null }) {
  const { setQuestion, panels } = useWorkspace();
  const methods = useMethods();
  const lens = lensOf(documents);
  const row = outputRow(documents);
  const here = (lens && row !== null && position !== null && predictions(lens, row, position)) || [];
  if (here.length < 2) return null;
  const ask = () => {
    setQuestion({ position: position ?? -1, target: [], distractor: [] });
    const readers = panels.filter(({ method }) => readsQuestion(methods.find(({ id }) => id === method)));
    void runPanels(readers.map(({ uid }) => uid));
  };
  return (
    <Action icon="help" onSelect={ask}>
      {t("app.inspector.ask", { position: position ?? 0 })}
    </Action>
  );
}

interface ActionProps {
  icon: IconName;
  shortcut?: string;
  onSelect: () => void;
  children: string;
}

function Action({ icon, shortcut, onSelect, children }: ActionProps) {
  return (
    <li>
      <button type="button" className="inspector-action" onClick={onSelect}>
        <Icon name={icon} />
        <span className="grow">{children}</span>
        {shortcut && <Kbd>{shortcut.toUpperCase()}</Kbd>}
      </button>
    </li>
  );
}
