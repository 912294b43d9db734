/** Nodes of a flow graph that a reader has put together under a name. They belong to the document as long as it is open. */
import { useSyncExternalStore } from "react";
import type { ResultDocument } from "../types";

export interface Group {
  name: string;
  /** Nodes of the result. */
  members: number[];
}

/** A group that was dissolved leaves its place empty, so that the others keep their numbers. */
type Groups = readonly (Group | null)[];

const NONE: Groups = [];
const known = new WeakMap<ResultDocument, Groups>();
const listeners = new Set<() => void>();

export const groupsOf = (document: ResultDocument): Groups => known.get(document) ?? NONE;

function change(document: ResultDocument, groups: Groups): void {
  known.set(document, groups);
  listeners.forEach((listener) => listener());
}

/** Puts nodes together; groups that shared a node with them are dissolved. */
export function addGroup(document: ResultDocument, group: Group): void {
  const apart = groupsOf(document).map((other) =>
    other?.members.some((member) => group.members.includes(member)) ? null : other,
  );
  change(document, [...apart, group]);
}

export function dissolveGroup(document: ResultDocument, index: number): void {
  change(
    document,
    groupsOf(document).map((group, i) => (i === index ? null : group)),
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const useGroups = (document: ResultDocument): Groups =>
  useSyncExternalStore(subscribe, () => groupsOf(document));
