import type { Counterfinding } from "../../api/card";
import { PanelFrame } from "../../panels/PanelFrame";
import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";
import { Link } from "../frame/Link";
import { measured } from "../gallery/measured";

/** What was looked for on this model and is not there. */
export function Against({ findings }: { findings: readonly Counterfinding[] }) {
  return (
    <PanelFrame level={2} id="card-against" title={t("app.card.against")} purpose={t("app.card.againstNote")}>
      <ul className="card-against">
        {findings.map(({ title, note, value, control, analysis }) => (
          <li key={analysis}>
            <Icon name="close" size={14} />
            <div className="grow">
              <h3>
                <Link href={`/a/${analysis}`}>{title}</Link>
              </h3>
              <p className="sm ink-2">{note}</p>
              <p className="xs ink-3">
                {t("app.card.againstValue", { value: measured(value), control: measured(control) })}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </PanelFrame>
  );
}
