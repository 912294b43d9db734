import { Fragment } from "react";
import type { JsonSchema, Method } from "../../api/types";
import { codeFor } from "../../panels/code";
import { copyText } from "../../ui/copy";
import { addAndRun } from "../../state/runner";
import { navigate, origin, workbenchHref } from "../../state/url";
import { useWorkspace } from "../../state/workspace";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";
import { boundsText, typeText } from "./schemaText";

/** One method: what it does, how to read it, what it takes, where it comes from, how to call it. */
export function MethodDocs({ method }: { method: Method }) {
  const { model, prompt } = useWorkspace();
  const request = {
    model: model || "specimen",
    ...("prompt" in (method.params.properties ?? {}) ? { prompt: prompt || "The capital of France is" } : {}),
  };
  const code = codeFor("curl", origin(), method.id, request);
  const openPanel = () => {
    addAndRun(method.id);
    navigate(workbenchHref());
  };
  return (
    <article>
      <header className="row wrap">
        <h1 className="grow">{method.title}</h1>
        <Button variant="primary" icon="add" onClick={openPanel}>
          {t("app.docs.open")}
        </Button>
      </header>
      <p className="mono sm ink-3">
        {t("app.docs.id", { id: method.id, version: String(method.version), kind: method.kind.replaceAll("_", " ") })}
      </p>
      <p className="docs-lead">{method.purpose}</p>
      <h2>{t("app.panel.how")}</h2>
      <p className="docs-prose">{method.reading}</p>
      <h2>{t("app.docs.description")}</h2>
      <p className="docs-prose docs-description">{method.description}</p>
      <h2>{t("app.docs.params")}</h2>
      <ParamTable schema={method.params} resources={method.resources} />
      {method.requires.length > 0 && (
        <p className="sm ink-2">
          {t("app.docs.requires", { list: method.requires.map((name) => name.replaceAll("_", " ")).join(", ") })}
        </p>
      )}
      {method.papers.length > 0 && (
        <>
          <h2>{t("app.panel.papers")}</h2>
          <ul className="docs-papers">
            {method.papers.map((paper) => (
              <li key={paper.title} className="row">
                <Icon name="book" size={14} />
                <span>{t("app.panel.paper", { title: paper.title, year: String(paper.year) })}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <div className="row">
        <h2 className="grow">{t("app.docs.rest")}</h2>
        <Button size="s" icon="copy" onClick={() => void copyText(code)}>
          {t("app.copy")}
        </Button>
      </div>
      {/* Long lines scroll, so the block must be reachable by keyboard. */}
      <pre className="code-block mono" tabIndex={0} role="region" aria-label={t("app.docs.rest")}>
        {code}
      </pre>
    </article>
  );
}

function ParamTable({ schema, resources }: { schema: JsonSchema; resources: Record<string, string> }) {
  return (
    <div className="docs-table" role="region" aria-label={t("app.docs.params")} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("app.docs.name")}</th>
            <th scope="col">{t("app.docs.type")}</th>
            <th scope="col">{t("app.docs.initial")}</th>
            <th scope="col">{t("app.docs.meaning")}</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(resources).map(([name, type]) => (
            <tr key={name}>
              <th scope="row" className="mono">
                {name}
              </th>
              <td>{t("app.docs.resource", { type })}</td>
              <td>–</td>
              <td>{t("app.docs.resourceNote")}</td>
            </tr>
          ))}
          {Object.entries(schema.properties ?? {}).map(([name, property]) => (
            <tr key={name}>
              <th scope="row" className="mono">
                {name}
              </th>
              <td>
                {typeText(property, schema).map((option, index) => (
                  <Fragment key={option}>
                    {index > 0 && <wbr />}
                    <code className="mono">{option}</code>
                  </Fragment>
                ))}
                <span className="ink-3">{boundsText(property, schema)}</span>
              </td>
              <td className="mono">{property.default === undefined ? "–" : JSON.stringify(property.default)}</td>
              <td>{property.description ?? ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
