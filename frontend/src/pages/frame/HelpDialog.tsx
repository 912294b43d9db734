import { lazy, Suspense } from "react";
import { useLayout } from "../../state/layout";
import { Dialog } from "../../ui/Dialog";
import { t } from "../../ui/i18n";
import { Skeleton } from "../../ui/Skeleton";

const Help = lazy(() => import("./Help"));

/** Keys, first steps, words, documentation. */
export function HelpDialog() {
  const open = useLayout((layout) => layout.dialog === "help");
  const setDialog = useLayout((layout) => layout.setDialog);
  const close = () => setDialog(null);
  return (
    <Dialog open={open} onClose={close} title={t("app.help.title")} wide>
      <Suspense fallback={<Skeleton rows={6} />}>
        <Help onClose={close} />
      </Suspense>
    </Dialog>
  );
}
