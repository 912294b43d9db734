import { useState } from "react";
import { wholeAnalysis } from "../../api/analyses";
import type { MethodRequest, SavedAnalysis } from "../../api/types";
import { CodeView } from "../../panels/CodeView";
import { codeFor } from "../../panels/code";
import { headOf, savedPanels } from "../../state/saved";
import { absolute, origin } from "../../state/url";
import { Dialog } from "../../ui/Dialog";
import { t } from "../../ui/i18n";

const WAYS = ["stored", "anew"] as const;
type Way = (typeof WAYS)[number];

/** The stored numbers, as they are. */
const storedCode = (id: string): string =>
  [
    "import httpx",
    "",
    `address = ${JSON.stringify(absolute(wholeAnalysis(id)))}`,
    "analysis = httpx.get(address, timeout=None).raise_for_status().json()",
    `for document in analysis["results"]:`,
    `    result = document["result"]`,
    `    print(document["method"], result["summary"])`,
    `    arrays = {name: result[name] for name in result["dims"] if name in result}`,
  ].join("\n");

/** The requests that gave them, one after the other. */
function requestsCode(analysis: SavedAnalysis): string {
  const heads = savedPanels(analysis).flatMap(({ result, second }) => [result, second].filter((head) => head !== null));
  return [...new Map(heads.map((head) => [head.key, headOf(head)])).values()]
    .map(({ method, request }) => codeFor("python", origin(), method, request as MethodRequest))
    .join("\n\n\n");
}

interface AnalysisCodeProps {
  analysis: SavedAnalysis;
  open: boolean;
  onClose: () => void;
}

/** All numbers of the page in Python: read as they are stored, or computed anew. */
export function AnalysisCode({ analysis, open, onClose }: AnalysisCodeProps) {
  const [way, setWay] = useState<Way>("stored");
  const code = way === "stored" ? storedCode(analysis.id) : requestsCode(analysis);
  return (
    <Dialog open={open} onClose={onClose} title={t("app.saved.python")} wide>
      <CodeView
        label={t("app.saved.codeWay")}
        options={WAYS.map((value) => ({ value, label: t(`app.saved.code.${value}`) }))}
        value={way}
        onChange={setWay}
        code={code}
        note={t(`app.saved.codeNote.${way}`)}
      />
    </Dialog>
  );
}
