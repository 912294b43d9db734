/** The single keys of the workbench: what each does, and what a person has made of them. */
import { create } from "zustand";
import { recall, remember } from "./memory";

/** What single keys do, with the key each has to begin with. Those of methods are named by the methods themselves. */
export const KEYS = {
  search: "/",
  left: "[",
  right: "]",
  inspector: "i",
  code: "c",
  full: "f",
  width: "w",
  sideA: "a",
  sideB: "b",
  difference: "d",
} as const;

export type KeyAction = keyof typeof KEYS;

interface Keys {
  /** Whether single letters do anything at all. */
  on: boolean;
  /** Keys changed by the person. */
  changed: Partial<Record<string, string>>;
  setOn: (on: boolean) => void;
  /** Give an action another key; the key it had before goes back to it when `key` is null. */
  remap: (action: string, key: string | null) => void;
}

const remembered = recall<Partial<Pick<Keys, "on" | "changed">>>("keys", {});

export const useKeyMap = create<Keys>()((set, get) => {
  const keep = (change: Partial<Pick<Keys, "on" | "changed">>) => {
    set(change);
    const { on, changed } = get();
    remember("keys", { on, changed });
  };
  return {
    on: remembered.on ?? true,
    changed: remembered.changed ?? {},
    setOn: (on) => keep({ on }),
    remap: (action, key) => {
      const { [action]: _before, ...rest } = get().changed;
      keep({ changed: key === null ? rest : { ...rest, [action]: key } });
    },
  };
});

/** The key of an action now. */
export const keyOf = (action: string, initial: string, changed = useKeyMap.getState().changed): string =>
  changed[action] ?? initial;
