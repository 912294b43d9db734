/** What this browser remembers: how a person likes the page, and what was run. Never results. */

const PREFIX = "stratascope.";

export function recall<T>(key: string, initial: T): T {
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? initial : (JSON.parse(text) as T);
  } catch {
    return initial;
  }
}

export function remember(key: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // A browser that stores nothing still works.
  }
}
