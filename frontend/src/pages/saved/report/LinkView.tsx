import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { storedSizeQuery } from "../../../api/analyses";
import { copyText } from "../../../ui/copy";
import { includedPanels, keysOf, type Report } from "../../../state/saved";
import { useSharing } from "../../../state/sharing";
import { absolute } from "../../../state/url";
import { Button } from "../../../ui/Button";
import { t } from "../../../ui/i18n";
import { Ribbon } from "../../../ui/Notice";
import { bytes } from "../../../ui/numbers";
import { Progress } from "../../../ui/Progress";
import { Link } from "../../frame/Link";
import { DeleteLink } from "./DeleteLink";

/** The link, and how far storing is; the rest of the work need not wait for it. */
export function LinkView({ now, onClose }: { now: () => Report; onClose: () => void }) {
  const { stage, link, problem, retry, edit, renew, remove } = useSharing();
  const address = link ? absolute(link.url) : "";
  const field = useRef<HTMLInputElement>(null);
  // The button that was pressed is gone.
  useEffect(() => field.current?.focus(), []);
  return (
    <div className="column g12">
      {stage === "storing" && (
        <div className="column g6" role="status">
          <p>{t("app.share.storing")}</p>
          <Progress value={null} label={t("app.share.storing")} />
        </div>
      )}
      {stage === "stored" && <StoredNow now={now} />}
      {problem && (
        <Ribbon
          tone="fail"
          actions={
            stage === "failed" && (
              <Button size="s" onClick={retry}>
                {t("app.failure.retry")}
              </Button>
            )
          }
        >
          {[problem.body.message, problem.body.remedy].filter(Boolean).join(" ")}
        </Ribbon>
      )}
      <div className="row">
        <input
          ref={field}
          className="field mono"
          readOnly
          value={address}
          placeholder={`${absolute("/a/")}…`}
          aria-label={t("app.share.link")}
          aria-busy={stage === "storing"}
          onFocus={(event) => event.target.select()}
        />
        <Button
          variant="primary"
          icon="copy"
          disabled={!link}
          onClick={() => void copyText(address, t("app.share.copied"))}
        >
          {t("app.copy")}
        </Button>
      </div>
      <div className="row wrap">
        {link && (
          <Link className="btn" href={link.url} onClick={onClose}>
            {t("app.share.open")}
          </Link>
        )}
        {stage !== "storing" && (
          <>
            <Button icon="edit" onClick={edit}>
              {t("app.share.edit")}
            </Button>
            {link && (
              <Button icon="add" onClick={renew}>
                {t("app.share.renew")}
              </Button>
            )}
          </>
        )}
        <span className="grow" />
        {link && stage !== "storing" && <DeleteLink onDelete={() => void remove()} />}
      </div>
      {link && <p className="sm ink-3">{t("app.share.secret")}</p>}
    </div>
  );
}

/** What is stored, and whether the workbench has gone on since. */
function StoredNow({ now }: { now: () => Report }) {
  const report = useSharing((sharing) => sharing.report);
  const keys = report ? keysOf(includedPanels(report)) : [];
  const { data: size } = useQuery(storedSizeQuery(keys));
  const open = keysOf(includedPanels(now()));
  const outdated = open.some((key) => !keys.includes(key));
  return (
    <>
      <Ribbon tone="ok">{t("app.share.storedNow", { count: keys.length, size: size ? bytes(size) : "none" })}</Ribbon>
      {outdated && <Ribbon tone="info">{t("app.share.outdated")}</Ribbon>}
    </>
  );
}
