import entities from "../../i18n/en/entities.json";
import { addMessages } from "../../ui/i18n";

addMessages(entities);
