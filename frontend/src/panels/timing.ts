import { useEffect, useState } from "react";

/** How long something has been under way: "early" shows nothing yet, "late" names what it is doing. */
export type Phase = "early" | "under way" | "late";

const SKELETON_AFTER = 150;
const PROGRESS_AFTER = 1000;

const phaseAt = (elapsed: number): Phase =>
  elapsed < SKELETON_AFTER ? "early" : elapsed < PROGRESS_AFTER ? "under way" : "late";

/** The phase of something that began at `started`, on the page's clock. */
export function usePhase(started: number): Phase {
  const [state, setState] = useState<{ started: number; phase: Phase }>({ started, phase: "early" });
  useEffect(() => {
    const update = () => setState({ started, phase: phaseAt(performance.now() - started + 1) });
    const elapsed = performance.now() - started;
    const timers = [SKELETON_AFTER, PROGRESS_AFTER].map((at) => setTimeout(update, Math.max(0, at - elapsed)));
    return () => timers.forEach(clearTimeout);
  }, [started]);
  return state.started === started ? state.phase : "early";
}

/** The time on the page's clock, twice a second, while `active`. */
export function useClock(active: boolean): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => setNow(performance.now()), 500);
    return () => clearInterval(timer);
  }, [active]);
  return now;
}
