/** Pictures of a figure: the server's drawing of it, or of a difference what the page has drawn. */
import { fetchFigure, type PlotFigure } from "../api/figures";
import { loadPlotly } from "../kinds/parts/plotly";
import { t } from "../ui/i18n";
import { chosen } from "../kinds/result";
import { viewOf, type Shown } from "./exports";
import { framed, type Block } from "./pictureFrame";

const WIDTH = 960;
const HEIGHT = 560;
const PIXELS = 2;

type Drawer = Awaited<ReturnType<typeof loadPlotly>> & {
  toImage(
    figure: unknown,
    options: { format: "svg"; width: number; height: number; imageDataOnly: boolean },
  ): Promise<string>;
};

/** Kinds of traces that the page's plotting library draws; the server has more. */
const DRAWN = new Set(["scatter", "bar", "heatmap", "histogram", "box", "contour", "violin"]);

export async function pictureOf(format: "svg" | "png", shown: Shown): Promise<Blob> {
  const svg = shown.difference ? await pageDrawing(shown) : framed(await serverDrawing(shown), shown, null);
  return format === "svg" ? new Blob([svg], { type: "image/svg+xml" }) : raster(svg);
}

/** The server's figure in the theme of the page. */
async function serverDrawing({ document, theme, quantity }: Shown): Promise<Block> {
  const [plotly, figure] = await Promise.all([loadPlotly() as Promise<Drawer>, fetchFigure(document.key, theme)]);
  if (!figure.data.every(({ type = "scatter" }) => DRAWN.has(type))) throw new Error(t("app.export.noPicture"));
  const name = chosen(document, quantity)?.name;
  const shown = document.result.quantities.findIndex((one) => one.name === name);
  return plotBlock(plotly, switched(figure, Math.max(0, shown)), WIDTH, figure.layout.height ?? HEIGHT);
}

interface Menu {
  buttons: { args: [{ visible?: boolean[] }] }[];
}

/** The figure as its menu shows it for one quantity, without the menu: a picture has nothing to press. */
export function switched({ data, layout }: PlotFigure, quantity: number): PlotFigure {
  const { updatemenus, ...rest } = layout;
  const [menu] = (updatemenus ?? []) as Menu[];
  const visible = menu?.buttons[quantity]?.args[0].visible;
  return { data: visible ? data.map((trace, i) => ({ ...trace, visible: visible[i] ?? true })) : data, layout: rest };
}

async function plotBlock(
  plotly: Drawer,
  figure: PlotFigure | HTMLElement,
  width: number,
  height: number,
): Promise<Block> {
  const svg = await plotly.toImage(figure, { format: "svg", width, height, imageDataOnly: true });
  return { width, height, at: (x, y) => svg.replace(/^<svg/, `<svg x="${x}" y="${y}"`) };
}

/** What the page itself has drawn: of a curve the plot, of a grid its canvases, whose colours need a legend. */
async function pageDrawing(shown: Shown): Promise<string> {
  const plot = shown.figure?.querySelector<HTMLElement>(".js-plotly-plot");
  if (!plot) return framed(canvasBlock(shown.figure), shown, viewOf(shown).limits);
  const plotly = (await loadPlotly()) as Drawer;
  return framed(await plotBlock(plotly, plot, plot.clientWidth, plot.clientHeight), shown, null);
}

/** The canvases of a figure as they lie beside each other. */
function canvasBlock(figure: HTMLElement | null): Block {
  const images = [...(figure?.querySelectorAll("canvas") ?? [])].flatMap((canvas) => {
    const { left, top, right, bottom, width, height } = canvas.getBoundingClientRect();
    // What is not in sight has no size.
    return width * height > 0 ? [{ left, top, right, bottom, width, height, href: canvas.toDataURL() }] : [];
  });
  if (images.length === 0) throw new Error(t("app.export.noPicture"));
  const [left, top] = [Math.min(...images.map((one) => one.left)), Math.min(...images.map((one) => one.top))];
  return {
    width: Math.max(...images.map(({ right }) => right)) - left,
    height: Math.max(...images.map(({ bottom }) => bottom)) - top,
    at: (x, y) =>
      images
        .map(
          (one) =>
            `<image x="${x + one.left - left}" y="${y + one.top - top}" width="${one.width}" height="${one.height}" href="${one.href}"/>`,
        )
        .join(""),
  };
}

/** The drawing as pixels. A drawing that is an image runs nothing and fetches nothing. */
async function raster(svg: string): Promise<Blob> {
  const image = new Image();
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth * PIXELS, image.naturalHeight * PIXELS];
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (!blob) throw new Error(t("app.export.noPicture"));
    return blob;
  } finally {
    URL.revokeObjectURL(address);
  }
}
