import type { JsonValue } from "../../api/types";
import { optionLabel } from "../../forms/Control";
import { sameValue } from "../../forms/schema";
import type { ResultDocument } from "../../kinds/types";
import type { SavedPanel } from "../../state/saved";
import { IconButton } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Popover } from "../../ui/Popover";
import { Link } from "../frame/Link";

/** How many stand in the line; all of them behind the button. */
const INLINE = 3;
/** Longer values stand behind the button only. */
const SHORT = 18;

interface Param {
  name: string;
  label: string;
  value: string;
  changed: boolean;
}

function written(value: JsonValue | undefined): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return t("app.form.unset");
  if (typeof value === "object" && value !== null) return JSON.stringify(value);
  return typeof value === "boolean" ? t(value ? "app.form.on" : "app.form.off") : optionLabel(value);
}

/** The parameters of a panel's form with the values that its result was computed with. */
export function paramsOf({ fields }: SavedPanel, { request }: Pick<ResultDocument, "request">): Param[] {
  return fields.map(({ name, label, initial }) => {
    const value = request[name] as JsonValue | undefined;
    return { name, label, value: written(value), changed: !isInitial(value, initial) };
  });
}

/** A schema does not say that a list is empty by default: it names no default at all. */
const isInitial = (value: JsonValue | undefined, initial: JsonValue): boolean =>
  value === undefined || sameValue(value, initial) || (initial === null && Array.isArray(value) && value.length === 0);

/** Values, not controls: what was computed cannot be changed here, and the workbench is a link away. */
export function SavedParams({ params, href }: { params: Param[]; href: string | null }) {
  if (params.length === 0) return null;
  const inline = params.filter(({ value }) => value.length <= SHORT).slice(0, INLINE);
  return (
    <>
      {inline.map(({ name, label, value, changed }) => (
        <span key={name} className={changed ? "saved-param changed" : "saved-param"}>
          <span className="ink-3">{label}</span> <span className="saved-value">{value}</span>
        </span>
      ))}
      <Popover label={t("app.saved.params")} trigger={<IconButton icon="sliders" label={t("app.saved.params")} />}>
        <dl className="pairs saved-pairs">
          {params.map(({ name, label, value, changed }) => [
            <dt key={name}>{label}</dt>,
            <dd key={`${name} value`} className={changed ? "bold" : undefined}>
              {value}
            </dd>,
          ])}
        </dl>
        {href && (
          <p className="saved-change">
            <Link href={href}>{t("app.saved.change")}</Link>
          </p>
        )}
      </Popover>
    </>
  );
}
