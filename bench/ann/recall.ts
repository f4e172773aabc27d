// How much of the truth was found. One function for all libraries: they only hand over rows.

/** The row number that means "no row", in answers and in truth. */
export const noRow = 0xffffffff;

/** Rows of `found` that are in the truth, and how many the truth holds; k of each a query, `at(i)` the truth's query. */
export function countFound(
  found: Uint32Array,
  truth: Uint32Array,
  k: number,
  at: (query: number) => number = (query) => query,
): { found: number; wanted: number } {
  let hits = 0;
  let wanted = 0;
  for (let query = 0; query * k < found.length; query++) {
    const first = at(query) * k;
    const right = new Set(truth.subarray(first, first + k));
    right.delete(noRow);
    wanted += right.size;
    // A row that is given twice counts once.
    for (const row of new Set(found.subarray(query * k, (query + 1) * k))) if (right.has(row)) hits++;
  }
  return { found: hits, wanted };
}

/** One point of a curve. */
export interface Measured {
  readonly ef: number;
  readonly recall: number;
  readonly qps: number;
}

export interface Reached {
  readonly qps: number;
  /** False where the smallest width already gives more recall than was asked for. */
  readonly exact: boolean;
}

/**
 * Queries a second at a recall: between the first point that reaches it and the one before, linear in the logarithm of the
 * speed, or a later point's where that one happens to be faster: it has the recall too. Points ascend in ef. Undefined where
 * no point reaches it.
 */
export function qpsAt(points: readonly Measured[], recall: number): Reached | undefined {
  const above = points.findIndex((point) => point.recall >= recall);
  const high = points[above];
  if (high === undefined) return undefined;
  const fastest = Math.max(...points.slice(above).map(({ qps }) => qps));
  const low = points[above - 1];
  if (low === undefined) return { qps: fastest, exact: false };
  const part = (recall - low.recall) / (high.recall - low.recall);
  const between = Math.exp(Math.log(low.qps) * (1 - part) + Math.log(high.qps) * part);
  return { qps: Math.max(between, fastest), exact: true };
}

/** Middle of the values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
