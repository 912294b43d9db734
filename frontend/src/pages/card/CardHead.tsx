import type { ModelCard } from "../../api/card";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Link } from "../frame/Link";
import { openWorkbench } from "../models/openWorkbench";
import { boundsOf } from "./numbers";

/** Which model, in a sentence, and whether it does what it has to. */
export function CardHead({ card }: { card: ModelCard }) {
  const { kept, bounded } = boundsOf(card.numbers);
  return (
    <header className="card-head">
      <h1>{card.title}</h1>
      <span className="mono sm ink-3">{card.id}</span>
      {bounded > 0 && <Badge tone={kept === bounded ? "ok" : "warn"}>{t("app.card.kept", { kept, bounded })}</Badge>}
      <span className="grow" />
      <Link className="btn" href="/models">
        {t("app.card.toModels")}
      </Link>
      <Button variant="primary" onClick={() => void openWorkbench(card.id, null)}>
        {t("app.card.open")}
      </Button>
      <p className="md ink-2">{card.description}</p>
    </header>
  );
}
