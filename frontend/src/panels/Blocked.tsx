import { useQuery } from "@tanstack/react-query";
import { examplesQuery } from "../api/queries";
import { ParamForm, type Params } from "../forms/ParamForm";
import { missingFields, type Field } from "../forms/schema";
import type { Cell } from "../kinds/types";
import { compare } from "../state/compare";
import { runPanel } from "../state/runner";
import { usePin } from "../state/selection";
import { openExample } from "../state/start";
import type { Panel } from "../state/workspace";
import { Button } from "../ui/Button";
import { locale, t } from "../ui/i18n";
import { Notice } from "../ui/Notice";
import { useExtent, type Extent } from "./extent";
import { PLACES, type Need } from "./need";

interface BlockedProps {
  panel: Panel;
  need: Need;
  fields: Field[];
  /** What there is to choose from, where that is not the page's own model and prompt. */
  extent?: Extent;
  onParams: (params: Params) => void;
}

/** What to do first, with the likely choice as a button. */
export default function Blocked(props: BlockedProps) {
  switch (props.need) {
    case "second":
      return <NeedsSecond />;
    case "prompt":
      return <NeedsPrompt />;
    case "place":
      return <NeedsPlace {...props} />;
    case "fields":
      return <NeedsFields {...props} />;
  }
}

function NeedsSecond() {
  return (
    <Notice
      title={t("app.need.second")}
      actions={<Button onClick={() => compare(true)}>{t("app.need.addSecond")}</Button>}
    >
      {t("app.need.secondNote")}
    </Notice>
  );
}

function NeedsPrompt() {
  const { data } = useQuery(examplesQuery);
  const [example] = data ?? [];
  return (
    <Notice
      title={t("app.need.prompt")}
      actions={
        example && (
          <Button onClick={() => void openExample(example)}>{t("app.need.example", { title: example.title })}</Button>
        )
      }
    >
      {t("app.need.promptNote")}
    </Notice>
  );
}

/** The place a selection names for these fields, or else the last one there is; null where that says nothing. */
export function likelyPlace(fields: readonly Field[], pin: Cell | null, extent: Extent): Params | null {
  const place: Params = {};
  for (const { name } of fields) {
    const { of, last } = PLACES[name] ?? { of: "position", last: null };
    const value = pin?.[of] ?? (last && extent[last] > 0 ? extent[last] - 1 : null);
    if (value === null) return null;
    place[name] = value;
  }
  return place;
}

const listed = (words: string[]) => new Intl.ListFormat(locale, { type: "conjunction" }).format(words);

function NeedsPlace({ panel, fields, extent, onParams }: BlockedProps) {
  const own = useExtent();
  const place = likelyPlace(fields, usePin(), extent ?? own);
  const use = () => {
    onParams({ ...panel.params, ...place });
    runPanel(panel.uid);
  };
  const names = place && Object.entries(place).map(([name, value]) => `${name.replaceAll("_", " ")} ${String(value)}`);
  return (
    <Notice
      title={t("app.need.place")}
      actions={names && <Button onClick={use}>{t("app.need.use", { place: names.join(", ") })}</Button>}
    >
      {t("app.need.placeNote", { fields: listed(fields.map(({ label }) => label)) })}
    </Notice>
  );
}

function NeedsFields({ panel, fields, onParams }: BlockedProps) {
  const missing = missingFields(fields, panel.params);
  return (
    <div className="panel-needs">
      <Notice title={t("app.need.fields", { fields: listed(fields.map(({ label }) => label)) })} />
      <ParamForm fields={fields} params={panel.params} onChange={onParams} />
      <Button disabled={missing.length > 0} onClick={() => runPanel(panel.uid)}>
        {t("app.prompt.run")}
      </Button>
    </div>
  );
}
