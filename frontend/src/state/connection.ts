/** Whether the server answers. While it does not, it is asked again at growing intervals. */
import { create } from "zustand";
import { watchReach } from "../api/client";
import { pingServer } from "../api/queries";
import { queryClient } from "../api/queryClient";
import { runPanels } from "./runner";
import { useRuns } from "./runs";

const WAITS = [2, 4, 8, 15, 30];

interface Connection {
  /** Seconds until the next attempt; null while the server answers. */
  retryIn: number | null;
}

export const useConnection = create<Connection>()(() => ({ retryIn: null }));

let attempt = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function countDown(): void {
  clearInterval(timer);
  useConnection.setState({ retryIn: WAITS[Math.min(attempt, WAITS.length - 1)] });
  timer = setInterval(() => {
    const left = (useConnection.getState().retryIn ?? 0) - 1;
    useConnection.setState({ retryIn: Math.max(0, left) });
    if (left <= 0) void retryNow();
  }, 1000);
}

/** Ask the server now. */
export async function retryNow(): Promise<void> {
  clearInterval(timer);
  attempt += 1;
  if (!(await pingServer())) countDown();
}

function backAgain(): void {
  clearInterval(timer);
  attempt = 0;
  useConnection.setState({ retryIn: null });
  void queryClient.refetchQueries({ predicate: (query) => query.state.status === "error" });
  void queryClient.invalidateQueries({ queryKey: ["models"] });
  const unreachable = Object.entries(useRuns.getState().runs).filter(([, run]) => run.problem?.unreachable);
  void runPanels(unreachable.map(([uid]) => uid));
}

/** Follow what the requests of the page find out. */
export function watchConnection(): () => void {
  return watchReach((reachable) => {
    const down = useConnection.getState().retryIn !== null;
    if (reachable && down) backAgain();
    if (!reachable && !down) countDown();
  });
}
