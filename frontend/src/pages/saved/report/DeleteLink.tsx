import { useState } from "react";
import { Button } from "../../../ui/Button";
import { t } from "../../../ui/i18n";

/** Deleting leaves nothing behind and cannot be undone, so it is asked once more, in its place. */
export function DeleteLink({ onDelete }: { onDelete: () => void }) {
  const [asking, setAsking] = useState(false);
  if (!asking) {
    return (
      <Button variant="danger" icon="trash" onClick={() => setAsking(true)}>
        {t("app.share.delete")}
      </Button>
    );
  }
  return (
    <span className="row wrap report-delete" role="group" aria-label={t("app.share.delete")}>
      <span className="sm ink-2">{t("app.share.deleteSure")}</span>
      {/* The button that was pressed is gone: reading goes on at the one that undoes it. */}
      {/* eslint-disable-next-line jsx-a11y/no-autofocus */}
      <Button autoFocus onClick={() => setAsking(false)}>
        {t("app.share.keep")}
      </Button>
      <Button variant="danger" icon="trash" onClick={onDelete}>
        {t("app.share.deleteNow")}
      </Button>
    </span>
  );
}
