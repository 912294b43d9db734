/** Strings of the interface: ICU messages in `src/i18n/en/`, looked up by a key the compiler knows. */
import { IntlMessageFormat } from "intl-messageformat";
import first, { type Messages } from "../i18n/en";

export type MessageKey = keyof Messages;
type Values = Record<string, string | number | boolean | Date | null | undefined>;

export const locale = "en";

const messages: Record<string, string> = { ...first };
const compiled = new Map<string, IntlMessageFormat>();

/** Add the messages of a part of the page that is loaded when it is opened. */
export function addMessages(more: Record<string, string>): void {
  Object.assign(messages, more);
}

/** Whether there is a message of that name, for names that are made up of parts. */
export const hasMessage = (key: string): key is MessageKey => key in messages;

/** The message `key` with its values filled in. Markup in messages is plain text: nothing here can become an element. */
export function t(key: MessageKey, values?: Values): string {
  const source = messages[key];
  if (source === undefined) return key;
  let message = compiled.get(key);
  if (!message) compiled.set(key, (message = new IntlMessageFormat(source, locale, undefined, { ignoreTag: true })));
  return String(message.format(values));
}
