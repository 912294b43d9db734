/** Sends panels to the server: those that were never run, whose request has changed, or that failed. */
import type { JsonValue, Method } from "../api/types";
import { examplesQuery, methodsQuery } from "../api/queries";
import { queryClient } from "../api/queryClient";
import { fieldsOf, missingFields } from "../forms/schema";
import { samePrompt } from "./prompt";
import { canonical, lacksSecond, remedyOf, requestOf, sidesOf, type RunSide } from "./request";
import { secondOf, useRuns } from "./runs";
import { useWorkspace, type Panel } from "./workspace";

async function methodsById(): Promise<Map<string, Method>> {
  const { methods } = await queryClient.ensureQueryData(methodsQuery);
  return new Map(methods.map((method) => [method.id, method]));
}

/** Whether the newest run of a panel asked something else than the workspace asks now, or came to nothing. */
function needsRun(panel: Panel, method: Method, side: RunSide): boolean {
  const run = useRuns.getState().runs[uidOf(panel, side)];
  if (!run || run.status === "failed" || run.status === "cancelled") return true;
  if (panel.kept) return run.shown?.document.key !== panel.kept;
  const asked = requestOf(useWorkspace.getState(), panel, method, side);
  return canonical(method.id, run.request) !== canonical(method.id, asked);
}

const uidOf = ({ uid }: Panel, side: RunSide) => (side === "a" ? uid : secondOf(uid));

/** Run the panels that need it; with `uids`, only those, whether they need it or not. */
export async function runPanels(uids?: string[]): Promise<void> {
  const methods = await methodsById().catch(() => null);
  if (!methods) return;
  const workspace = useWorkspace.getState();
  if (!workspace.model) return;
  const { start, show } = useRuns.getState();
  for (const panel of workspace.panels) {
    const method = methods.get(panel.method);
    if (!method || (uids && !uids.includes(panel.uid))) continue;
    // What cannot be asked yet says so in its panel.
    if (!panel.kept && missingFields(fieldsOf(method.params), panel.params).length > 0) continue;
    for (const side of panel.kept ? (["a"] as const) : sidesOf(method, workspace)) {
      if (lacksSecond(method, workspace) || !(uids || needsRun(panel, method, side))) continue;
      const uid = uidOf(panel, side);
      if (panel.kept) void show(uid, panel.kept);
      else void start(uid, method.id, requestOf(workspace, panel, method, side));
    }
  }
}

/** Make the drafts the prompts. The title of an example is about its own prompt, and goes with it. */
function commitPrompt(): void {
  const { draft, prompt, title, commit, setTitle } = useWorkspace.getState();
  const examples = queryClient.getQueryData(examplesQuery.queryKey) ?? [];
  if (!samePrompt(draft, prompt) && examples.some((example) => example.title === title)) setTitle("");
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
  if (remedy.second !== undefined) workspace.setSecond({ draft: remedy.second });
  workspace.setQuestion(remedy.question);
  workspace.setParams(uid, { ...panel.params, ...remedy.params });
  if (remedy.prompt !== undefined || remedy.second !== undefined) workspace.commit();
  void runPanels();
}
