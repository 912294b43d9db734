import { useLayout } from "../../state/layout";
import { Kbd } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { t } from "../../ui/i18n";
import { COMMAND_KEY, SHORTCUTS } from "./shortcuts";
import { Link } from "./Link";
import "./HelpDialog.css";

/** What every key does. */
export function HelpDialog() {
  const open = useLayout((layout) => layout.dialog === "help");
  const setDialog = useLayout((layout) => layout.setDialog);
  const close = () => setDialog(null);
  return (
    <Dialog open={open} onClose={close} title={t("app.help.title")} wide>
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
      </div>
      <p className="help-foot">
        {t("app.help.letters")}{" "}
        <Link href="/docs" onClick={close}>
          {t("app.help.docs")}
        </Link>
      </p>
    </Dialog>
  );
}
