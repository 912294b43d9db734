import { useId } from "react";
import type { Finding } from "../../api/gallery";
import { Badge } from "../../ui/Badge";
import { t } from "../../ui/i18n";
import { Link } from "../frame/Link";
import { FindingPicture } from "./FindingPicture";
import { measuresText, numbersText, STANDINGS } from "./findings";

/** A finding: its picture, what was found against what, and where it was found first. All of it is one link. */
export function FindingCard({ finding }: { finding: Finding }) {
  const { title, sentence, source, holds, model, analysis } = finding;
  const { tone, name } = STANDINGS[holds];
  const id = useId();
  return (
    <article className="finding" aria-labelledby={`${id}-title`}>
      <FindingPicture finding={finding} />
      <div className="finding-head">
        <h2 id={`${id}-title`}>
          <Link href={`/a/${analysis}`} aria-describedby={`${id}-numbers ${id}-sentence`}>
            {title}
          </Link>
        </h2>
        <div id={`${id}-numbers`} className="finding-numbers">
          <Badge tone={tone}>
            <span>
              {/* What holds is plain from the mark; what does not is also written. */}
              <span className={name === "supported" ? "sr-only" : "bold"}>{t(`app.gallery.${name}`)}</span>{" "}
              {numbersText(finding)}
            </span>
          </Badge>
        </div>
      </div>
      <p id={`${id}-sentence`} className="sm ink-2">
        {sentence}
      </p>
      <p className="xs ink-3 finding-measures">{measuresText(finding)}</p>
      <p className="xs ink-3 finding-source">
        <span>{t("app.gallery.source", { title: source.title, year: String(source.year) })}</span>
        <span className="mono">{model}</span>
      </p>
    </article>
  );
}
