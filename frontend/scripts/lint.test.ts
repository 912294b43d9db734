import { join } from "node:path";
import { ESLint } from "eslint";
import { expect, test } from "vitest";

const eslint = new ESLint({ cwd: join(import.meta.dirname, "..") });

async function rules(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: join(import.meta.dirname, "../src", file) });
  return result.messages.map((message) => message.ruleId ?? message.message);
}

test.each([
  ["charts/x.ts", 'import { t } from "../ui/i18n"; t("x");', "no-restricted-imports"],
  ["ui/x.ts", 'import { x } from "../kinds/result"; x();', "no-restricted-imports"],
  ["kinds/X.tsx", 'import { x } from "../state/url"; x();', "no-restricted-imports"],
  ["kinds/parts/x.ts", 'import { x } from "../../api/client"; x();', "no-restricted-imports"],
  ["panels/x.ts", 'fetch("/api/v1/models");', "no-restricted-globals"],
  ["panels/x.ts", 'window.fetch("/x");', "no-restricted-properties"],
  ["panels/x.ts", "location.hash = '';", "no-restricted-globals"],
  ["api/x.ts", "window.history.back();", "no-restricted-properties"],
  ["ui/x.ts", 'export const f = (e: Element) => { e.innerHTML = "<b>"; };', "no-restricted-syntax"],
  ["ui/x.ts", 'export const f = (e: Element) => e.insertAdjacentHTML("beforeend", "<b>");', "no-restricted-syntax"],
  ["ui/x.ts", 'document.write("<b>");', "no-restricted-syntax"],
  ["ui/x.ts", 'eval("1");', "no-eval"],
  ["ui/x.tsx", 'export const X = () => <p dangerouslySetInnerHTML={{ __html: "" }} />;', "no-restricted-syntax"],
])("%s refuses %s", async (file, code, rule) => {
  expect(await rules(file, code)).toContain(rule);
});

test.each([
  ["kinds/X.tsx", 'import { t } from "../ui/i18n"; t("x" as never);'],
  ["kinds/parts/x.ts", 'import { find } from "../result"; find({} as never, "x");'],
  ["api/x.ts", 'void fetch("/api/v1/models");'],
  ["state/url.ts", "export const hash = () => location.hash;"],
])("%s allows what belongs to it", async (file, code) => {
  expect(await rules(file, code)).toEqual([]);
});
