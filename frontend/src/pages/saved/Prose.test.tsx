import { act, render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { safeAddress } from "./Markdown";
import { createOutline, OutlineContext } from "./outline";
import { Prose } from "./Prose";

async function show(text: string) {
  const outline = createOutline();
  const view = render(
    <OutlineContext value={outline}>
      <Prose text={text} />
    </OutlineContext>,
  );
  await act(async () => {
    await import("./Markdown");
  });
  return { ...view, outline };
}

describe("a text of the report", () => {
  it("is Markdown, its headings below the title of the page and in the contents in order", async () => {
    const { outline } = await show("# One *more*\n\ntext **bold**\n\n## Two\n\n### Three");
    expect(screen.getByRole("heading", { level: 2, name: "One more" })).toBeInTheDocument();
    expect(screen.getByRole("heading", { level: 3, name: "Two" })).toBeInTheDocument();
    expect(screen.getByRole("heading", { level: 4, name: "Three" })).toBeInTheDocument();
    expect(screen.getByText("bold").tagName).toBe("STRONG");
    expect(outline.get().map(({ title, level }) => [title, level])).toEqual([
      ["One more", 2],
      ["Two", 3],
    ]);
  });

  it("shows HTML as text and fetches nothing", async () => {
    const html = "<img src=x onerror=alert(1)> <script>x</script>\n\n![a plot](https://example.org/x.png)";
    const { container } = await show(html);
    expect(container.querySelector("img, script, iframe, style")).toBeNull();
    expect(container).toHaveTextContent("<img src=x onerror=alert(1)>");
    expect(container).toHaveTextContent("a plot");
  });

  it("links only over http and within the server, without telling where from", async () => {
    await show("[out](https://example.org) [in](/docs) [script](javascript:alert(1)) [data](data:text/html,x)");
    const out = screen.getByRole("link", { name: "out" });
    expect(out).toHaveAttribute("rel", "noopener noreferrer");
    expect(out).toHaveAttribute("target", "_blank");
    expect(screen.getByRole("link", { name: "in" })).not.toHaveAttribute("target");
    expect(screen.queryByRole("link", { name: "script" })).toBeNull();
    expect(screen.queryByRole("link", { name: "data" })).toBeNull();
  });

  it.each([
    ["https://a.b", true],
    ["/a/b", true],
    ["#x", true],
    ["java\nscript:alert(1)", false],
    [" JAVASCRIPT:alert(1)", false],
    ["vbscript:x", false],
    ["mailto:a@b", false],
    ["file:///etc", false],
    ["http://[", false],
  ])("knows where %j leads", (address, safe) => {
    expect(safeAddress(address)).toBe(safe ? address : null);
  });

  it("stays as typed where it nests beyond reading", async () => {
    const deep = `${">".repeat(100_000)} a`;
    const { container } = await show(deep);
    expect(container.querySelector("blockquote")).toBeNull();
    expect(container).toHaveTextContent(deep);
  });
});
