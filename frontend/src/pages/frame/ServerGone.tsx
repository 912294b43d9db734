import { useState } from "react";
import { retryNow, useConnection } from "../../state/connection";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";
import "./ServerGone.css";

/** Below the top bar while the server does not answer. */
export function ServerGone() {
  const retryIn = useConnection((connection) => connection.retryIn);
  const [asking, setAsking] = useState(false);
  if (retryIn === null) return null;
  const ask = () => {
    if (asking) return;
    setAsking(true);
    void retryNow().finally(() => setAsking(false));
  };
  return (
    <div className="server-gone" role="status">
      <Icon name="alert" />
      <span className="grow">
        {t("app.server.gone")} {/* Read once, not every second. */}
        <span aria-hidden="true">{t("app.server.retry", { seconds: asking ? 0 : retryIn })}</span>
      </span>
      {/* Not disabled while asking, so that it keeps the focus. */}
      <Button size="s" aria-disabled={asking} onClick={ask}>
        {t("app.server.now")}
      </Button>
    </div>
  );
}
