import { useState } from "react";
import glossary from "../../i18n/en/glossary.json";
import { useMethods } from "../../state/catalogue";
import { keyOf, KEYS, useKeyMap, type KeyAction } from "../../state/keys";
import { useTour } from "../../state/tour";
import { navigate, workbenchHref } from "../../state/url";
import { Button, Kbd } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Segmented } from "../../ui/Segmented";
import { COMMAND_KEY, SHORTCUTS } from "./shortcuts";
import { Link } from "./Link";
import "./helpMessages";
import "./HelpDialog.css";

type Part = "keys" | "words";

/** What every key does, what the words mean, and the way to first steps and documentation. */
export default function Help({ onClose }: { onClose: () => void }) {
  const [part, setPart] = useState<Part>("keys");
  const startTour = () => {
    useTour.getState().start();
    navigate(workbenchHref());
    onClose();
  };
  return (
    <div className="column g12">
      <div className="row wrap g8">
        <Segmented
          label={t("app.help.part")}
          options={[
            { value: "keys", label: t("app.help.keys") },
            { value: "words", label: t("app.help.words") },
          ]}
          value={part}
          onChange={setPart}
        />
        <span className="grow" />
        <Button onClick={startTour}>{t("app.help.tour")}</Button>
        <Link href="/docs" className="btn" onClick={onClose}>
          {t("app.help.docs")}
        </Link>
      </div>
      {part === "keys" ? <Keys /> : <Words />}
    </div>
  );
}

function Keys() {
  const { on, setOn } = useKeyMap();
  return (
    <>
      <div className="help-columns">
        {SHORTCUTS.map(({ group, keys }) => (
          <section key={group} aria-label={t(group)}>
            <h3>{t(group)}</h3>
            <dl>
              {keys.map(({ keys: combination, does }) => (
                <div key={does} className="help-line">
                  <dt>{t(does)}</dt>
                  <dd>
                    {combination.map((key) => (
                      <Kbd key={key}>{key.replace("Mod", COMMAND_KEY)}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <SingleKeys />
      </div>
      <label className="row g6 help-foot">
        <input type="checkbox" checked={on} onChange={(event) => setOn(event.target.checked)} />
        {t("app.help.letters")}
      </label>
    </>
  );
}

const MESSAGES = {
  search: "app.help.search",
  left: "app.help.left",
  right: "app.help.right",
  inspector: "app.help.pin",
  code: "app.help.code",
  full: "app.help.full",
  width: "app.help.width",
  sideA: "app.help.sideA",
  sideB: "app.help.sideB",
  difference: "app.help.difference",
} as const satisfies Record<KeyAction, string>;

/** Keys that can be changed: press the button, then the key. */
function SingleKeys() {
  const methods = useMethods().filter(({ shortcut }) => shortcut);
  return (
    <section aria-label={t("app.help.single")}>
      <h3>{t("app.help.single")}</h3>
      <dl>
        {(Object.keys(KEYS) as KeyAction[]).map((action) => (
          <KeyLine key={action} action={action} initial={KEYS[action]} does={t(MESSAGES[action])} />
        ))}
        {methods.map((method) => (
          <KeyLine key={method.id} action={method.id} initial={method.shortcut.toLowerCase()} does={method.title} />
        ))}
      </dl>
    </section>
  );
}

function KeyLine({ action, initial, does }: { action: string; initial: string; does: string }) {
  const { changed, remap } = useKeyMap();
  const [waiting, setWaiting] = useState(false);
  const key = keyOf(action, initial, changed);
  return (
    <div className="help-line">
      <dt>{does}</dt>
      <dd>
        <button
          type="button"
          className="help-key"
          aria-label={t("app.help.change", { action: does, key: key.toUpperCase() })}
          onClick={() => setWaiting(true)}
          onBlur={() => setWaiting(false)}
          onKeyDown={(event) => {
            if (!waiting || event.key === "Tab" || event.key === "Shift") return;
            event.preventDefault();
            event.stopPropagation();
            setWaiting(false);
            if (event.key === "Backspace") remap(action, null);
            else if (event.key.length === 1) remap(action, event.key.toLowerCase());
          }}
        >
          {waiting ? <span className="xs">{t("app.help.press")}</span> : <Kbd>{key.toUpperCase()}</Kbd>}
        </button>
      </dd>
    </div>
  );
}

function Words() {
  return (
    <dl className="glossary">
      {Object.entries(glossary).map(([word, meaning]) => (
        <div key={word}>
          <dt>{word}</dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  );
}
