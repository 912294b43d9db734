/** Sends panels to the server: those that were never run, whose request has changed, or that failed. */
import type { JsonValue, Method } from "../api/types";
import { examplesQuery, methodsQuery } from "../api/queries";
import { queryClient } from "../api/queryClient";
import { canonical, remedyOf, requestOf } from "./request";
import { useRuns } from "./runs";
import { useWorkspace, type Panel } from "./workspace";

async function methodsById(): Promise<Map<string, Method>> {
  const { methods } = await queryClient.ensureQueryData(methodsQuery);
  return new Map(methods.map((method) => [method.id, method]));
}

/** Whether a panel's newest run asked something else than the workspace asks now, or came to nothing. */
export function needsRun(panel: Panel, method: Method): boolean {
  const run = useRuns.getState().runs[panel.uid];
  if (!run || run.status === "failed" || run.status === "cancelled") return true;
  return canonical(method.id, run.request) !== canonical(method.id, requestOf(useWorkspace.getState(), panel, method));
}

/** Run the panels that need it; with `uids`, only those, whether they need it or not. */
export async function runPanels(uids?: string[]): Promise<void> {
  const methods = await methodsById().catch(() => null);
  if (!methods) return;
  const workspace = useWorkspace.getState();
  if (!workspace.model) return;
  for (const panel of workspace.panels) {
    const method = methods.get(panel.method);
    if (!method || !(uids ? uids.includes(panel.uid) : needsRun(panel, method))) continue;
    void useRuns.getState().start(panel.uid, method.id, requestOf(workspace, panel, method));
  }
}

/** Make the draft the prompt. The title of an example is about its own prompt, and goes with it. */
function commitPrompt(): void {
  const { draft, prompt, title, commit, setTitle } = useWorkspace.getState();
  const examples = queryClient.getQueryData(examplesQuery.queryKey) ?? [];
  if (draft !== prompt && examples.some((example) => example.title === title)) setTitle("");
  commit();
}

/** Take the draft as the prompt and run what it changes. */
export function runWorkspace(): void {
  commitPrompt();
  void runPanels();
}

/** Take the draft as the prompt and run one panel. */
export function runPanel(uid: string): void {
  commitPrompt();
  void runPanels([uid]);
}

/** Add a panel and run it. */
export function addAndRun(method: string, params?: Panel["params"]): string {
  const uid = useWorkspace.getState().addPanel(method, params);
  void runPanels([uid]);
  return uid;
}

/** Do what a remedy says, then run. */
export async function applyRemedy(uid: string, changes: Record<string, JsonValue>): Promise<void> {
  const methods = await methodsById();
  const workspace = useWorkspace.getState();
  const panel = workspace.panels.find((candidate) => candidate.uid === uid);
  const method = panel && methods.get(panel.method);
  if (!panel || !method) return;
  const remedy = remedyOf(changes, method);
  if (remedy.model !== undefined) workspace.setModel(remedy.model);
  if (remedy.prompt !== undefined) workspace.setDraft(remedy.prompt);
  workspace.setQuestion(remedy.question);
  workspace.setParams(uid, { ...panel.params, ...remedy.params });
  if (remedy.prompt !== undefined) workspace.commit();
  void runPanels();
}
