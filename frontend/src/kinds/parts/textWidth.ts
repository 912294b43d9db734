/** How wide a text is in the mono font, in pixels. */
let context: CanvasRenderingContext2D | null | undefined;

export function textWidth(text: string, size: number): number {
  context ??= document.createElement("canvas").getContext("2d");
  if (!context) return 0.62 * size * [...text].length;
  const family = getComputedStyle(document.documentElement).getPropertyValue("--mono").trim() || "monospace";
  context.font = `500 ${size}px ${family}`;
  return context.measureText(text).width;
}
