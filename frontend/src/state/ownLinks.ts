/** The analyses saved from this browser: their ids with the secrets that change and delete them, and which are deleted. */
import type { SavedLink } from "../api/types";
import { recall, remember } from "./memory";

type OwnLink = Pick<SavedLink, "id" | "delete_secret">;

const KEY = "saved";
const DELETED = "deleted";
const MOST = 200;

let links = recall<OwnLink[]>(KEY, []);
let deleted = recall<string[]>(DELETED, []);

function keep(next: OwnLink[]): void {
  links = next.slice(-MOST);
  remember(KEY, links);
}

export function keepLink({ id, delete_secret }: SavedLink): void {
  keep([...links.filter((link) => link.id !== id), { id, delete_secret }]);
}

/** A link that this browser may change and delete; null for those of others. */
export function ownLink(id: string): SavedLink | null {
  const link = links.find((candidate) => candidate.id === id);
  return link ? { ...link, url: `/a/${link.id}` } : null;
}

/** Remember that an analysis was deleted from here, so that its link can say so. */
export function forgetLink(id: string): void {
  keep(links.filter((link) => link.id !== id));
  deleted = [...deleted.filter((other) => other !== id), id].slice(-MOST);
  remember(DELETED, deleted);
}

export const deletedHere = (id: string): boolean => deleted.includes(id);
