import figures from "../i18n/en/figures.json";
import { addMessages } from "../ui/i18n";

addMessages(figures);
