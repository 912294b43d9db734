import { useQuery } from "@tanstack/react-query";
import { reachQuery, storedSizeQuery } from "../../../api/analyses";
import { includedPanels, keysOf, type Report } from "../../../state/saved";
import { t } from "../../../ui/i18n";
import { bytes } from "../../../ui/numbers";

/** What storing keeps and how much that is, and who can read it. */
export function Stored({ report }: { report: Report }) {
  const keys = keysOf(includedPanels(report));
  const { data: size } = useQuery(storedSizeQuery(keys));
  const { data: reach } = useQuery(reachQuery);
  return (
    <div className="report-stored">
      <h3>{t("app.share.storedTitle")}</h3>
      <ul>
        <li>{t("app.share.storedText")}</li>
        <li>{t("app.share.storedResults", { count: keys.length, size: size ? bytes(size) : "none" })}</li>
        <li>{t("app.share.storedModel")}</li>
      </ul>
      <h3>{t("app.share.whoTitle")}</h3>
      <p>
        {t(
          reach === "computer"
            ? "app.share.whoComputer"
            : reach === "network"
              ? "app.share.whoNetwork"
              : "app.share.who",
        )}
      </p>
    </div>
  );
}
