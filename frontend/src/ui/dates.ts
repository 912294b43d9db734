/** Dates and times as people write them. */

/** Days before months, in English. */
const locale = "en-GB";

const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hour12: false });
const calendar = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const short = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });
const long = new Intl.DateTimeFormat(locale, { dateStyle: "long" });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
const DAY = 24 * 60 * 60 * 1000;

/** "08:02". */
export const clockTime = (at: number | Date): string => clock.format(at);

/** "20 November 2026". */
export const longDate = (at: number | Date): string => long.format(at);

/** "20 Nov 2026". */
export const calendarDate = (at: number | Date): string => short.format(at);

/** "today", "yesterday", "Friday 20 November". */
export function day(at: Date, now = new Date()): string {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const days = Math.round((midnight(at) - midnight(now)) / DAY);
  const text = days > -2 && days <= 0 ? relative.format(days, "day") : calendar.format(at);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
