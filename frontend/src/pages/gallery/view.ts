import { create } from "zustand";
import type { Group } from "./findings";

interface View {
  group: Group;
  search: string;
}

/** What is looked for in the gallery. It outlives the page, so that whoever comes back from a finding is where they were. */
export const useGalleryView = create<View>()(() => ({ group: "All", search: "" }));

export const showEverything = (): void => useGalleryView.setState({ group: "All", search: "" });
