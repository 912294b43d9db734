import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { costQuery, methodsQuery, modelsQuery } from "../../api/queries";
import { t } from "../../ui/i18n";
import { MarksAndNumbers } from "./MarksAndNumbers";
import { LARGE, StatePanels } from "./StatePanels";
import { TokenCases } from "./TokenCases";
import "./States.css";

/** Answers that the panels would ask the server for: this page works without one. */
function answers(): QueryClient {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  client.setQueryData(methodsQuery.queryKey, { methods: [], errors: {} });
  client.setQueryData(modelsQuery.queryKey, []);
  client.setQueryData(costQuery(LARGE.method, LARGE.request, true).queryKey, LARGE.cost);
  return client;
}

/** What a panel shows while there is no figure, how tokens are written, and the marks and numbers that all figures share. */
export default function States() {
  const [client] = useState(answers);
  return (
    <QueryClientProvider client={client}>
      <header className="docs-head">
        <h1 className="grow">{t("docs.states.title")}</h1>
        <span className="sm ink-3">{t("docs.states.madeUp")}</span>
      </header>
      <p className="docs-lead">{t("docs.states.lead")}</p>
      <div className="states">
        <h2 className="sr-only">{t("docs.states.examples")}</h2>
        <StatePanels />
        <TokenCases />
        <MarksAndNumbers />
      </div>
    </QueryClientProvider>
  );
}
