import { t } from "../../ui/i18n";
import { Skeleton } from "../../ui/Skeleton";

const CARDS = 9;

/** The outlines of the findings until they are there. */
export function Waiting() {
  return (
    <>
      <p className="sr-only" role="status">
        {t("app.gallery.loading")}
      </p>
      <div className="findings" aria-hidden="true">
        {Array.from({ length: CARDS }, (_, index) => (
          <div key={index} className="finding">
            <div className="finding-picture">
              <Skeleton rows={5} columns={12} height={24} />
            </div>
            <Skeleton rows={3} columns={1} height={16} />
          </div>
        ))}
      </div>
    </>
  );
}
