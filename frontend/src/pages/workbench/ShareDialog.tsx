import { lazy, Suspense, useState } from "react";
import { useLayout } from "../../state/layout";

const Share = lazy(() => import("../saved/report/Share"));

/** The dialog that saves what is open, fetched when it is first asked for; then it stays, with what was written in it. */
export function ShareDialog() {
  const open = useLayout((layout) => layout.dialog === "share");
  const setDialog = useLayout((layout) => layout.setDialog);
  const [asked, setAsked] = useState(false);
  if (open && !asked) setAsked(true);
  if (!asked) return null;
  return (
    <Suspense fallback={null}>
      <Share open={open} onClose={() => setDialog(null)} />
    </Suspense>
  );
}
