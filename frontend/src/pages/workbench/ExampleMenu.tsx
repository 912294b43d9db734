import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { examplesQuery } from "../../api/queries";
import { openExample } from "../../state/start";
import { useWorkspace } from "../../state/workspace";
import { Button } from "../../ui/Button";
import { t } from "../../ui/i18n";
import { Icon } from "../../ui/icons";
import { Menu, MenuChoice, MenuItem } from "../../ui/Menu";

const PromptSets = lazy(() => import("./PromptSets"));

/** Prompts whose answers are known. */
export function ExampleMenu() {
  const { data: examples = [] } = useQuery(examplesQuery);
  const prompt = useWorkspace((workspace) => workspace.prompt);
  const [sets, setSets] = useState(false);
  if (examples.length === 0) return null;
  return (
    <>
      <Menu
        trigger={
          <Button className="prompt-examples" variant="quiet">
            {t("app.prompt.examples")}
            <Icon name="chevronDown" size={12} />
          </Button>
        }
      >
        {examples.map((example) => (
          <MenuChoice key={example.id} checked={example.prompt === prompt} onSelect={() => void openExample(example)}>
            {example.title}
          </MenuChoice>
        ))}
        <MenuItem onSelect={() => setSets(true)}>{t("app.prompt.sets")}</MenuItem>
      </Menu>
      <Suspense>{sets && <PromptSets onClose={() => setSets(false)} />}</Suspense>
    </>
  );
}

const OFFERED = 6;

/** Under an empty prompt: examples to begin with. */
export function ExampleChips() {
  const { data: examples = [] } = useQuery(examplesQuery);
  return (
    <div className="row wrap g6 prompt-chips">
      <span className="sm ink-2">{t("app.prompt.try")}</span>
      {examples.slice(0, OFFERED).map((example) => (
        <Button key={example.id} size="s" title={example.prompt} onClick={() => void openExample(example)}>
          {example.title}
        </Button>
      ))}
    </div>
  );
}
