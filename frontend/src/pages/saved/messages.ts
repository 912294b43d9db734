import saved from "../../i18n/en/saved.json";
import { addMessages } from "../../ui/i18n";

addMessages(saved);
