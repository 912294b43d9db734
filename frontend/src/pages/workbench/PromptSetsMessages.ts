import promptSets from "../../i18n/en/promptSets.json";
import { addMessages } from "../../ui/i18n";

addMessages(promptSets);
