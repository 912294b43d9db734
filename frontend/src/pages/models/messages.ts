import models from "../../i18n/en/models.json";
import { addMessages } from "../../ui/i18n";

addMessages(models);
