import { Skeleton } from "../ui/Skeleton";
import { useExtent, type Extent } from "./extent";

interface Outline {
  rows: number;
  columns: number;
  height: number;
}

const between = (least: number, x: number, most: number) => Math.max(least, Math.min(most, x));

/** The outline of the figure a kind will draw of so many layers, heads and tokens. Never more than a screen holds. */
export function outlineOf(kind: string, { layers, heads, tokens }: Extent): Outline {
  const columns = between(2, tokens, 32);
  switch (kind) {
    case "token_grid":
      return { rows: between(2, layers + 1, 33), columns, height: layers > 16 ? 14 : 26 };
    case "patch_grid":
      return { rows: between(2, layers, 32), columns, height: layers > 16 ? 14 : 20 };
    case "head_grid":
      return { rows: between(2, layers, 32), columns: between(2, heads, 32), height: layers > 12 ? 14 : 23 };
    case "head_matrices":
      return { rows: between(2, layers, 8), columns: between(2, heads, 16), height: 36 };
    case "token_scores":
      return { rows: 2, columns: between(4, Math.ceil(tokens / 2), 10), height: 24 };
    case "feature_list":
    case "table":
      return { rows: 8, columns: 1, height: 26 };
    case "text_pair":
      return { rows: 5, columns: 2, height: 26 };
    case "similarity":
      return { rows: between(2, layers, 24), columns: between(2, layers, 24), height: 12 };
    default:
      return { rows: 1, columns: 1, height: 200 };
  }
}

interface KindSkeletonProps {
  kind: string;
  /** What the figure will be about, where that is not the page's own model and prompt. */
  extent?: Extent;
}

/** What stands where a figure is about to. */
export function KindSkeleton({ kind, extent }: KindSkeletonProps) {
  const own = useExtent();
  return <Skeleton {...outlineOf(kind, extent ?? own)} />;
}
