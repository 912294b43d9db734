import { useState } from "react";
import {
  measuredNumbers,
  NO_CLAIM,
  VERDICTS,
  type Claim,
  type Measured,
  type NumberSource,
} from "../../../state/claim";
import type { Block, Report } from "../../../state/saved";
import { Button } from "../../../ui/Button";
import { t } from "../../../ui/i18n";
import { Segmented } from "../../../ui/Segmented";
import { toast } from "../../../ui/Toast";
import { NumberField } from "./NumberField";
import { TakeNumber, type Offered } from "./TakeNumber";

const SENTENCE_LENGTH = 300;
const LABEL_LENGTH = 60;

interface ClaimFormProps {
  report: Report;
  onChange: (part: Partial<Report>) => void;
  source: (key: string) => NumberSource | null;
}

/** One sentence that the report stands for, and how it was tested. */
export function ClaimForm({ report, onChange, source }: ClaimFormProps) {
  const { claim, blocks } = report;
  if (!claim) {
    return (
      <div>
        <Button icon="add" onClick={() => onChange({ claim: NO_CLAIM })}>
          {t("app.claim.add")}
        </Button>
        <p className="xs ink-3 report-hint">{t("app.claim.addHint")}</p>
      </div>
    );
  }
  const change = (part: Partial<Claim>) => onChange({ claim: { ...claim, ...part } });
  const remove = () => {
    onChange({ claim: null });
    toast({ text: t("app.claim.removed"), action: { label: t("app.undo"), run: () => onChange({ claim }) } });
  };
  const included = blocks.filter((block) => block.included);
  const offered = included.map(({ panel }): Offered => {
    const found = source(panel.key);
    return { title: panel.title, numbers: found ? measuredNumbers(found) : [] };
  });
  return (
    <fieldset className="report-claim">
      <legend className="report-label">{t("app.claim.title")}</legend>
      <div className="column g12">
        <label className="column g4">
          <span className="sm ink-2">{t("app.claim.sentence")}</span>
          <textarea
            className="field"
            dir="auto"
            rows={2}
            maxLength={SENTENCE_LENGTH}
            value={claim.sentence}
            onChange={(event) => change({ sentence: event.target.value })}
          />
        </label>
        <div className="row wrap">
          <Segmented
            label={t("app.claim.verdict")}
            options={VERDICTS.map((verdict) => ({ value: verdict, label: t(`app.claim.verdict.${verdict}`) }))}
            value={claim.verdict}
            onChange={(verdict) => change({ verdict })}
          />
        </div>
        <Evidence blocks={blocks} onChange={(next) => onChange({ blocks: next })} />
        <div className="report-numbers">
          <MeasuredFields
            name={t("app.claim.effect")}
            measured={claim.effect}
            offered={offered}
            onChange={(effect) => change({ effect })}
          />
          <MeasuredFields
            name={t("app.claim.control")}
            measured={claim.control}
            offered={offered}
            onChange={(control) => change({ control })}
          />
          <PromptsField prompts={claim.prompts} offered={offered} onChange={(prompts) => change({ prompts })} />
        </div>
        <div>
          <Button size="s" variant="quiet" icon="trash" onClick={remove}>
            {t("app.claim.remove")}
          </Button>
        </div>
      </div>
    </fieldset>
  );
}

/** The panels that the claim rests on. */
function Evidence({ blocks, onChange }: { blocks: Block[]; onChange: (blocks: Block[]) => void }) {
  const shown = blocks.filter(({ included }) => included);
  if (shown.length === 0) return null;
  const rests = (block: Block, evidence: boolean) =>
    onChange(blocks.map((other) => (other === block ? { ...block, panel: { ...block.panel, evidence } } : other)));
  return (
    <div role="group" aria-label={t("app.claim.evidence")} className="row wrap g12 sm">
      <span className="ink-2">{t("app.claim.evidence")}</span>
      {shown.map((block) => (
        <label key={block.id} className="row g4">
          <input
            type="checkbox"
            checked={block.panel.evidence ?? false}
            onChange={(event) => rests(block, event.target.checked)}
          />
          <bdi>{block.panel.title}</bdi>
        </label>
      ))}
    </div>
  );
}

interface PromptsFieldProps {
  prompts: number | null;
  offered: Offered[];
  onChange: (prompts: number | null) => void;
}

/** On how many prompts it was measured. */
function PromptsField({ prompts, offered, onChange }: PromptsFieldProps) {
  const [taken, setTaken] = useState(0);
  const name = t("app.claim.prompts");
  return (
    <div className="report-measured">
      <NumberField key={taken} label={name} value={prompts} onChange={onChange} />
      <TakeNumber
        label={t("app.claim.take", { name })}
        offered={offered}
        onTake={({ value }) => {
          setTaken(taken + 1);
          onChange(value);
        }}
      />
    </div>
  );
}

interface MeasuredFieldsProps {
  name: string;
  measured: Measured;
  offered: Offered[];
  onChange: (measured: Measured) => void;
}

/** A number with its name and its interval: typed, or taken from a panel. */
function MeasuredFields({ name, measured, offered, onChange }: MeasuredFieldsProps) {
  const [taken, setTaken] = useState(0);
  const change = (part: Partial<Measured>) => onChange({ ...measured, ...part });
  return (
    <div role="group" aria-label={name} className="report-measured">
      <label className="column g4 report-name">
        <span className="sm ink-2">{name}</span>
        <input
          className="field"
          dir="auto"
          maxLength={LABEL_LENGTH}
          placeholder={t("app.claim.label")}
          aria-label={t("app.claim.labelOf", { name })}
          value={measured.label}
          onChange={(event) => change({ label: event.target.value })}
        />
      </label>
      {/* Made anew when a number is taken over, so that they show it. */}
      <NumberField
        key={`value ${taken}`}
        label={t("app.claim.value")}
        value={measured.value}
        onChange={(value) => change({ value })}
      />
      <NumberField
        key={`low ${taken}`}
        label={t("app.claim.low")}
        value={measured.low}
        onChange={(low) => change({ low })}
      />
      <NumberField
        key={`high ${taken}`}
        label={t("app.claim.high")}
        value={measured.high}
        onChange={(high) => change({ high })}
      />
      <TakeNumber
        label={t("app.claim.take", { name })}
        offered={offered}
        onTake={(number) => {
          setTaken(taken + 1);
          onChange({ ...number, label: number.label.slice(0, LABEL_LENGTH) });
        }}
      />
    </div>
  );
}
