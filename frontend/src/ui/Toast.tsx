import { useEffect, useState, useSyncExternalStore } from "react";
import { Button, IconButton } from "./Button";
import { t } from "./i18n";
import { Icon } from "./icons";
import "./Toast.css";

interface ToastOptions {
  text: string;
  tone?: "info" | "ok" | "fail";
  action?: { label: string; run: () => void };
  /** Milliseconds until it goes; 8 s by default, `Infinity` to stay. */
  duration?: number;
}

interface Shown extends ToastOptions {
  id: number;
}

let shown: readonly Shown[] = [];
let next = 1;
const listeners = new Set<() => void>();

function replace(toasts: readonly Shown[]) {
  shown = toasts;
  listeners.forEach((listener) => listener());
}

export function dismissToast(id: number): void {
  replace(shown.filter((toast) => toast.id !== id));
}

/** Says what was done, and offers to undo it. Returns an id for `dismissToast`. */
export function toast(options: ToastOptions): number {
  const id = next++;
  replace([...shown.slice(-2), { ...options, id }]);
  return id;
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The place where toasts appear: once, in the frame of the application. */
export function Toaster() {
  const toasts = useSyncExternalStore(subscribe, () => shown);
  return (
    <div className="toasts" role="region" aria-label={t("ui.toasts")} aria-live="polite">
      {toasts.map((item) => (
        <ToastCard key={item.id} item={item} />
      ))}
    </div>
  );
}

function ToastCard({ item }: { item: Shown }) {
  const [held, setHeld] = useState(false);
  const { id, duration = 8000 } = item;
  useEffect(() => {
    if (held || !Number.isFinite(duration)) return undefined;
    const timer = setTimeout(() => dismissToast(id), duration);
    return () => clearTimeout(timer);
  }, [held, id, duration]);
  const tone = item.tone ?? "info";
  return (
    <div
      className={`toast ${tone}`}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {tone !== "info" && <Icon name={tone === "ok" ? "check" : "alert"} />}
      <span className="grow">{item.text}</span>
      {item.action && (
        <Button
          size="s"
          onClick={() => {
            item.action?.run();
            dismissToast(id);
          }}
        >
          {item.action.label}
        </Button>
      )}
      <IconButton icon="close" label={t("ui.close")} onClick={() => dismissToast(id)} />
    </div>
  );
}
