import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { deleteAnalysis, saveAnalysis } from "../../api/queries";
import { asProblem } from "../../api/client";
import type { SavedLink } from "../../api/types";
import { copyText } from "../../panels/copy";
import { useMethods } from "../../state/catalogue";
import { useLayout } from "../../state/layout";
import { analysisOf } from "../../state/saved";
import { absolute } from "../../state/url";
import { useWorkspace } from "../../state/workspace";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { t } from "../../ui/i18n";
import { Ribbon } from "../../ui/Notice";
import { Link } from "../frame/Link";
import "./ShareDialog.css";

const FORM = "share-form";

/** Save what is open under a short link. */
export function ShareDialog() {
  const open = useLayout((layout) => layout.dialog === "share");
  const setDialog = useLayout((layout) => layout.setDialog);
  const save = useMutation({ mutationFn: saveAnalysis });
  const remove = useMutation({ mutationFn: deleteAnalysis, onSuccess: save.reset });
  const problem = save.error ?? remove.error;
  const close = () => {
    setDialog(null);
    save.reset();
    remove.reset();
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title={t("app.share.title")}
      footer={
        save.data ? (
          <Button variant="primary" onClick={close}>
            {t("app.share.done")}
          </Button>
        ) : (
          <>
            <Button onClick={close}>{t("app.close")}</Button>
            <Button variant="primary" type="submit" form={FORM} disabled={save.isPending}>
              {t("app.share.save")}
            </Button>
          </>
        )
      }
    >
      {problem && <Ribbon tone="fail">{asProblem(problem).body.message}</Ribbon>}
      {save.data ? (
        <Saved link={save.data} onDelete={() => remove.mutate(save.data)} />
      ) : (
        <ShareForm onSave={save.mutate} />
      )}
    </Dialog>
  );
}

function ShareForm({ onSave }: { onSave: (analysis: ReturnType<typeof analysisOf>) => void }) {
  const methods = useMethods();
  const workspace = useWorkspace();
  const [title, setTitle] = useState(workspace.title || workspace.prompt.trim().slice(0, 80));
  const [notes, setNotes] = useState("");
  const analysis = analysisOf(methods, title.trim() || t("app.untitled"), notes);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave(analysis);
  };
  return (
    <form id={FORM} className="column g12" onSubmit={submit}>
      <label className="column g4">
        <span className="sm ink-2">{t("app.share.name")}</span>
        <input
          className="field"
          data-first
          value={title}
          maxLength={300}
          onChange={(event) => setTitle(event.target.value)}
        />
      </label>
      <label className="column g4">
        <span className="sm ink-2">{t("app.share.notes")}</span>
        <textarea
          className="field"
          rows={5}
          maxLength={100_000}
          value={notes}
          onChange={(event) => setNotes(event.target.value)}
        />
      </label>
      <p className="sm ink-3">{t("app.share.stored", { count: analysis.results.length })}</p>
      <p className="sm ink-3">{t("app.share.who")}</p>
    </form>
  );
}

function Saved({ link, onDelete }: { link: SavedLink; onDelete: () => void }) {
  const address = absolute(link.url);
  return (
    <div className="column g12">
      <p>{t("app.share.saved")}</p>
      <div className="row">
        <input
          className="field mono"
          readOnly
          value={address}
          aria-label={t("app.share.link")}
          onFocus={(event) => event.target.select()}
        />
        <Button variant="primary" icon="copy" onClick={() => void copyText(address, t("app.share.copied"))}>
          {t("app.copy")}
        </Button>
      </div>
      <div className="row">
        <Link className="btn" href={link.url}>
          {t("app.share.open")}
        </Link>
        <span className="grow" />
        <Button variant="danger" icon="trash" onClick={onDelete}>
          {t("app.share.delete")}
        </Button>
      </div>
      <p className="sm ink-3">{t("app.share.once")}</p>
    </div>
  );
}
