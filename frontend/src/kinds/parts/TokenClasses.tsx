import { t } from "../../ui/i18n";
import { forScale } from "../../ui/numbers";
import { tokenText } from "../../ui/tokenText";
import { array, countLine, find, unitOf } from "../result";
import type { KindProps, Quantity } from "../types";
import type { Group } from "./groups";
import { KindFrame } from "./KindFrame";
import { ScoreStrip, type GroupLook } from "./ScoreStrip";
import { useTokens } from "./useTokens";

interface TokenClassesProps {
  props: KindProps;
  quantity: Quantity;
  /** The class of every token, empty for none. */
  status: readonly string[];
  label: string;
}

/** Tokens by class instead of by number. */
export function TokenClasses({ props, quantity, status, label }: TokenClassesProps) {
  const { document, selection } = props;
  const { tokens, others, positions } = useTokens(document, status.length);
  const unit = find(document, "unit");
  const groups = tokens.map((token, i): Group => ({ first: i, last: i, text: token.text, folded: false }));
  const looks = tokens.map((_, i): GroupLook => ({
    status: status[i] || "none",
    joined: !!unit && i > 0 && unit.data[i] >= 0 && unit.data[i] === unit.data[i - 1],
  }));
  const name = (i: number) => status[i] || t("kinds.scores.outside");
  return (
    <KindFrame
      props={props}
      quantity={quantity}
      controls={<ClassLegend status={status} counts={document.result.facts?.counts} />}
      notes={[countLine(document, ["position"], [positions.length])]}
    >
      <ScoreStrip
        label={label}
        tokens={tokens}
        others={others}
        positions={positions}
        groups={groups}
        looks={looks}
        className="statuses"
        selection={selection}
        text={(i) =>
          t("kinds.scores.cell", {
            position: positions[i],
            token: tokenText(tokens[i]),
            quantity: quantity.label,
            value: name(i),
          })
        }
        tip={(i) => [
          `${positions[i]}  ${tokenText(tokens[i], 40)}`,
          `${quantity.label} ${forScale(quantity.scale, array(document, quantity.name).data[i])}${unitOf(quantity)}`,
          name(i),
        ]}
      />
    </KindFrame>
  );
}

const CLASSES = ["whole", "split", "merged", "both"];

/** Which colour and border stands for which class, with how many units are of it. */
function ClassLegend({ status, counts }: { status: readonly string[]; counts: unknown }) {
  const known = typeof counts === "object" && counts !== null ? (counts as Record<string, unknown>) : {};
  const present = [...new Set([...CLASSES, ...status])].filter((name) => name && status.includes(name));
  return (
    <ul className="row g12 wrap xs ink-2">
      {present.map((name) => (
        <li key={name} className="row g4">
          <span className="status-sample" data-status={name} aria-hidden="true" />
          {typeof known[name] === "number" ? `${name} ${known[name]}` : name}
        </li>
      ))}
    </ul>
  );
}
