import card from "../../i18n/en/card.json";
import { addMessages } from "../../ui/i18n";

addMessages(card);
