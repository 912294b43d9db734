import "./entities/messages";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { tokensQuery } from "../api/queries";
import { CheckBadges } from "../panels/CheckBadges";
import { useModels } from "../state/catalogue";
import { promptFields } from "../state/prompt";
import { createSelection } from "../state/selection";
import { navigate } from "../state/url";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import { Frame, isNowhere, Nowhere, saying } from "./entities/Frame";
import { CopyingRanks, Feeding, LooksFor, ReadsWrites } from "./entities/HeadCircuits";
import { DirectEffect, OnProbe, Pattern, Roles, WithoutHead } from "./entities/HeadSections";
import { hrefOf, neighbour, placeOf, type Place } from "./entities/place";
import { named, rolesOf } from "./entities/profile";
import { PromptForm } from "./entities/PromptForm";
import { useAnalysis, type Analysis } from "./entities/useAnalysis";
import { useOrigin } from "./entities/usePrompt";

/**
 * Everything about one attention head: its roles, where it looks, what it reads and writes, whether it matters.
 *
 * @param props.parts - The address after `/heads/`: the model, and the head as layer and number.
 */
export default function Head({ parts }: { parts: string[] }) {
  const place = placeOf(parts);
  if (!place) return <Nowhere kind={t("entity.heads")} title={t("entity.noHead")} text={t("entity.noHeadNote")} />;
  return <Opened place={place} />;
}

/** A selection in which something is pinned from the start. */
const pinned = (cell: Record<string, number | null>) => {
  const store = createSelection();
  store.setPin(cell);
  return store;
};

function Opened({ place }: { place: Place }) {
  const { model, layer, index: head } = place;
  const origin = useOrigin(model);
  const { prompt } = origin;
  const [selection] = useState(() => pinned({ layer, head, position: origin.position }));
  // Other maps have places of their own: what is pinned there is not a token of the prompt.
  const [among] = useState(() => pinned({ layer, head }));
  const [probing] = useState(() => pinned({ layer, head }));
  const models = useModels();
  const known = models?.find(({ id }) => id === model);
  // Of a model that is not listed there is no prompt to ask for: the server says what is the matter.
  const asked = prompt || (models && !known ? "?" : null);
  const text = asked ? { model, ...promptFields(asked) } : null;
  const pattern = useAnalysis("attention/attention-pattern", text && { ...text, layers: [layer], heads: [head] });
  const profile = useAnalysis("attention/head-profile", text && { ...text, ...origin.question, layer, head });
  const refused = profile.problem && !isNowhere(profile.problem);
  const scores = useAnalysis("attention/head-scores", refused ? { model } : null);
  const { data: tokens } = useQuery(tokensQuery(pattern.document ? model : "", prompt ?? ""));
  const title = t("entity.head", { name: `${layer}.${head}` });
  const problem = [profile, pattern].map((analysis) => analysis.problem).find(isNowhere);
  const go = (to: Place | null) => to && (() => navigate(hrefOf("heads", to, origin.fragment)));
  if (problem) {
    const last = known && { model, layer: Math.min(layer, known.layers - 1), index: Math.min(head, known.heads - 1) };
    return (
      <Nowhere
        kind={t("entity.heads")}
        title={t("entity.notThere", { title })}
        text={saying(problem)}
        instead={
          last && {
            href: hrefOf("heads", last, origin.fragment),
            label: t("entity.head", { name: `${last.layer}.${last.index}` }),
          }
        }
      />
    );
  }
  const around = (by: 1 | -1) => (known ? neighbour(place, by, known.layers, known.heads) : null);
  const told: Analysis = profile.document || !scores.document ? profile : scores;
  const part = { analysis: profile, layer, head };
  return (
    <Frame
      kind={t("entity.heads")}
      title={title}
      words={<Words analysis={told} layer={layer} head={head} />}
      about={t("entity.head.about", {
        ...{ layer, head, layers: known?.layers ?? 0, heads: known?.heads ?? 0, model: known?.title ?? model },
      })}
      origin={origin}
      tokens={tokens ?? []}
      selection={selection}
      previous={go(around(-1))}
      next={go(around(1))}
      steps={{ previous: t("entity.head.previous"), next: t("entity.head.next") }}
      progress={profile.progress}
      actions={
        <>
          <Button onClick={() => origin.open("attention/head-scores", { layer, head })}>{t("entity.head.all")}</Button>
          <Button variant="primary" onClick={() => origin.open("attention/attention-pattern", { layer, head })}>
            {t("entity.head.looks")}
          </Button>
        </>
      }
    >
      {asked === null && prompt === null && <PromptForm onAsk={origin.ask} />}
      {(asked !== null || prompt === undefined) && (
        <div className="entity-grid head">
          <div className="entity-stack">
            <Pattern {...part} analysis={pattern} selection={selection} example={origin.example} />
            <ReadsWrites {...part} />
          </div>
          <div className="entity-stack">
            <Roles {...part} analysis={told} />
            <OnProbe {...part} selection={probing} />
            <CopyingRanks {...part} />
          </div>
          <div className="entity-stack">
            <DirectEffect {...part} selection={among} />
            <Feeding {...part} hrefOf={(l, h) => hrefOf("heads", { model, layer: l, index: h }, origin.fragment)} />
            <WithoutHead {...part} />
            <LooksFor {...part} />
          </div>
        </div>
      )}
    </Frame>
  );
}

/** What the head is called, and whether that can be trusted. */
function Words({ analysis, layer, head }: { analysis: Analysis; layer: number; head: number }) {
  const { document } = analysis;
  if (!document) return null;
  const words = named(rolesOf(document, layer, head));
  return (
    <>
      <span className="entity-roles">
        {words.map(({ name, habit }) => (
          <Badge key={name} tone={habit ? "info" : "accent"}>
            {name}
          </Badge>
        ))}
        {words.length === 0 && <Badge>{t("entity.noRole")}</Badge>}
      </span>
      <CheckBadges checks={document.checks} />
    </>
  );
}
