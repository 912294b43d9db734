/** The methods and models the server has, as the page asks about them. */
import { useQuery } from "@tanstack/react-query";
import { methodsQuery, modelsQuery } from "../api/queries";
import type { Method, Model } from "../api/types";
import { useWorkspace } from "./workspace";

const NONE: Method[] = [];

export const useMethods = (): Method[] => useQuery(methodsQuery).data?.methods ?? NONE;

export const useMethod = (id: string): Method | undefined => useMethods().find((method) => method.id === id);

export const useModels = (): Model[] | undefined => useQuery(modelsQuery).data;

/** The model of the workspace, as far as the server told. */
export function useModel(): Model | undefined {
  const id = useWorkspace(({ model }) => model);
  return useModels()?.find((model) => model.id === id);
}

export interface QuestionGroup {
  question: string;
  methods: Method[];
}

/** Methods under the question they answer, in the server's order. */
export function byQuestion(methods: Method[]): QuestionGroup[] {
  const groups = new Map<string, Method[]>();
  for (const method of methods) {
    const group = groups.get(method.question);
    if (group) group.push(method);
    else groups.set(method.question, [method]);
  }
  return [...groups].map(([question, members]) => ({ question, methods: members }));
}

/** What a method needs and the model lacks, each with the reason; empty when it can run or when nothing is known. */
export function lacking(method: Method, model: Model | undefined): { capability: string; reason: string }[] {
  const { capabilities, missing } = model ?? {};
  if (!capabilities) return [];
  return method.requires
    .filter((capability) => !capabilities.includes(capability))
    .map((capability) => ({ capability, reason: missing?.[capability] ?? "" }));
}

export interface Hit {
  method: Method;
  /** The words that matched, when they are not part of the title. */
  matched: string | null;
}

/** Methods whose title, question, synonyms or papers hold every word of the search; titles first. */
export function searchMethods(methods: Method[], search: string): Hit[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const ranked = methods.flatMap((method) => {
    const places = [
      method.title,
      ...method.synonyms,
      ...method.papers.map(({ title }) => title),
      method.question,
      method.id,
    ];
    const holds = (text: string, word: string) => text.toLowerCase().includes(word);
    if (!words.every((word) => places.some((text) => holds(text, word)))) return [];
    const where = places.findIndex((text) => words.some((word) => holds(text, word)));
    return [
      {
        rank: where === 0 ? (holds(method.title.slice(0, words[0].length), words[0]) ? 0 : 1) : 2,
        hit: { method, matched: where === 0 ? null : places[where] },
      },
    ];
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ hit }) => hit);
}
