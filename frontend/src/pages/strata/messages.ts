import strata from "../../i18n/en/strata.json";
import { addMessages } from "../../ui/i18n";

addMessages(strata);
