/**
 * The messages of the interface in English, one file per part of the page: those that the first screen may need. The others
 * come with the part that shows them, through `addMessages`.
 */
import app from "./app.json";
import catalogue from "./catalogue.json";
import compare from "./compare.json";
import form from "./form.json";
import grid from "./grid.json";
import history from "./history.json";
import inspector from "./inspector.json";
import kinds from "./kinds.json";
import model from "./model.json";
import panel from "./panel.json";
import prompt from "./prompt.json";
import ui from "./ui.json";
import type card from "./card.json";
import type docs from "./docs.json";
import type entities from "./entities.json";
import type figures from "./figures.json";
import type gallery from "./gallery.json";
import type help from "./help.json";
import type models from "./models.json";
import type modelsChoice from "./modelsChoice.json";
import type promptSets from "./promptSets.json";
import type saved from "./saved.json";
import type textFile from "./textFile.json";
import type strata from "./strata.json";
import type tour from "./tour.json";

const first = {
  ...app,
  ...catalogue,
  ...compare,
  ...form,
  ...grid,
  ...history,
  ...inspector,
  ...kinds,
  ...model,
  ...panel,
  ...prompt,
  ...ui,
};

export type Messages = typeof first &
  typeof card &
  typeof docs &
  typeof entities &
  typeof figures &
  typeof gallery &
  typeof help &
  typeof models &
  typeof modelsChoice &
  typeof promptSets &
  typeof saved &
  typeof textFile &
  typeof strata &
  typeof tour;

export default first;
