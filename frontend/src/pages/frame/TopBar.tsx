import type { ReactNode } from "react";
import { IconButton } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Logo } from "../../ui/icons";
import { useLayout } from "../../state/layout";
import { usePath, workbenchHref } from "../../state/url";
import { Link } from "./Link";
import { ThemeMenu } from "./ThemeMenu";
import "./TopBar.css";

const PAGES = [
  { href: "/", label: "app.nav.workbench" },
  { href: "/models", label: "app.nav.models" },
  { href: "/docs", label: "app.nav.docs" },
] as const;

/** Mark, pages, what is open, and at the right what the page offers. The same on every page. */
export function TopBar({ title, children }: { title?: ReactNode; children?: ReactNode }) {
  const path = usePath();
  const setDialog = useLayout((layout) => layout.setDialog);
  const here = (href: string) => (href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`));
  return (
    <header className="top-bar">
      <Link className="top-mark" href={workbenchHref()} aria-label={t("app.name")}>
        <Logo />
        <span className="top-name">{t("app.name")}</span>
      </Link>
      <span className="top-rule" />
      <nav className="row g4 top-pages" aria-label={t("app.nav.label")}>
        {PAGES.map(({ href, label }) => (
          <Link
            key={href}
            className="btn quiet"
            href={href === "/" ? workbenchHref() : href}
            aria-current={here(href) ? "page" : undefined}
          >
            {t(label)}
          </Link>
        ))}
      </nav>
      {title && <span className="top-rule top-title-rule" />}
      <div className="top-title">{title}</div>
      {children}
      <div className="row g2">
        <ThemeMenu />
        <IconButton
          className="top-help"
          icon="help"
          size="m"
          label={t("app.help.title")}
          shortcut="?"
          onClick={() => setDialog("help")}
        />
      </div>
    </header>
  );
}
