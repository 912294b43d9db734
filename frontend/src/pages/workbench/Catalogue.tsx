import { lazy, Suspense, useState } from "react";
import type { Method, Model } from "../../api/types";
import { byQuestion, lacking, useMethods, useModel } from "../../state/catalogue";
import { reveal } from "../../state/actions";
import { addAndRun } from "../../state/runner";
import { lacksSecond } from "../../state/request";
import { useWorkspace, type Second } from "../../state/workspace";
import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";
import { CatalogueSearch } from "./CatalogueSearch";
import { useOneStop, type Stop } from "./oneStop";
import "./Catalogue.css";

const CannotRun = lazy(() => import("./CannotRun"));

/** So few methods are all in sight at once. */
const FEW = 14;

/** Methods under the questions they answer; choosing one adds its panel. */
export function Catalogue({ onAdded }: { onAdded?: (uid: string) => void }) {
  const methods = useMethods();
  const model = useModel();
  const panels = useWorkspace((workspace) => workspace.panels);
  const second = useWorkspace((workspace) => workspace.second);
  const [search, setSearch] = useState("");
  const [toggled, setToggled] = useState<Record<string, boolean>>({});
  const [refused, setRefused] = useState<Method | null>();
  const inUse = new Set(panels.map(({ method }) => method));
  const groups = byQuestion(methods).map(({ question, methods: members }) => {
    const used = members.some(({ id }) => inUse.has(id));
    return { question, members, used, open: toggled[question] ?? (methods.length <= FEW || used) };
  });
  const stopOf = useOneStop(
    groups.flatMap(({ question, members, open }) => [question, ...(open ? members.map(({ id }) => id) : [])]),
  );

  const choose = (method: Method) => {
    if (lacking(method, model).length > 0 || lacksSecond(method, { second })) return setRefused(method);
    const uid = addAndRun(method.id);
    setSearch("");
    if (onAdded) onAdded(uid);
    else reveal(uid, "center"); // it will grow
  };
  return (
    <div className="catalogue">
      <CatalogueSearch
        methods={methods}
        reasonOf={(method) => reasonOf(method, model, second)}
        search={search}
        onSearch={setSearch}
        onChoose={choose}
      />
      {search.trim() === "" && (
        <nav className="catalogue-list" aria-label={t("app.catalogue.label")}>
          {groups.map(({ question, members, used, open }) => {
            const toggle = () => setToggled({ ...toggled, [question]: !open });
            const stop = stopOf(question);
            return (
              <section key={question}>
                <h2>
                  <button
                    type="button"
                    className="catalogue-question"
                    aria-expanded={open}
                    onClick={toggle}
                    {...stop}
                    onKeyDown={(event) => {
                      if (event.key === (open ? "ArrowLeft" : "ArrowRight")) toggle();
                      else stop.onKeyDown(event);
                    }}
                  >
                    <Icon name={open ? "chevronDown" : "chevronRight"} size={12} />
                    <span className="grow">{question}</span>
                    {used && !open && <span className="catalogue-used" title={t("app.catalogue.inUse")} />}
                    <span className="catalogue-count">{members.length}</span>
                  </button>
                </h2>
                {open && (
                  <ul>
                    {members.map((method) => (
                      <li key={method.id}>
                        <MethodButton
                          method={method}
                          reason={reasonOf(method, model, second)}
                          inUse={inUse.has(method.id)}
                          stop={stopOf(method.id)}
                          onChoose={choose}
                        />
                      </li>
                    ))}
                  </ul>
                )}
              </section>
            );
          })}
        </nav>
      )}
      {/* Once there it stays, so that closing gives the focus back. */}
      <Suspense>{refused !== undefined && <CannotRun method={refused} onClose={() => setRefused(null)} />}</Suspense>
    </div>
  );
}

/** Why a method cannot run, in a few words; null when it can. */
function reasonOf(method: Method, model: Model | undefined, second: Second | null): string | null {
  if (lacksSecond(method, { second })) return t("app.catalogue.second");
  const [first] = lacking(method, model);
  return first ? t("app.catalogue.needs", { capability: first.capability.replaceAll("_", " ") }) : null;
}

interface MethodButtonProps {
  method: Method;
  reason: string | null;
  inUse: boolean;
  stop: Stop;
  onChoose: (method: Method) => void;
}

function MethodButton({ method, reason, inUse, stop, onChoose }: MethodButtonProps) {
  return (
    <button
      type="button"
      className={["catalogue-method", inUse && "used", reason && "refused"].filter(Boolean).join(" ")}
      title={method.purpose}
      onClick={() => onChoose(method)}
      {...stop}
    >
      <span className="clip">{method.title}</span>
      {reason && <span className="catalogue-reason">{reason}</span>}
      {inUse && <span className="sr-only">{t("app.catalogue.inUse")}</span>}
    </button>
  );
}
