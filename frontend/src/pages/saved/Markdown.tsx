import { useId, type ComponentProps, type ReactNode } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import { useEntry } from "./outline";

/** Where a link may lead: another page over http, or one of this server. Everything else is no link. */
export function safeAddress(address: string): string | null {
  let parsed: URL;
  try {
    parsed = new URL(address, "http://relative.invalid/");
  } catch {
    return null;
  }
  return parsed.protocol === "http:" || parsed.protocol === "https:" ? address : null;
}

const isOutside = (address: string) => /^[a-z][a-z0-9+.-]*:|^[\\/]{2}/i.test(address.trim());

function SafeLink({ href, children }: ComponentProps<"a">) {
  if (!href) return <>{children}</>;
  return (
    <a href={href} rel="noopener noreferrer" target={isOutside(href) ? "_blank" : undefined}>
      {children}
    </a>
  );
}

/** The words of a heading, for the contents. */
const wordsOf = (node: ReactNode): string => {
  if (typeof node === "string" || typeof node === "number") return String(node);
  if (Array.isArray(node)) return node.map(wordsOf).join("");
  const inner = typeof node === "object" && node !== null && "props" in node ? node.props : null;
  return wordsOf((inner as { children?: ReactNode } | null)?.children);
};

function Heading({ level, children }: { level: 2 | 3; children?: ReactNode }) {
  const id = useId();
  useEntry(id, wordsOf(children), level);
  const Tag = `h${level}` as const;
  return (
    <Tag id={id} tabIndex={-1}>
      {children}
    </Tag>
  );
}

const COMPONENTS: Components = {
  h1: ({ children }) => <Heading level={2}>{children}</Heading>,
  h2: ({ children }) => <Heading level={3}>{children}</Heading>,
  h3: ({ children }) => <h4>{children}</h4>,
  h4: ({ children }) => <h4>{children}</h4>,
  h5: ({ children }) => <h4>{children}</h4>,
  h6: ({ children }) => <h4>{children}</h4>,
  a: SafeLink,
  // Nothing is fetched for a text: a picture is what it says of itself.
  img: ({ alt }) => <span className="prose-picture">{alt}</span>,
  pre: ({ children }) => (
    <pre className="code-block mono" tabIndex={0} role="region">
      {children}
    </pre>
  ),
};

/** A text in Markdown. HTML in it is text; its headings stand below the title of the page and in its contents. */
export default function Markdown({ text }: { text: string }) {
  return (
    <ReactMarkdown components={COMPONENTS} urlTransform={safeAddress}>
      {text}
    </ReactMarkdown>
  );
}
