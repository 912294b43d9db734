/** The prompt of the analysis that the page was opened from, and the ways back into it. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { examplesQuery } from "../../api/queries";
import type { JsonValue } from "../../api/types";
import type { Cell } from "../../kinds/types";
import { encodeAddress, type Address } from "../../state/address";
import { useModels } from "../../state/catalogue";
import { isEmptyPrompt, type Prompt } from "../../state/prompt";
import { applyAddress } from "../../state/snapshot";
import { addressed, fetchAddress, navigate, usePath, workbenchHref } from "../../state/url";
import { NO_QUESTION, useWorkspace } from "../../state/workspace";

/** The state of the workbench that the address of this page carries; undefined until a short one is known. */
function useCarried(): Address | null | undefined {
  const [now] = useState(addressed);
  const { data } = useQuery({
    queryKey: ["carried", workbenchHref()],
    queryFn: () => fetchAddress().then(addressed, () => null),
    enabled: now === null,
    gcTime: 0,
  });
  return now ?? data;
}

export interface Origin {
  /** Null when the reader has to say one; undefined until it is known. */
  prompt: Prompt | null | undefined;
  /** The answer asked about, and what it is held against; nothing where nobody asked. */
  question: { target?: string[]; distractor?: string[] };
  /** Whether it is an example that nobody asked for. */
  example: boolean;
  /** The position that is selected there. */
  position: number | null;
  /** Whether the page was opened from an analysis. */
  returns: boolean;
  /** What links to other pages of this kind carry on. */
  fragment: string;
  back: () => void;
  /** Open the workbench with a method's panel in front and something selected. */
  open: (method: string, pin: Cell, params?: Record<string, JsonValue>) => void;
  ask: (prompt: string) => void;
}

const blank = (model: string, prompt: Prompt): Address => ({
  ...{
    model,
    prompt,
    second: null,
    side: "a",
    align: "position",
    firstToken: "shown",
    pin: null,
    also: [],
    range: null,
  },
  ...{ question: NO_QUESTION, panels: [], view: "", rest: [] },
});

/** Target and distractor, as far as they are said. */
function questionOf({ target, distractor }: { target: string | string[]; distractor: string | string[] }) {
  const named = Object.entries({ target, distractor }).map(([name, texts]) => [name, [texts].flat().filter(Boolean)]);
  return Object.fromEntries(named.filter(([, texts]) => texts.length > 0)) as Origin["question"];
}

export function useOrigin(model: string): Origin {
  const carried = useCarried();
  const path = usePath();
  const [asked, setAsked] = useState<string | null>(null);
  const bundled = useModels()?.find(({ id }) => id === model)?.source === "bundled";
  const examples = useQuery(examplesQuery).data;
  const models = useModels();
  const own = asked ?? (carried && !isEmptyPrompt(carried.prompt) ? carried.prompt : null);
  const first = bundled ? examples?.[0] : undefined;
  const waiting = carried === undefined || (own === null && (!models || (bundled && !examples)));
  const prompt = own ?? (waiting ? undefined : (first?.prompt ?? null));
  const returns = carried != null && asked === null && own !== null;
  const address = { ...(carried && asked === null ? carried : blank(model, prompt ?? "")), view: "" };
  const said = own === null ? first : returns && carried?.model === model ? carried.question : undefined;
  const state = own === null ? "" : `#${encodeAddress(address)}`;
  return {
    prompt,
    question: said ? questionOf(said) : {},
    example: own === null,
    position: (returns && carried?.pin?.position) || null,
    returns,
    fragment: state,
    back: () => navigate(useWorkspace.getState().model ? workbenchHref() : `/${state}`),
    open: (method, pin, params = {}) => {
      const others = address.panels.filter((panel) => panel.method !== method);
      const { position } = address.pin ?? {};
      const next = { ...address, model, pin: { position, ...pin }, panels: [{ method, params }, ...others] };
      if (useWorkspace.getState().model) applyAddress(next);
      navigate(`/#${encodeAddress(next)}`);
    },
    ask: (text) => {
      setAsked(text);
      navigate(`${path}#${encodeAddress(blank(model, text))}`);
    },
  };
}
