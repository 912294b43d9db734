import "./entities/messages";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";
import { tokensQuery } from "../api/queries";
import { find } from "../kinds/result";
import { CheckBadges } from "../panels/CheckBadges";
import { useModels } from "../state/catalogue";
import { promptFields } from "../state/prompt";
import { createSelection } from "../state/selection";
import { navigate } from "../state/url";
import { Button } from "../ui/Button";
import { t } from "../ui/i18n";
import { Frame, isNowhere, Nowhere, saying } from "./entities/Frame";
import { Contexts, OnPrompt, Strength } from "./entities/NeuronSections";
import { Reads, Similar, WithoutNeuron, Writes } from "./entities/NeuronWeights";
import { largestAt } from "./entities/contexts";
import { hrefOf, neighbour, placeOf, type Place } from "./entities/place";
import { PromptForm } from "./entities/PromptForm";
import { useAnalysis } from "./entities/useAnalysis";
import { useOrigin } from "./entities/usePrompt";

/**
 * Everything about one neuron: where it fires, what it reads and writes, what is lost without it.
 *
 * @param props.parts - The address after `/neurons/`: the model, and the neuron as layer and number.
 */
export default function Neuron({ parts }: { parts: string[] }) {
  const place = placeOf(parts);
  if (!place)
    return <Nowhere kind={t("entity.neurons")} title={t("entity.noNeuron")} text={t("entity.noNeuronNote")} />;
  return <Opened place={place} />;
}

function Opened({ place }: { place: Place }) {
  const { model, layer, index } = place;
  const name = `${layer}.${index}`;
  const origin = useOrigin(model);
  const [selection] = useState(() => {
    const store = createSelection();
    if (origin.position !== null) store.setPin({ position: origin.position });
    return store;
  });
  const { prompt } = origin;
  const about = prompt === undefined ? null : { model, ...(prompt && promptFields(prompt)), layer, neuron: index };
  const analysis = useAnalysis("activations/neuron-contexts", about);
  const { document } = analysis;
  useEffect(() => {
    const values = document && find(document, "value")?.data;
    // Where nothing is selected, the histogram marks the token on which the neuron is strongest.
    if (values?.length && !selection.get().pin) selection.setPin({ position: largestAt(values) });
  }, [document, selection]);
  const { data: tokens } = useQuery(tokensQuery(analysis.document ? model : "", prompt ?? ""));
  const known = useModels()?.find(({ id }) => id === model);
  const title = t("entity.neuron", { name });
  const go = (to: Place | null) => to && navigate(hrefOf("neurons", to, origin.fragment));
  // The number of neurons is only known from the answers: the last one says so itself.
  const before = neighbour(place, -1, known?.layers ?? 1e6, 1e6);
  const after = { ...place, index: index + 1 };
  if (isNowhere(analysis.problem)) {
    const { layer: other, neuron } = analysis.problem.body.changes ?? {};
    const instead =
      typeof other === "number" || typeof neuron === "number"
        ? { model, layer: Number(other ?? layer), index: Number(neuron ?? index) }
        : null;
    return (
      <Nowhere
        kind={t("entity.neurons")}
        title={t("entity.notThere", { title })}
        text={saying(analysis.problem)}
        instead={
          instead && {
            href: hrefOf("neurons", instead, origin.fragment),
            label: t("entity.neuron", { name: `${instead.layer}.${instead.index}` }),
          }
        }
      />
    );
  }
  return (
    <Frame
      kind={t("entity.neurons")}
      title={title}
      words={analysis.document && <CheckBadges checks={analysis.document.checks} />}
      about={t("entity.neuron.about", { layer, layers: known?.layers ?? 0, model: known?.title ?? model })}
      origin={origin}
      tokens={tokens ?? []}
      selection={selection}
      previous={index > 0 && before ? () => go(before) : null}
      next={() => go(after)}
      steps={{ previous: t("entity.neuron.previous"), next: t("entity.neuron.next") }}
      progress={analysis.progress}
      actions={
        <>
          <Find place={place} onFind={go} />
          <Button
            variant="primary"
            onClick={() => origin.open("activations/neuron-profile", { layer, row: layer }, { layer })}
          >
            {t("entity.neuron.layer")}
          </Button>
        </>
      }
    >
      <div className="entity-grid neuron">
        <div className="entity-stack">
          <Contexts analysis={analysis} />
          <Reads analysis={analysis} />
          <WithoutNeuron analysis={analysis} />
        </div>
        <div className="entity-stack">
          <OnPrompt analysis={analysis} prompt={<PromptForm onAsk={origin.ask} />} example={origin.example} />
          <Strength analysis={analysis} selection={selection} />
          <Writes analysis={analysis} />
          <Similar
            analysis={analysis}
            hrefOf={(other) => hrefOf("neurons", placeOf([model, other]) ?? place, origin.fragment)}
          />
        </div>
      </div>
    </Frame>
  );
}

/** Another neuron, by its number or as layer and number. */
function Find({ place, onFind }: { place: Place; onFind: (place: Place) => void }) {
  const [text, setText] = useState("");
  const found = /^\s*(?:(\d{1,6})\s*\.\s*)?(\d{1,6})\s*$/.exec(text);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (found) onFind({ ...place, layer: Number(found[1] ?? place.layer), index: Number(found[2]) });
  };
  return (
    <form className="entity-find" role="search" onSubmit={submit}>
      <label className="sr-only" htmlFor="entity-find">
        {t("entity.find")}
      </label>
      <input
        id="entity-find"
        inputMode="decimal"
        placeholder={t("entity.find.placeholder", { layer: place.layer })}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit" disabled={!found}>
        {t("entity.go")}
      </Button>
    </form>
  );
}
