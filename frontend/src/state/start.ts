/** What happens when the page opens: the state of the address, or the bundled example. */
import { examplesQuery, loadModel, methodsQuery, modelsQuery } from "../api/queries";
import { queryClient } from "../api/queryClient";
import { asProblem } from "../api/client";
import type { Example, Method, Model } from "../api/types";
import { toast } from "../ui/Toast";
import FIRST_PANELS from "./first-panels.json";
import { isFirstExample, layOutFirstScreen } from "./firstScreen";
import { recordHistory } from "./history";
import { promptText } from "./prompt";
import { runPanels } from "./runner";
import { useRuns } from "./runs";
import { selection } from "./selection";
import { showView } from "./strata";
import {
  asksForNothing,
  connectAddress,
  fetchAddress,
  markUntouched,
  readAddress,
  viewAsked,
  writeAddress,
} from "./url";
import { useWorkspace, type Panel } from "./workspace";

/** Open the workbench. Resolves once its state stands; results follow on their own. */
export async function startWorkbench(): Promise<() => void> {
  const baked = layOutFirstScreen();
  const known = await fetchAddress().then(
    () => true,
    (error: unknown) => {
      toast({ text: asProblem(error).body.message });
      return false;
    },
  );
  const empty = !known || asksForNothing();
  if (!empty) readAddress();
  const models = queryClient.ensureQueryData(modelsQuery);
  if (empty) await openFirstScreen(baked).catch(() => undefined);
  const { model, setModel } = useWorkspace.getState();
  if (!model) setModel(await models.then(firstModel, () => ""));
  if (!empty) await nameByExample().catch(() => undefined);
  if (empty) markUntouched();
  if (empty) showView(viewAsked());
  void runPanels();
  writeAddress("same");
  void models.then(loadBundled, () => undefined);
  const leave = [connectAddress(), recordHistory(titleOf), followLoading(), empty ? pinAnswer() : () => undefined];
  return () => leave.forEach((stop) => stop());
}

const titleOf = (method: string): string =>
  queryClient.getQueryData(methodsQuery.queryKey)?.methods.find(({ id }) => id === method)?.title ?? method;

/** The address holds no title: a prompt that is an example has that of the example. */
async function nameByExample(): Promise<void> {
  const examples = await queryClient.ensureQueryData(examplesQuery);
  const { prompt, title, setTitle } = useWorkspace.getState();
  const example = examples.find((candidate) => candidate.prompt === promptText(prompt));
  if (example && !title) setTitle(example.title);
}

const firstModel = (models: { id: string; state: string }[]) =>
  (models.find(({ state }) => state === "ready") ?? models[0])?.id ?? "";

/** The bundled model is small: it is ready before anyone asks for something new. */
function loadBundled(models: Model[]): void {
  const model = models.find(({ id }) => id === useWorkspace.getState().model);
  if (model?.source !== "bundled" || model.state !== "not_loaded") return;
  void loadModel({ id: model.id }, queryClient).catch(() => undefined);
}

async function openFirstScreen(baked: Promise<void>): Promise<void> {
  // Whichever is there first will do: what was laid out, or the server's own answer.
  await Promise.any([
    baked,
    Promise.all([queryClient.ensureQueryData(examplesQuery), queryClient.ensureQueryData(methodsQuery)]),
  ]);
  const [examples, { methods }] = await Promise.all([
    queryClient.ensureQueryData(examplesQuery),
    queryClient.ensureQueryData(methodsQuery),
  ]);
  const example = examples.find(isFirstExample) ?? examples[0];
  if (example) useWorkspace.getState().openExample(example, firstPanels(methods));
}

/** The panels a new example opens with: those named above, or else whatever the server has. */
export function firstPanels(methods: Method[]): Omit<Panel, "uid">[] {
  const known = new Set(methods.map(({ id }) => id));
  const found = (FIRST_PANELS as Omit<Panel, "uid">[]).filter(({ method }) => known.has(method));
  return found.length > 0 ? found : methods.slice(0, 3).map(({ id }) => ({ method: id, params: {} }));
}

/** On the first screen the answer is pinned as soon as a result says where it stands. */
function pinAnswer(): () => void {
  const stop = useRuns.subscribe(({ runs }) => {
    const shown = Object.values(runs).find(
      (run) => run.shown?.document.result.tokens.length && run.shown.document.result.dims.probability,
    );
    const result = shown?.shown?.document.result;
    if (!result) return;
    stop();
    if (selection.get().pin || selection.get().range) return;
    selection.replace({ position: result.tokens.length - 1, row: (result.coords.row?.length ?? 1) - 1 }, null);
    markUntouched();
  });
  return stop;
}

/** A run loads its model on the way: ask how far that is until it is ready. */
function followLoading(): () => void {
  let asked = 0;
  return useRuns.subscribe(({ runs }) => {
    const { model } = useWorkspace.getState();
    const known = queryClient.getQueryData(modelsQuery.queryKey)?.find(({ id }) => id === model);
    const about = Object.values(runs).some(({ request, status }) => request.model === model && status !== "waiting");
    if (!about || known?.state === "ready" || performance.now() - asked < 1000) return;
    asked = performance.now();
    void queryClient.invalidateQueries(modelsQuery);
  });
}

/** Start over with an example, keeping the panels that are open. */
export async function openExample(example: Example): Promise<void> {
  const { methods } = await queryClient.ensureQueryData(methodsQuery);
  selection.replace(null, null);
  useWorkspace.getState().openExample(example, firstPanels(methods));
  void runPanels();
}
