/** A page about a part of a model, opened at an address, with a server that answers as a test says. */
import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { act, type ReactNode } from "react";
import { afterEach, beforeEach, vi } from "vitest";
import { queryClient } from "../../api/queryClient";
import { navigate, usePath } from "../../state/url";
import { TOKENS } from "./fixtures";

interface Answer {
  status: number;
  body: unknown;
}

/** What methods answer, by id. */
export let answers: Record<string, Answer> = {};
let asked: { path: string; body: unknown }[] = [];

export const refused = (code: string, message: string, remedy: string, changes?: Record<string, number>): Answer => ({
  status: 422,
  body: { error: { code, message, remedy, changes } },
});

/** The requests that a method got. */
export const requests = (method: string): unknown[] =>
  asked.filter(({ path }) => path === `/methods/${method}`).map(({ body }) => body);

const model = (id: string, source: string) => ({ id, title: id, source, state: "ready", layers: 2, heads: 2 });
const example = {
  id: "e",
  title: "E",
  model: "specimen",
  prompt: "An example",
  target: " x",
  distractor: " y",
  note: "",
};
const OTHERS: Record<string, unknown> = {
  "/models": { models: [model("specimen", "bundled"), model("own", "folder")] },
  "/examples": { examples: [example] },
  "/methods": { methods: [] },
};

beforeEach(() => {
  answers = {};
  asked = [];
  vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => {
    const path = String(input).replace("/api/v1", "");
    if (typeof init?.body === "string") asked.push({ path, body: JSON.parse(init.body) });
    const tokens = path.endsWith("/tokenize") ? { tokens: TOKENS } : undefined;
    const { status, body } = answers[path.replace("/methods/", "")] ?? { status: 200, body: OTHERS[path] ?? tokens };
    return Promise.resolve(new Response(JSON.stringify(body ?? {}), { status }));
  });
  Element.prototype.scrollIntoView = vi.fn();
  vi.stubGlobal("scrollTo", vi.fn());
});

afterEach(() => {
  vi.restoreAllMocks();
  queryClient.clear();
});

function Page({ children }: { children: (parts: string[]) => ReactNode }) {
  const path = usePath();
  return <div key={path}>{children(path.split("/").slice(2))}</div>;
}

export async function openPage(address: string, page: (parts: string[]) => ReactNode): Promise<void> {
  navigate(address);
  await act(async () => {
    render(
      <QueryClientProvider client={queryClient}>
        <Page>{page}</Page>
      </QueryClientProvider>,
    );
    await Promise.resolve();
  });
}

/** The address that the page is at. */
export const where = (): string => document.URL.replace(/^https?:\/\/[^/]+/, "");
