import "../entities/messages";
import { workbenchHref } from "../../state/url";
import { useWorkspace } from "../../state/workspace";
import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";
import { hrefOf, type Part } from "../entities/place";
import { Link } from "../frame/Link";

interface PartLinkProps {
  part: Part;
  layer: number;
  /** The head or the neuron of the layer. */
  index: number;
}

/** From a selected head or neuron to its page; the state of the workbench goes along, so that one can come back to it. */
export default function PartLink({ part, layer, index }: PartLinkProps) {
  const model = useWorkspace((workspace) => workspace.model);
  return (
    <li>
      <Link className="inspector-action" href={hrefOf(part, { model, layer, index }, workbenchHref().slice(1))}>
        <Icon name="grid" />
        <span className="grow">{t(part === "heads" ? "entity.head.page" : "entity.neuron.page")}</span>
      </Link>
    </li>
  );
}
