import type { Scale } from "../../charts/colour";
import type { Thumbnail } from "../../kinds/thumbnail";
import type { Bar, Line, Picture } from "./pictures";

/** Pixels of the field, which is stretched to whatever room there is. */
const [WIDTH, HEIGHT] = [360, 132];
const GROUND = [0.25, 0.5, 0.75];

const across = (share: number) => (share * WIDTH).toFixed(1);
const down = (share: number) => ((1 - share) * HEIGHT).toFixed(1);

/** A picture in the colours of the theme in force: its shapes name steps of the ramps, not colours. */
export function Drawing({ picture }: { picture: Picture }) {
  if (picture.form === "texts") return <Texts sides={picture.sides} />;
  return (
    <svg className="finding-drawing" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
      {picture.form === "cells" && <Cells thumbnail={picture.thumbnail} />}
      {picture.form === "lines" && <Lines lines={picture.lines} />}
      {picture.form === "bars" && <Bars bars={picture.bars} scale={picture.scale} zero={picture.zero} />}
      {picture.form === "points" && <Points classes={picture.classes} />}
    </svg>
  );
}

const fillOf = (scale: Scale, step: number) => (step < 0 ? "var(--sunken)" : `var(--${scale}${step})`);

/** The cells of each step as one path. */
function Cells({ thumbnail: { scale, rows, columns, steps } }: { thumbnail: Thumbnail }) {
  const paths = new Map<number, string>();
  const [width, height] = [WIDTH / columns, HEIGHT / rows];
  steps.forEach((step, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const [x, y] = [(column * width).toFixed(2), (row * height).toFixed(2)];
    const cell = `M${x} ${y}h${width.toFixed(2)}v${height.toFixed(2)}h-${width.toFixed(2)}z`;
    paths.set(step, (paths.get(step) ?? "") + cell);
  });
  return [...paths].map(([step, path]) => <path key={step} className="cells" d={path} fill={fillOf(scale, step)} />);
}

function Lines({ lines }: { lines: readonly Line[] }) {
  return (
    <>
      <Ground />
      {lines.map(({ index, control, values }) => (
        <path key={index} className={control ? "line control" : `line series-${index}`} d={pathOf(values)} />
      ))}
    </>
  );
}

/** A line through the values that there are; a missing one leaves a gap. */
function pathOf(values: readonly number[]): string {
  let path = "";
  let pen = "M";
  values.forEach((value, index) => {
    if (!Number.isFinite(value)) pen = "M";
    else {
      path += `${pen}${across(index / (values.length - 1))} ${down(value)}`;
      pen = "L";
    }
  });
  return path;
}

function Ground() {
  return GROUND.map((share) => <path key={share} className="ground" d={`M0 ${down(share)}H${WIDTH}`} />);
}

function Bars({ bars, scale, zero }: { bars: readonly Bar[]; scale: Scale; zero: number }) {
  const width = WIDTH / bars.length;
  return (
    <>
      {bars.map(({ from, to, step }, index) => (
        <path
          key={index}
          d={`M${(index * width).toFixed(1)} ${down(from)}V${down(to)}h${(width * 0.8).toFixed(1)}V${down(from)}z`}
          fill={fillOf(scale, step)}
        />
      ))}
      <path className="zero" d={`M0 ${down(zero)}H${WIDTH}`} />
    </>
  );
}

/** Each dot is a line without length, so that it stays round however the field is stretched. */
function Points({ classes }: Pick<Extract<Picture, { form: "points" }>, "classes">) {
  return classes.map(({ index, points }) => (
    <path
      key={index}
      className={`dots series-${index}`}
      d={points.map(([x, y]) => `M${across(x)} ${down(y)}h0`).join("")}
    />
  ));
}

function Texts({ sides }: Pick<Extract<Picture, { form: "texts" }>, "sides">) {
  return (
    <dl className="finding-texts">
      {sides.map(({ name, text }) => (
        <div key={name}>
          <dt className="clip">{name}</dt>
          <dd dir="auto">{text}</dd>
        </div>
      ))}
    </dl>
  );
}
