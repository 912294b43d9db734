import { PanelFrame } from "../../panels/PanelFrame";
import { t } from "../../ui/i18n";
import { Token } from "../../ui/Token";
import type { TokenLike } from "../../ui/tokenText";

type Written = TokenLike & { joined?: string; times?: number; max?: number };

const CASES = [
  { name: "leading", tokens: [{ text: " store" }] },
  { name: "several", tokens: [{ text: "    x" }, { text: " ".repeat(16) }] },
  { name: "lines", tokens: [{ text: "\n" }, { text: "\t" }] },
  {
    name: "parts",
    tokens: [
      { text: "\ufffd", bytes: "e282", joined: "€" },
      { text: "\ufffd", bytes: "ac", joined: "€" },
    ],
  },
  {
    name: "special",
    tokens: [
      { text: "<bos>", special: true },
      { text: "<eos>", special: true },
    ],
  },
  { name: "rtl", tokens: [{ text: "سلام" }, { text: " עולם" }] },
  { name: "unseen", tokens: [{ text: "\u200d" }, { text: "\u202e" }] },
  { name: "alike", tokens: [{ text: "а" }] },
  { name: "combining", tokens: [{ text: "\u0301" }] },
  { name: "markup", tokens: [{ text: "<b>x</b>" }] },
  { name: "long", tokens: [{ text: "supercalifragilisticexpialidocious", max: 14 }] },
  { name: "repeated", tokens: [{ text: " the", times: 212 }] },
] as const satisfies readonly { name: string; tokens: readonly Written[] }[];

/** How tokens are written: what the model read, never what the font makes of it. */
export function TokenCases() {
  return (
    <PanelFrame
      id="states-tokens"
      className="states-tokens"
      title={t("docs.tokens")}
      purpose={t("docs.tokens.purpose")}
    >
      <dl className="token-cases">
        {CASES.map(({ name, tokens }) => (
          <div key={name}>
            <dt>{t(`docs.tokens.${name}`)}</dt>
            <dd className="row g4 wrap">
              {tokens.map(({ joined, times, max, ...token }: Written, i) => (
                <Token key={i} token={token} joined={joined} times={times} max={max} />
              ))}
            </dd>
            <dd className="ink-3">{t(`docs.tokens.${name}.note`)}</dd>
          </div>
        ))}
      </dl>
    </PanelFrame>
  );
}
