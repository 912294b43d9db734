import { t, type MessageKey } from "../../ui/i18n";

export interface KindText {
  purpose: string;
  /** Arrays with their dimensions, and what they hold. */
  arrays: [names: string, meaning: string][];
}

/** What is written about a kind: one sentence, and one line per array, "names: meaning". */
export function describeKind(kind: string): KindText {
  const lines = t(`docs.kind.${kind}.arrays` as MessageKey).split("\n");
  return {
    purpose: t(`docs.kind.${kind}` as MessageKey),
    arrays: lines.map((line) => {
      const end = line.indexOf(": ");
      return [line.slice(0, end), line.slice(end + 2)];
    }),
  };
}
