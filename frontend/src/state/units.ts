/** The unit of entropy, divergence and surprise, remembered per browser. */
import { create } from "zustand";
import type { Unit } from "../kinds/units";
import { recall, remember } from "./memory";

interface Units {
  unit: Unit;
  setUnit: (unit: Unit) => void;
}

export const useUnits = create<Units>()((set) => ({
  unit: recall<Unit>("unit", "nats") === "bits" ? "bits" : "nats",
  setUnit: (unit) => {
    set({ unit });
    remember("unit", unit);
  },
}));
