/** Whether fingers point here, which need larger targets. */
export const useCoarse = (): boolean => globalThis.matchMedia?.("(pointer: coarse)").matches ?? false;
