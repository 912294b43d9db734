import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { sizeOf, wholeAnalysis } from "../../api/analyses";
import type { SavedAnalysis } from "../../api/types";
import { save } from "../../panels/exports";
import { headOf, savedClaim, savedPanels } from "../../state/saved";
import { t } from "../../ui/i18n";
import { Icon, type IconName } from "../../ui/icons";
import { Link } from "../frame/Link";
import { bytes } from "../../ui/numbers";
import { AnalysisCode } from "./AnalysisCode";
import { Cite } from "./Cite";
import { ClaimCard } from "./ClaimCard";
import { Prompts } from "./Prompts";
import { sidePrompts } from "./sidePrompts";

/** What the analysis claims and what it is about. */
export function About({ analysis }: { analysis: SavedAnalysis }) {
  const claim = savedClaim(analysis);
  const prompts = useMemo(() => sidePrompts(analysis), [analysis]);
  return (
    <>
      {claim && <ClaimCard claim={claim} panels={savedPanels(analysis)} />}
      {prompts && <Prompts {...prompts} />}
    </>
  );
}

/** The size of the whole as it is downloaded; asked once the page has what it shows. */
export const useWholeSize = (id: string, wanted: boolean): number | null | undefined =>
  useQuery({
    queryKey: ["analyses", id, "size"],
    queryFn: () => sizeOf(wholeAnalysis(id), "application/json"),
    staleTime: Infinity,
    enabled: wanted,
    retry: false,
  }).data;

export const downloadWhole = (id: string): void => save({ address: wholeAnalysis(id), name: `stratascope-${id}.json` });

/** How the ids of the findings of the gallery begin. */
const FINDING = "gallery-";

/** What can be taken from the analysis. */
export function UseIt({ analysis, size }: { analysis: SavedAnalysis; size: number | null | undefined }) {
  const [dialog, setDialog] = useState<"cite" | "code" | null>(null);
  const close = () => setDialog(null);
  return (
    <section className="saved-use">
      <h2>{t("app.saved.use")}</h2>
      <ul>
        <Use icon="link" onClick={() => setDialog("cite")}>
          {t("app.saved.cite")}
        </Use>
        <Use icon="code" onClick={() => setDialog("code")}>
          {t("app.saved.python")}
        </Use>
        <Use icon="download" onClick={() => downloadWhole(analysis.id)}>
          {size == null ? t("app.saved.all") : t("app.saved.allSize", { size: bytes(size) })}
        </Use>
        {analysis.id.startsWith(FINDING) && <Elsewhere analysis={analysis} />}
      </ul>
      <Cite analysis={analysis} open={dialog === "cite"} onClose={close} />
      <AnalysisCode analysis={analysis} open={dialog === "code"} onClose={close} />
    </section>
  );
}

/** From a finding of the gallery to the others, and to what else is known of its models. */
function Elsewhere({ analysis }: { analysis: SavedAnalysis }) {
  const models = [...new Set(analysis.results.map((result) => headOf(result).model.id))];
  return (
    <>
      <li>
        <Link className="link row" href="/gallery">
          <Icon name="grid" size={14} />
          {t("app.saved.gallery")}
        </Link>
      </li>
      {models.map((model) => (
        <li key={model}>
          <Link className="link row" href={`/models/${encodeURIComponent(model)}/card`}>
            <Icon name="book" size={14} />
            {t("app.saved.card", { model })}
          </Link>
        </li>
      ))}
    </>
  );
}

function Use({ icon, onClick, children }: { icon: IconName; onClick: () => void; children: string }) {
  return (
    <li>
      <button type="button" className="link row" onClick={onClick}>
        <Icon name={icon} size={14} />
        {children}
      </button>
    </li>
  );
}
