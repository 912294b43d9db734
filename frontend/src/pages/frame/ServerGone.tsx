import { retryNow, useConnection } from "../../state/connection";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";
import "./ServerGone.css";

/** Below the top bar while the server does not answer. */
export function ServerGone() {
  const retryIn = useConnection((connection) => connection.retryIn);
  if (retryIn === null) return null;
  return (
    <div className="server-gone" role="status">
      <Icon name="alert" />
      <span className="grow">
        {t("app.server.gone")} <span aria-hidden="true">{t("app.server.retry", { seconds: retryIn })}</span>
      </span>
      <Button size="s" onClick={() => void retryNow()}>
        {t("app.server.now")}
      </Button>
    </div>
  );
}
