import { useMemo, useState } from "react";
import { forcedColours, isDiverging } from "../charts/colour";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import { forScale, probability, signed } from "../ui/numbers";
import { Segmented } from "../ui/Segmented";
import { tokenText } from "../ui/tokenText";
import { fillOf, inkOf } from "./parts/colour";
import { groupName, groupsOf, isSummed, largest, valuesOf, type Group, type Grouping } from "./parts/groups";
import { KindFrame, NoteButton } from "./parts/KindFrame";
import { leastText } from "./parts/quantity";
import { ScoreBars } from "./parts/ScoreBars";
import { agreements, classesOf, questionOf, scoresOf, sumOf } from "./parts/scores";
import { ScoreStrip, type GroupLook } from "./parts/ScoreStrip";
import { beyondNotes, stepped } from "./parts/steps";
import { tableOf } from "./parts/table";
import { TokenClasses } from "./parts/TokenClasses";
import "./parts/tokenScores.css";
import { useTokens } from "./parts/useTokens";
import { array, chosen, countLine, entryOf, indices, limitsIn, positionTokens, roundUp, unitOf } from "./result";
import { usePin } from "./selection";
import type { Cell, KindProps, Quantity, ResultDocument, TableTwin } from "./types";

const LISTED = 5;
/** Values below this share of the scale are not printed under their tokens. */
const PRINTED = 0.02;

/** One number per input token: the text shaded by it, and the largest as bars. */
export default function TokenScores(props: KindProps) {
  const quantity = chosen(props.document, props.quantity);
  if (!quantity) return <KindFrame props={props} quantity={null} notes={[t("kinds.nothing")]} children={null} />;
  const status = classesOf(props.document);
  return status ? (
    <TokenClasses props={props} quantity={quantity} status={status} label={describe(props.document)} />
  ) : (
    <Scores props={props} quantity={quantity} />
  );
}

function Scores({ props, quantity }: { props: KindProps; quantity: Quantity }) {
  const { document, selection, compact, firstToken, limits: shared } = props;
  const own = array(document, quantity.name);
  const { tokens, others, positions } = useTokens(document, own.data.length);
  const [grouping, setGrouping] = useState<Grouping>("tokens");
  const [printing, setPrinting] = useState(false);
  const [all, setAll] = useState(false);
  const pinned = entryOf(positions, usePin(selection)?.position);
  const { values, held } = useMemo(
    () => scoresOf(own.data, positions, quantity, firstToken),
    [own, positions, quantity, firstToken],
  );
  // A run of equal tokens opens where one of them is pinned; words and sentences stay as they are.
  const open = grouping === "tokens" ? pinned : null;
  const groups = useMemo(() => groupsOf(tokens, positions, grouping, open), [tokens, positions, grouping, open]);
  const grouped = useMemo(() => valuesOf(groups, values, quantity), [groups, values, quantity]);
  const { steps, limits, clipped, beyond } = useMemo(
    () => stepped(quantity, grouped, limitsIn(shared, quantity, grouped)),
    [quantity, grouped, shared],
  );
  const least = roundUp(PRINTED * Math.max(Math.abs(limits[0]), Math.abs(limits[1])));
  const order = useMemo(() => largest(grouped, quantity), [grouped, quantity]);
  // Without colours the numbers are all there is.
  const shown = compact || printing || forcedColours();
  const word = (value: number) => forScale(quantity.scale, value) + unitOf(quantity);
  const groupAt = (entry: number) => groups.findIndex(({ first, last }) => entry >= first && entry <= last);
  const isGroup = ({ first, last }: Group) => last > first;
  const looks = groups.map((_, g): GroupLook => {
    const value = grouped[g];
    return {
      fill: fillOf(quantity.scale, steps[g]),
      ink: inkOf(quantity.scale, steps[g]),
      clipped: clipped?.[g] === 1,
      ...(shown ? { value: Math.abs(value) >= least ? forScale(quantity.scale, value) : "" } : {}),
    };
  });
  const controls = !compact && (
    <>
      <Segmented
        size="s"
        label={t("kinds.scores.grouping")}
        value={grouping}
        onChange={setGrouping}
        options={(["tokens", "words", "sentences"] as const).map((value) => ({
          value,
          label: t(`kinds.scores.by.${value}`),
        }))}
      />
      <Button size="s" variant="quiet" aria-pressed={printing} onClick={() => setPrinting(!printing)}>
        {t("kinds.scores.values")}
      </Button>
    </>
  );
  const { shown: given, total } = document.result;
  const partial = (total?.position ?? positions.length) > (given?.position ?? positions.length);
  const question = questionOf(document);
  return (
    <KindFrame
      props={props}
      quantity={quantity}
      limits={limits}
      controls={controls}
      notes={[
        (compact || partial) && countLine(document, ["position"], [positions.length]),
        !compact &&
          t("kinds.scores.listed", {
            shown: all ? order.length : Math.min(LISTED, order.length),
            total: groups.length,
          }),
        !compact && order.length > LISTED && (
          <NoteButton onClick={() => setAll(!all)}>{t(all ? "kinds.showFewer" : "kinds.showAll")}</NoteButton>
        ),
        isDiverging(quantity.scale) && t("kinds.scores.sum", { sum: signed(sumOf(values)), ...sidesOf(question) }),
        grouping !== "tokens" && t(isSummed(quantity) ? "kinds.scores.sums" : "kinds.scores.means"),
        held != null && t("kinds.scores.withoutFirst", { share: probability(held, 2) }),
        shown && t("kinds.scores.small", { least: leastText(least) }),
        ...agreements(document, quantity).map(({ label, value }) =>
          t("kinds.scores.agreement", { label, value: signed(value) }),
        ),
        ...beyondNotes(beyond),
      ]}
    >
      <ScoreStrip
        label={describe(document)}
        tokens={tokens}
        others={others}
        positions={positions}
        groups={groups}
        looks={looks}
        className={grouping}
        selection={selection}
        text={(entry) =>
          t("kinds.scores.cell", {
            position: positions[entry],
            token: tokenText(tokens[entry]),
            quantity: quantity.label,
            value: word(values[entry]),
          })
        }
        tip={(entry) => {
          const group = groups[groupAt(entry)];
          return [
            `${positions[entry]}  ${tokenText(tokens[entry], 40)}`,
            `${quantity.label} ${word(values[entry])}`,
            ...(isGroup(group) ? [`${groupName(group, tokens)}  ${word(grouped[groupAt(entry)])}`] : []),
          ];
        }}
      />
      {!compact && (
        <ScoreBars
          groups={groups}
          values={grouped}
          order={all ? order : order.slice(0, LISTED)}
          tokens={tokens}
          positions={positions}
          quantity={quantity}
          selection={selection}
        />
      )}
    </KindFrame>
  );
}

const sidesOf = ({ target, distractor }: { target: string; distractor: string }) => ({
  target,
  distractor,
  sides: target && distractor ? "both" : target ? "one" : "none",
});

export function describe(document: ResultDocument): string {
  if (document.result.summary) return document.result.summary;
  const quantity = chosen(document, undefined);
  if (!quantity) return t("kinds.nothing");
  const values = array(document, quantity.name).data;
  const [best] = largest(values, quantity);
  if (best === undefined) return t("kinds.scores.none", { quantity: quantity.label });
  return t("kinds.scores.describe", {
    token: tokenText(positionTokens(document, values.length)[best]),
    quantity: quantity.label,
    value: forScale(quantity.scale, values[best]),
  });
}

/** The score of the pinned token, its place among all, and what the scores speak for. */
export function read(document: ResultDocument, pin: Cell, name?: string): string | null {
  const quantity = chosen(document, name);
  if (!quantity) return null;
  const values = array(document, quantity.name).data;
  const entry = entryOf(indices(document, "position", values.length), pin.position ?? pin.query);
  if (entry === null) return null;
  const token = tokenText(positionTokens(document, values.length)[entry]);
  const position = pin.position ?? pin.query;
  const status = classesOf(document);
  if (status)
    return t("kinds.scores.readClass", { token, position, status: status[entry] || t("kinds.scores.outside") });
  if (Number.isNaN(values[entry]))
    return t("kinds.scores.readUndefined", { token, position, quantity: quantity.label });
  const rank = largest(values, quantity).indexOf(entry);
  const { target, distractor, sides } = sidesOf(questionOf(document));
  return t("kinds.scores.read", {
    token,
    position,
    quantity: quantity.label,
    value: forScale(quantity.scale, values[entry]) + unitOf(quantity),
    ranked: rank < 0 ? "no" : "yes",
    rank: rank + 1,
    total: values.length,
    way:
      !isDiverging(quantity.scale) || values[entry] === 0 || sides === "none"
        ? "none"
        : values[entry] > 0
          ? "toward"
          : "against",
    sides,
    target,
    distractor,
  });
}

/** One row per token, with the word that it is part of. */
export function toTable(document: ResultDocument): TableTwin {
  const quantity = chosen(document, undefined);
  if (!quantity) return { columns: [], rows: [] };
  const values = array(document, quantity.name);
  const length = values.data.length;
  const tokens = positionTokens(document, length);
  const words = groupsOf(tokens, indices(document, "position", length), "words");
  const word = words.flatMap((group) => new Array<string>(group.last - group.first + 1).fill(groupName(group, tokens)));
  return tableOf(document, values, [{ name: "group", label: t("kinds.scores.word"), data: word }]);
}
