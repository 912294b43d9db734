import { t } from "./i18n";
import { toast } from "./Toast";

/** Put text on the clipboard and say so. */
export async function copyText(text: string, said = t("app.copied")): Promise<void> {
  const copied = await (navigator.clipboard
    ? navigator.clipboard.writeText(text).then(
        () => true,
        () => copyByHand(text),
      )
    : copyByHand(text));
  toast(copied ? { text: said, tone: "ok", duration: 2500 } : { text: t("app.copyFailed"), tone: "fail" });
}

/** Pages that are not served securely have no clipboard of their own. */
function copyByHand(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "sr-only";
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  return copied;
}
