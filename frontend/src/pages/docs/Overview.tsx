import type { Catalogue } from "../../api/types";
import { byQuestion } from "../../state/catalogue";
import { t } from "../../ui/i18n";
import { Ribbon } from "../../ui/Notice";
import { Link } from "../frame/Link";

/** Every method with its purpose, under the question it answers; and the files that could not be used. */
export function Overview({ catalogue }: { catalogue: Catalogue }) {
  return (
    <>
      <h1>{t("app.docs.title")}</h1>
      <p className="docs-lead">{t("app.docs.lead", { count: catalogue.methods.length })}</p>
      {Object.entries(catalogue.errors).map(([source, reason]) => (
        <Ribbon key={source} tone="warn">
          {t("app.docs.unusable", { source, reason })}
        </Ribbon>
      ))}
      {byQuestion(catalogue.methods).map(({ question, methods }) => (
        <section key={question}>
          <h2>{question}</h2>
          <dl className="docs-methods">
            {methods.map((method) => (
              <div key={method.id}>
                <dt>
                  <Link href={`/docs/${method.id}`}>{method.title}</Link>
                </dt>
                <dd>{method.purpose}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <section className="docs-reference">
        <h2>{t("docs.reference")}</h2>
        <dl className="docs-methods">
          {(["kinds", "states"] as const).map((page) => (
            <div key={page}>
              <dt>
                <Link href={`/docs/${page}`}>{t(`docs.${page}.title`)}</Link>
              </dt>
              <dd>{t(`docs.${page}.link`)}</dd>
            </div>
          ))}
        </dl>
      </section>
    </>
  );
}
