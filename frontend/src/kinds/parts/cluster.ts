/** An order in which what is alike stands together: average linkage, the leaves of its tree from left to right. */

/** Larger matrices keep their own order: the tree takes time with the cube of the size. */
export const MOST_CLUSTERED = 256;

interface Cluster {
  members: number[];
}

/** Orders the entries of a square matrix of likenesses; undefined ones count as unlike. Always the same for the same matrix. */
export function clusterOrder(likeness: (row: number, column: number) => number, size: number): number[] {
  const between = (one: number, two: number) => {
    const both = (likeness(one, two) + likeness(two, one)) / 2;
    return Number.isNaN(both) ? -Infinity : both;
  };
  const alike = Array.from({ length: size }, (_r, one) =>
    Float64Array.from({ length: size }, (_c, two) => between(one, two)),
  );
  const clusters: (Cluster | null)[] = Array.from({ length: size }, (_, i) => ({ members: [i] }));
  for (let left = size; left > 1; left--) {
    const [one, two] = closest(alike, clusters);
    merge(alike, clusters, one, two);
  }
  return clusters.find((cluster) => cluster)?.members ?? [];
}

/** The two clusters that are most alike; the first such pair. */
function closest(alike: readonly Float64Array[], clusters: readonly (Cluster | null)[]): [number, number] {
  const present = [...clusters.keys()].filter((i) => clusters[i]);
  let best: [number, number] = [present[0], present[1]];
  let most = -Infinity;
  present.forEach((one, at) => {
    for (const two of present.slice(at + 1)) if (alike[one][two] > most) [best, most] = [[one, two], alike[one][two]];
  });
  return best;
}

/** Puts the second cluster after the first one, and averages how alike they are to the others. */
function merge(alike: Float64Array[], clusters: (Cluster | null)[], one: number, two: number): void {
  const [a, b] = [clusters[one]?.members ?? [], clusters[two]?.members ?? []];
  clusters[one] = { members: [...a, ...b] };
  clusters[two] = null;
  clusters.forEach((cluster, other) => {
    if (!cluster || other === one) return;
    const mean = (a.length * alike[one][other] + b.length * alike[two][other]) / (a.length + b.length);
    alike[one][other] = mean;
    alike[other][one] = mean;
  });
}
