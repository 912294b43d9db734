import { memo, useState, type KeyboardEvent } from "react";
import type { Method, Model } from "../../api/types";
import { PanelFrame } from "../../panels/PanelFrame";
import { byQuestion } from "../../state/catalogue";
import { navigate } from "../../state/url";
import { t } from "../../ui/i18n";
import { Tooltip } from "../../ui/Tooltip";
import { modelName } from "../frame/modelState";
import { isUsable, standing, type Ability } from "./ability";
import { MethodDialog } from "./MethodDialog";
import { moved, type Place } from "./roving";

interface CapabilityMatrixProps {
  models: Model[];
  methods: Method[];
  chosen: string | undefined;
  onChoose: (id: string) => void;
}

const LEGEND: readonly Ability[] = ["works", "needs", "cannot", "unknown"];
const START: Place = { row: 0, column: 0, index: 0 };
/** A checkpoint can what its model can. */
const isOwn = (model: Model) => isUsable(model) && !model.checkpoint_of;
const known = ({ capabilities }: Model) => capabilities !== null;
const placeName = ({ row, column, index }: Place) => `${row}.${column}.${index}`;

/** Which methods work on which model: one dot each, whose shape says the same as its colour. */
export function CapabilityMatrix({ models, methods, chosen, onChoose }: CapabilityMatrixProps) {
  const [stop, setStop] = useState<Place>(START);
  const [asked, setAsked] = useState<{ method: Method; model: Model } | null>(null);
  const columns = models.filter(isOwn).toSorted((a, b) => Number(known(b)) - Number(known(a)));
  const groups = byQuestion(methods);
  const usable = columns.length;

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const next = moved(
      event,
      stop,
      groups.map(({ methods: members }) => members.length),
      usable,
    );
    if (!next) return;
    event.preventDefault();
    setStop(next);
    event.currentTarget.querySelector<HTMLElement>(`[data-place="${placeName(next)}"]`)?.focus();
  };
  const open = (method: Method, model: Model) =>
    standing(method, model, usable).ability === "works" ? navigate(`/docs/${method.id}`) : setAsked({ method, model });

  return (
    <PanelFrame level={2} id="model-matrix" width="full" title={t("app.matrix.title")} purpose={t("app.matrix.note")}>
      <div className="matrix" role="region" aria-label={t("app.matrix.table")}>
        <table role="grid" aria-rowcount={groups.length + 1} aria-colcount={usable + 1} onKeyDown={onKeyDown}>
          <thead>
            <tr>
              <th scope="col">{t("app.matrix.question")}</th>
              {columns.map((model) => (
                <th key={model.id} scope="col" className={model.id === chosen ? "chosen" : undefined}>
                  <span className="matrix-model">{modelName(model)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map(({ question, methods: members }, row) => (
              <tr key={question}>
                <th scope="row">{question}</th>
                {columns.map((model, column) => (
                  <td key={model.id} className={model.id === chosen ? "chosen" : undefined}>
                    <Dots
                      methods={members}
                      model={model}
                      usable={usable}
                      row={row}
                      column={column}
                      stop={stop.row === row && stop.column === column ? stop.index : null}
                      onStop={setStop}
                      onOpen={open}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="row wrap matrix-legend">
        {LEGEND.map((ability) => (
          <span key={ability} className="row g6">
            <Mark ability={ability} />
            {t(`app.matrix.${ability}`)}
          </span>
        ))}
        <span className="grow" />
        <span>{t("app.matrix.counts", { shown: usable, models: models.length, methods: methods.length })}</span>
      </p>
      <MethodDialog
        asked={asked}
        models={columns}
        onClose={() => setAsked(null)}
        onChoose={(id) => {
          setAsked(null);
          onChoose(id);
        }}
      />
    </PanelFrame>
  );
}

interface DotsProps {
  methods: Method[];
  model: Model;
  usable: number;
  row: number;
  column: number;
  /** Which of the dots Tab stops at, if one of these. */
  stop: number | null;
  onStop: (place: Place) => void;
  onOpen: (method: Method, model: Model) => void;
}

/** The methods of one question on one model. */
const Dots = memo(function Dots({ methods, model, usable, row, column, stop, onStop, onOpen }: DotsProps) {
  const standings = methods.map((method) => standing(method, model, usable));
  const works = standings.filter(({ ability }) => ability === "works").length;
  return (
    <span className="matrix-dots">
      {methods.map((method, index) => {
        const { ability, reasons } = standings[index];
        const place = { row, column, index };
        return (
          <Tooltip
            key={method.id}
            content={
              <>
                <span className="medium">{method.title}</span> {reasons.join(" ")}
              </>
            }
          >
            <button
              type="button"
              className="matrix-dot"
              data-place={placeName(place)}
              tabIndex={stop === index ? 0 : -1}
              aria-label={t("app.matrix.dot", {
                method: method.title,
                model: modelName(model),
                ability: t(`app.matrix.${ability}`),
              })}
              onFocus={() => onStop(place)}
              onClick={() => onOpen(method, model)}
            >
              <Mark ability={ability} />
            </button>
          </Tooltip>
        );
      })}
      {known(model) && <span className="matrix-count">{t("app.matrix.of", { works, total: methods.length })}</span>}
    </span>
  );
});

function Mark({ ability }: { ability: Ability }) {
  return (
    <svg className="matrix-mark" width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
      {ability === "works" && <circle cx="5" cy="5" r="4" fill="var(--accent)" />}
      {ability === "needs" && <circle cx="5" cy="5" r="3.4" fill="none" stroke="var(--warn)" strokeWidth="1.5" />}
      {ability === "cannot" && (
        <path d="M2 5h6" stroke="var(--line-control)" strokeWidth="1.75" strokeLinecap="round" />
      )}
      {ability === "unknown" && <circle cx="5" cy="5" r="2" fill="var(--line-control)" />}
    </svg>
  );
}
