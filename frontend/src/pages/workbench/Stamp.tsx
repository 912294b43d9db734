import { useEffect, useRef } from "react";
import { readPalette, watchTheme } from "../../charts/colour";
import type { Thumbnail } from "../../kinds/thumbnail";

const [WIDTH, HEIGHT] = [64, 36];

/** A remembered result, 64 by 36 pixels. */
export function Stamp({ thumbnail }: { thumbnail: Thumbnail | null }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || !thumbnail) return undefined;
    const draw = () => {
      const palette = readPalette(element);
      const { rows, columns, steps, scale } = thumbnail;
      context.clearRect(0, 0, WIDTH, HEIGHT);
      const edge = (index: number, count: number, size: number) => Math.round((index * size) / count);
      steps.forEach((step, index) => {
        const [row, column] = [Math.floor(index / columns), index % columns];
        const [x, y] = [edge(column, columns, WIDTH), edge(row, rows, HEIGHT)];
        context.fillStyle = step < 0 ? palette.sunken : palette.fill[scale][step];
        context.fillRect(x, y, edge(column + 1, columns, WIDTH) - x, edge(row + 1, rows, HEIGHT) - y);
      });
    };
    draw();
    return watchTheme(draw);
  }, [thumbnail]);
  return <canvas ref={canvas} className="history-stamp" width={WIDTH} height={HEIGHT} aria-hidden="true" />;
}
