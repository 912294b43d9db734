/** The first steps of a newcomer: each is done by doing it. Ends by itself, and is remembered per browser. */
import { create } from "zustand";
import { sameCell, selection } from "./selection";
import { useLayout } from "./layout";
import { recall, remember } from "./memory";
import { useWorkspace } from "./workspace";

export const STEPS = ["read", "pin", "ask", "share"] as const;
export type Step = (typeof STEPS)[number];

interface Tour {
  running: boolean;
  done: readonly Step[];
  start: () => void;
  end: () => void;
  finish: (step: Step) => void;
}

const initial = recall<{ running: boolean; done: Step[] }>("tour", { running: true, done: [] });

export const useTour = create<Tour>()((set, get) => {
  const keep = (change: Partial<Pick<Tour, "running" | "done">>) => {
    set(change);
    const { running, done } = get();
    remember("tour", { running, done });
  };
  return {
    running: initial.running,
    done: initial.done,
    start: () => keep({ running: true, done: [] }),
    end: () => keep({ running: false }),
    finish: (step) => {
      const { running, done } = get();
      if (!running || done.includes(step)) return;
      const now = [...done, step];
      keep({ done: now, running: now.length < STEPS.length });
    },
  };
});

/** The step to do next. */
export const currentStep = (done: readonly Step[]): Step | undefined => STEPS.find((step) => !done.includes(step));

/** Watch what a person does, and tick off the steps that it does. */
export function followTour(): () => void {
  let { pin } = selection.get();
  const { finish } = useTour.getState();
  const onSelection = () => {
    const now = selection.get();
    if (now.hover?.row != null) finish("read");
    // The first pin is the page's own.
    if (pin && now.pin && !sameCell(pin, now.pin)) finish("pin");
    pin = now.pin;
  };
  const leave = [
    selection.subscribe(onSelection),
    useWorkspace.subscribe(({ question, prompt }, before) => {
      // A question that came with a prompt is an example's own.
      if (question !== before.question && prompt === before.prompt && before.panels.length > 0) finish("ask");
    }),
    useLayout.subscribe(({ dialog }) => dialog === "share" && finish("share")),
  ];
  return () => leave.forEach((stop) => stop());
}
