import { addMessages } from "../ui/i18n";
import textFile from "../i18n/en/textFile.json";

addMessages(textFile);
