import help from "../../i18n/en/help.json";
import { addMessages } from "../../ui/i18n";

addMessages(help);
