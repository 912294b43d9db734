/** States of the page that are too long for a link: kept by the server under a short name. */
import { API, json } from "./client";

export const storeDraft = (address: string): Promise<string> =>
  json<{ id: string }>(`${API}/drafts`, { method: "POST", body: { address } }).then(({ id }) => id);

export const fetchDraft = (id: string): Promise<string> =>
  json<{ address: string }>(`${API}/drafts/${encodeURIComponent(id)}`).then(({ address }) => address);
