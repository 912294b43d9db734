import type { ReactNode } from "react";
import { Button } from "../ui/Button";
import { copyText } from "../ui/copy";
import { t } from "../ui/i18n";
import { Segmented, type SegmentedOption } from "../ui/Segmented";

interface CodeViewProps<V extends string> {
  /** What is chosen between, for assistive technology. */
  label: string;
  options: readonly (SegmentedOption<V> & { label: string })[];
  value: V;
  onChange: (value: V) => void;
  code: string;
  note: ReactNode;
}

/** Code in one of a few forms, to be copied. */
export function CodeView<V extends string>({ label, options, value, onChange, code, note }: CodeViewProps<V>) {
  return (
    <div className="column g12">
      <div className="row wrap">
        <Segmented label={label} options={options} value={value} onChange={onChange} />
        <span className="grow" />
        <Button icon="copy" onClick={() => void copyText(code)}>
          {t("app.copy")}
        </Button>
      </div>
      {/* Long lines scroll, so the block must be reachable by keyboard. */}
      <pre
        className="code-block mono"
        tabIndex={0}
        role="region"
        aria-label={options.find((option) => option.value === value)?.label}
      >
        {code}
      </pre>
      <p className="sm ink-3">{note}</p>
    </div>
  );
}
