import { useRef, type ReactNode } from "react";
import { useLayout } from "../../state/layout";
import { useBreadth } from "../../state/media";
import { navigate, usePath, workbenchHref } from "../../state/url";
import { IconButton } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Logo } from "../../ui/icons";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from "../../ui/Menu";
import { Link } from "./Link";
import { ThemeChoices, ThemeMenu } from "./ThemeMenu";
import "./TopBar.css";

const PAGES = [
  { path: "/", label: "app.nav.workbench" },
  { path: "/gallery", label: "app.nav.gallery" },
  { path: "/models", label: "app.nav.models" },
  { path: "/docs", label: "app.nav.docs" },
] as const;

const hrefOf = (path: string) => (path === "/" ? workbenchHref() : path);
const isHere = (path: string, here: string) => here === path || (path !== "/" && here.startsWith(`${path}/`));

interface TopBarProps {
  /** What is open: a name, or a field to change it in. */
  title?: ReactNode;
  /** What the page offers, in this order: the chips of the models, Single or A|B, Share. */
  children?: ReactNode;
}

/** Mark, pages, what is open, and at the right what the page offers, theme and help. The same on every page. */
export function TopBar({ title, children }: TopBarProps) {
  const breadth = useBreadth();
  const wide = breadth === "full" || breadth === "overlay";
  return (
    <header className="top-bar">
      <Link className="top-mark" href={workbenchHref()} aria-label={t("app.name")}>
        <Logo />
        <span className="top-name">{t("app.name")}</span>
      </Link>
      {wide && <Pages />}
      {title && wide && <span className="top-rule" />}
      <div className="top-title">{title}</div>
      {children}
      {wide ? <Aids /> : <PagesMenu />}
    </header>
  );
}

function Pages() {
  const here = usePath();
  return (
    <>
      <span className="top-rule" />
      <nav className="row g4 top-pages" aria-label={t("app.nav.label")}>
        {PAGES.map(({ path, label }) => (
          <Link
            key={path}
            className="btn quiet"
            href={hrefOf(path)}
            aria-current={isHere(path, here) ? "page" : undefined}
          >
            {t(label)}
          </Link>
        ))}
      </nav>
    </>
  );
}

function Aids() {
  const setDialog = useLayout((layout) => layout.setDialog);
  return (
    <div className="row g2">
      <ThemeMenu />
      <IconButton icon="help" size="m" label={t("app.help.title")} shortcut="?" onClick={() => setDialog("help")} />
    </div>
  );
}

/** Pages, theme and help in one menu, where there is no room for them side by side. */
function PagesMenu() {
  const here = usePath();
  const setDialog = useLayout((layout) => layout.setDialog);
  const button = useRef<HTMLButtonElement>(null);
  const openHelp = () => {
    // A dialog gives the focus back to what has it when it opens; the item of the menu is gone by then.
    button.current?.focus();
    setDialog("help");
  };
  return (
    <Menu trigger={<IconButton ref={button} icon="more" size="m" label={t("app.nav.menu")} />}>
      <MenuLabel>{t("app.nav.label")}</MenuLabel>
      {PAGES.map(({ path, label }) => (
        <MenuChoice key={path} checked={isHere(path, here)} onSelect={() => navigate(hrefOf(path))}>
          {t(label)}
        </MenuChoice>
      ))}
      <MenuSeparator />
      <MenuLabel>{t("app.theme.label")}</MenuLabel>
      <ThemeChoices />
      <MenuSeparator />
      <MenuItem icon="help" onSelect={() => requestAnimationFrame(openHelp)}>
        {t("app.help.title")}
      </MenuItem>
    </Menu>
  );
}
