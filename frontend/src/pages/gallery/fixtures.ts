/** Findings for tests. */
import type { Finding } from "../../api/gallery";

export const finding = (slug: string, more: Partial<Finding> = {}): Finding => ({
  slug,
  title: slug.replaceAll("-", " "),
  sentence: `What ${slug} says.`,
  source: { title: "In-context Learning and Induction Heads", year: 2022 },
  group: "Reading",
  holds: "supported",
  number: { label: "induction score of head 1.3", value: 0.914, unit: "" },
  control: { label: "the same head without repetition", value: 0.004, unit: "" },
  model: "specimen",
  analysis: `gallery-${slug}`,
  thumbnail: `key-of-${slug}`,
  ...more,
});
