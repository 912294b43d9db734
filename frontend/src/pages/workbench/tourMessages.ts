import tour from "../../i18n/en/tour.json";
import { addMessages } from "../../ui/i18n";

addMessages(tour);
