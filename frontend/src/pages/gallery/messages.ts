import gallery from "../../i18n/en/gallery.json";
import { addMessages } from "../../ui/i18n";

addMessages(gallery);
