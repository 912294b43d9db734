/** Drawing of a scatter plot: axes, lines, points and names of classes below; what is selected above. */
import { forcedColours, type Palette } from "../../charts/colour";
import { ticks, tickText } from "./axis";
import { seriesColour, SHAPES, spread } from "./curve";
import type { Density, Points } from "./scatter";
import type { SpotPin } from "./useSpot";

export interface ScatterData {
  points: Points;
  /** Counts by area instead of points, when there are too many of those. */
  density: Density | null;
  /** What the axes are. */
  titles: { x: string; y: string };
  /** No numbers along the axes. */
  plain: boolean;
  height: number;
}

export interface ScatterMarks {
  hover?: number | null;
  pins?: readonly SpotPin[];
  focus?: number | null;
  picked?: ReadonlySet<number>;
}

export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Where points are drawn. */
export interface Screen {
  x: Float64Array;
  y: Float64Array;
}

interface BaseInput {
  data: ScatterData;
  palette: Palette;
  frame: Frame;
  screen: Screen;
}

export function drawBase(context: CanvasRenderingContext2D, input: BaseInput) {
  const { data } = input;
  drawAxes(context, input);
  if (data.density) return drawDensity(context, input, data.density);
  drawLines(context, input);
  drawPoints(context, input);
  return drawNames(context, input);
}

function drawAxes(context: CanvasRenderingContext2D, { data, palette, frame }: BaseInput) {
  const { left, top, width, height } = frame;
  const { bounds } = data.points;
  context.strokeStyle = palette.lineStrong;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(left + 0.5, top);
  context.lineTo(left + 0.5, top + height + 0.5);
  context.lineTo(left + width, top + height + 0.5);
  context.stroke();
  if (data.plain) return;
  context.font = `11px ${palette.sans}`;
  context.fillStyle = palette.text3;
  context.textBaseline = "middle";
  context.textAlign = "right";
  const up = ticks(...bounds.y, 4);
  for (const value of up) {
    const y = top + height - ((value - bounds.y[0]) / (bounds.y[1] - bounds.y[0])) * height;
    context.fillText(tickText(value, up), left - 6, y);
    context.fillRect(left - 3, Math.round(y), 3, 1);
  }
  context.textAlign = "center";
  const across = ticks(...bounds.x, Math.max(2, Math.floor(width / 90)));
  for (const value of across) {
    const x = left + ((value - bounds.x[0]) / (bounds.x[1] - bounds.x[0])) * width;
    context.fillText(tickText(value, across), x, top + height + 11);
    context.fillRect(Math.round(x), top + height, 1, 3);
  }
  context.fillStyle = palette.text2;
  context.textAlign = "left";
  context.fillText(fitted(context, data.titles.y, left + width), 2, 8);
  context.textAlign = "right";
  context.fillText(fitted(context, data.titles.x, left + width), left + width, top + height + 27);
}

/** As much of a title as has room. */
function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let length = text.length;
  while (length > 1 && context.measureText(`${text.slice(0, length)}\u2026`).width > width) length -= 1;
  return `${text.slice(0, length)}\u2026`;
}

/** Smaller points as there are more of them. */
const radius = (count: number) => (count <= 400 ? 4 : count <= 2500 ? 3 : count <= 12_000 ? 2 : 1.2);

function drawLines(context: CanvasRenderingContext2D, { data, palette, screen }: BaseInput) {
  context.lineWidth = 1;
  context.globalAlpha = 0.55;
  for (const line of data.points.lines) {
    context.strokeStyle = colourOf(palette, data.points.classOf[line[0]]);
    context.beginPath();
    line.forEach((i, at) =>
      at === 0 ? context.moveTo(screen.x[i], screen.y[i]) : context.lineTo(screen.x[i], screen.y[i]),
    );
    context.stroke();
  }
  context.globalAlpha = 1;
}

const colourOf = (palette: Palette, entry: number) => (entry < 0 ? palette.text3 : seriesColour(palette, entry));

function drawPoints(context: CanvasRenderingContext2D, { data, palette, screen }: BaseInput) {
  const { points } = data;
  const r = radius(points.count);
  context.globalAlpha = points.count > STAMPED_FROM ? 0.6 : 0.85;
  for (let entry = -1; entry < Math.max(1, points.classes.length); entry++) {
    const shape: Shape = { name: entry < 0 ? "dot" : SHAPES[entry], colour: colourOf(palette, entry), r };
    const members: number[] = [];
    for (let i = 0; i < points.count; i++)
      if (points.classOf[i] === entry && Number.isFinite(screen.x[i] + screen.y[i])) members.push(i);
    if (points.count > STAMPED_FROM) stamp(context, shape, screen, members);
    else draw(context, shape, (put) => members.forEach((i) => put(screen.x[i], screen.y[i])));
  }
  context.globalAlpha = 1;
}

interface Shape {
  name: string;
  colour: string;
  r: number;
}

/** More points than these are copies of one small picture each: so many outlines would take seconds. */
const STAMPED_FROM = 2500;

function stamp(context: CanvasRenderingContext2D, shape: Shape, { x, y }: Screen, members: readonly number[]) {
  const scale = 2;
  const side = Math.ceil(shape.r * 1.3 + 1) * 2;
  const picture = document.createElement("canvas");
  picture.width = side * scale;
  picture.height = side * scale;
  const drawing = picture.getContext("2d");
  if (!drawing) return;
  drawing.setTransform(scale, 0, 0, scale, 0, 0);
  draw(drawing, shape, (put) => put(side / 2, side / 2));
  for (const i of members) context.drawImage(picture, x[i] - side / 2, y[i] - side / 2, side, side);
}

/** Draws a shape in all the places that are put. */
function draw(
  context: CanvasRenderingContext2D,
  { name, colour, r }: Shape,
  places: (put: (x: number, y: number) => void) => void,
) {
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineWidth = Math.max(1, r * 0.45);
  context.beginPath();
  places((x, y) => trace(context, name, x, y, r));
  if (name === "cross" || name === "x") context.stroke();
  else context.fill();
}

/** Adds the outline of a shape to the path. */
function trace(context: CanvasRenderingContext2D, shape: string, x: number, y: number, r: number) {
  const corners = (...places: [number, number][]) => {
    places.forEach(([dx, dy], i) => (i === 0 ? context.moveTo(x + dx, y + dy) : context.lineTo(x + dx, y + dy)));
    context.closePath();
  };
  if (shape === "square") context.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
  else if (shape === "diamond") corners([0, -r * 1.25], [r * 1.25, 0], [0, r * 1.25], [-r * 1.25, 0]);
  else if (shape === "triangle-up") corners([0, -r * 1.2], [r * 1.1, r * 0.8], [-r * 1.1, r * 0.8]);
  else if (shape === "cross") {
    context.moveTo(x - r, y);
    context.lineTo(x + r, y);
    context.moveTo(x, y - r);
    context.lineTo(x, y + r);
  } else if (shape === "x") {
    context.moveTo(x - r * 0.8, y - r * 0.8);
    context.lineTo(x + r * 0.8, y + r * 0.8);
    context.moveTo(x - r * 0.8, y + r * 0.8);
    context.lineTo(x + r * 0.8, y - r * 0.8);
  } else {
    const size = shape === "dot" ? r * 0.7 : r;
    context.moveTo(x + size, y);
    context.arc(x, y, size, 0, 2 * Math.PI);
  }
}

const NAME_HEIGHT = 15;
/** So far from its middle points are under a name. */
const ABOUT = 40;

/** The name of each class above its points, none on another. */
function drawNames(context: CanvasRenderingContext2D, { data, palette, frame, screen }: BaseInput) {
  const { points } = data;
  if (points.classes.length < 2) return;
  const tops = points.classes.map((_, entry) => topOf(points, screen, entry));
  const heights = spread(
    tops.map(([, y]) => Math.max(NAME_HEIGHT / 2, y - frame.top - NAME_HEIGHT)),
    NAME_HEIGHT,
    frame.height,
  );
  context.font = `600 11px ${palette.sans}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 4;
  points.classes.forEach(({ name }, entry) => {
    const half = context.measureText(name).width / 2;
    const x = Math.max(frame.left + half + 2, Math.min(frame.left + frame.width - half - 2, tops[entry][0]));
    context.strokeStyle = forcedColours() ? "Canvas" : palette.surface;
    context.strokeText(name, x, frame.top + heights[entry]);
    context.fillStyle = colourOf(palette, entry);
    context.fillText(name, x, frame.top + heights[entry]);
  });
}

/** The middle of the points of a class from left to right, and the highest of those about there. */
function topOf({ classOf }: Points, { x, y }: Screen, entry: number): [number, number] {
  const members = [...classOf.keys()].filter((i) => classOf[i] === entry && Number.isFinite(x[i] + y[i]));
  if (members.length === 0) return [0, 0];
  const middle = members.reduce((sum, i) => sum + x[i], 0) / members.length;
  const near = members.filter((i) => Math.abs(x[i] - middle) < ABOUT);
  return [middle, (near.length > 0 ? near : members).reduce((top, i) => Math.min(top, y[i]), Infinity)];
}

function drawDensity(context: CanvasRenderingContext2D, { palette, frame }: BaseInput, density: Density) {
  const ramp = palette.fill.mag;
  const [width, height] = [frame.width / density.columns, frame.height / density.rows];
  density.counts.forEach((count, at) => {
    if (count === 0) return;
    const step = Math.round((count / density.largest) * (ramp.length - 1));
    context.fillStyle = ramp[Math.max(1, step)];
    const [column, row] = [at % density.columns, Math.floor(at / density.columns)];
    context.fillRect(
      frame.left + column * width + 1,
      frame.top + frame.height - (row + 1) * height,
      Math.ceil(width),
      Math.ceil(height),
    );
  });
}

interface OverInput {
  data: ScatterData;
  palette: Palette;
  screen: Screen;
  marks: ScatterMarks;
  lasso: readonly (readonly [number, number])[] | null;
}

export function drawOver(context: CanvasRenderingContext2D, { data, palette, screen, marks, lasso }: OverInput) {
  const r = radius(data.points.count);
  const forced = forcedColours();
  const ink = forced ? "CanvasText" : palette.text;
  const accent = forced ? "Highlight" : palette.accent;
  const ring = (point: number | null | undefined, grow: number, colour: string, width: number, dash: number[]) => {
    if (point == null || point < 0 || !Number.isFinite(screen.x[point])) return;
    context.beginPath();
    context.arc(screen.x[point], screen.y[point], r + grow, 0, 2 * Math.PI);
    context.setLineDash([]);
    context.strokeStyle = palette.surface;
    context.lineWidth = width + 2;
    context.stroke();
    context.setLineDash(dash);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
    context.setLineDash([]);
  };
  for (const point of marks.picked ?? []) ring(point, 2.5, accent, 1.5, []);
  const pins = marks.pins ?? [];
  if (!pins.some(({ spot }) => spot === marks.hover)) ring(marks.hover, 3, ink, 1.5, [3, 2]);
  context.font = `600 10px ${palette.sans}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const { spot, letter } of pins) {
    ring(spot, 3.5, ink, 2, []);
    context.fillStyle = ink;
    if (letter) context.fillText(letter, screen.x[spot] + r + 7, screen.y[spot]);
  }
  ring(marks.focus, 6.5, accent, 2, []);
  if (!lasso || lasso.length < 2) return;
  context.beginPath();
  lasso.forEach(([x, y], i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  context.closePath();
  context.strokeStyle = accent;
  context.lineWidth = 1.5;
  context.setLineDash([4, 3]);
  context.stroke();
  context.setLineDash([]);
}
