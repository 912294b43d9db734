/** Model cards for tests. */
import type { CardNumber, ModelCard } from "../../api/card";

export const number = (key: string, more: Partial<CardNumber> = {}): CardNumber => ({
  key,
  title: key.replaceAll("_", " "),
  group: "Facts",
  value: 0.9996,
  floor: 0.98,
  ceiling: null,
  holds: true,
  control: null,
  note: "",
  model: "specimen",
  ...more,
});

export const card = (numbers: CardNumber[], more: Partial<ModelCard> = {}): ModelCard => ({
  id: "specimen",
  title: "Specimen",
  description: "A small GPT-2 trained on a closed world.",
  training: { steps: 5000, tokens: 20_480_000, device: "cpu", seconds: 4373.2, corpus_sha256: "ab411aea" },
  numbers,
  findings_against: [],
  ...more,
});
