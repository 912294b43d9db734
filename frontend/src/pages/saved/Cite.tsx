import type { SavedAnalysis } from "../../api/types";
import { copyText } from "../../ui/copy";
import { headOf } from "../../state/saved";
import { absolute } from "../../state/url";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { t } from "../../ui/i18n";
import { bibtex, citationText, type Cited } from "./citation";

function citedOf({ id, title, created, results }: SavedAnalysis): Cited {
  const heads = results.map(headOf);
  const models = [...new Set(heads.map(({ model }) => model.id))].filter(Boolean);
  const versions = [...new Set(heads.map(({ provenance }) => provenance.stratascope))].filter(Boolean);
  const note = [
    ...models.map((model) => t("app.saved.noteModel", { model })),
    ...versions.map((version) => `stratascope ${String(version)}`),
  ].join(", ");
  return { title, created: new Date(created), address: absolute(`/a/${id}`), note };
}

/** The analysis as a reference, to be copied. */
export function Cite({ analysis, open, onClose }: { analysis: SavedAnalysis; open: boolean; onClose: () => void }) {
  const cited = citedOf(analysis);
  return (
    <Dialog open={open} onClose={onClose} title={t("app.saved.cite")}>
      <div className="column g16">
        <Block title={t("app.saved.citeText")} text={citationText(cited)} />
        <Block title={t("app.saved.citeBibtex")} text={bibtex(cited)} mono />
      </div>
    </Dialog>
  );
}

function Block({ title, text, mono }: { title: string; text: string; mono?: boolean }) {
  return (
    <section>
      <div className="row saved-block-head">
        <h3 className="grow">{title}</h3>
        <Button
          size="s"
          icon="copy"
          aria-label={t("app.saved.copyThis", { what: title })}
          onClick={() => void copyText(text)}
        >
          {t("app.copy")}
        </Button>
      </div>
      <pre
        className={mono ? "code-block mono" : "code-block saved-citation"}
        tabIndex={0}
        role="region"
        aria-label={title}
      >
        {text}
      </pre>
    </section>
  );
}
