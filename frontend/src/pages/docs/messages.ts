import docs from "../../i18n/en/docs.json";
import { addMessages } from "../../ui/i18n";

addMessages(docs);
