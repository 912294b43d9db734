import "../entities/messages";
import { workbenchHref } from "../../state/url";
import { useWorkspace } from "../../state/workspace";
import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";
import { hrefOf } from "../entities/place";
import { Link } from "../frame/Link";

/** From a selected head to its page; the state of the workbench goes along, so that one can come back to it. */
export default function HeadLink({ layer, head }: { layer: number; head: number }) {
  const model = useWorkspace((workspace) => workspace.model);
  const place = { model, layer, index: head };
  return (
    <li>
      <Link className="inspector-action" href={hrefOf("heads", place, workbenchHref().slice(1))}>
        <Icon name="grid" />
        <span className="grow">{t("entity.head.page")}</span>
      </Link>
    </li>
  );
}
