import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { inspectQuery, type Inspection, type Precision } from "../../api/models";
import type { Model } from "../../api/types";
import { sourceOf } from "./source";

const PAUSE = 300;

/** `value` once it has not changed for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** Whether it may become the id of a listed model by typing on. */
const begins = (text: string, models: readonly Model[]): boolean =>
  models.some(({ id }) => id.includes(text)) && models.every(({ id }) => id !== text);

interface Found {
  found: Inspection | null;
  fault: Error | null;
}

const NOTHING: Found = { found: null, fault: null };

/** What the server finds at what was typed, or why it could not be loaded; nothing while a person is typing. */
export function useInspection(typed: string, precision: Precision, models: readonly Model[]): Found {
  const text = typed.trim();
  const settled = useSettled(text);
  const { data, error } = useQuery(inspectQuery({ ...sourceOf(settled, ""), precision }));
  if (settled !== text || text === "") return NOTHING;
  return { found: data ?? null, fault: begins(text, models) ? null : error };
}
