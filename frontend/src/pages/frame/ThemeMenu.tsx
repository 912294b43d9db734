import type { Unit } from "../../kinds/units";
import { setTheme, useTheme, useThemeChoice, type ThemeChoice } from "../../state/theme";
import { useUnits } from "../../state/units";
import { IconButton } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Menu, MenuChoice, MenuSeparator } from "../../ui/Menu";

const UNITS: readonly Unit[] = ["nats", "bits"];
const CHOICES: readonly ThemeChoice[] = ["system", "light", "dark"];

export function ThemeMenu() {
  const theme = useTheme();
  return (
    <Menu trigger={<IconButton icon={theme === "dark" ? "sun" : "moon"} size="m" label={t("app.theme.label")} />}>
      <ThemeChoices />
    </Menu>
  );
}

/** Light, dark or as the system, and the unit of entropy: items of a menu. */
export function ThemeChoices() {
  const choice = useThemeChoice();
  const { unit, setUnit } = useUnits();
  return (
    <>
      {CHOICES.map((option) => (
        <MenuChoice key={option} checked={option === choice} onSelect={() => setTheme(option)}>
          {t(`app.theme.${option}`)}
        </MenuChoice>
      ))}
      <MenuSeparator />
      {UNITS.map((option) => (
        <MenuChoice key={option} checked={option === unit} onSelect={() => setUnit(option)}>
          {t(`app.unit.${option}`)}
        </MenuChoice>
      ))}
    </>
  );
}
