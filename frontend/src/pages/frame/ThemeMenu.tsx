import { setTheme, useTheme, useThemeChoice, type ThemeChoice } from "../../state/theme";
import { IconButton } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Menu, MenuChoice } from "../../ui/Menu";

const CHOICES: readonly ThemeChoice[] = ["system", "light", "dark"];

export function ThemeMenu() {
  const theme = useTheme();
  const choice = useThemeChoice();
  return (
    <Menu trigger={<IconButton icon={theme === "dark" ? "sun" : "moon"} size="m" label={t("app.theme.label")} />}>
      {CHOICES.map((option) => (
        <MenuChoice key={option} checked={option === choice} onSelect={() => setTheme(option)}>
          {t(`app.theme.${option}`)}
        </MenuChoice>
      ))}
    </Menu>
  );
}
