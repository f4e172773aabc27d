// Several products asked as one: each is searched for by itself, and what they find is merged by the sum of exp(score), of
// which the logarithm is the score, so that it compares with that of one product. (The mean of the vectors would
// ask for what lies between the products.)

import type { Candidates } from './retrieve.ts';

/** Of each product so many are looked at at least; a candidate that several like stands high with none of them. */
const leastDepth = 32;

/** How many candidates each of `products` brings to a look at `k`: together about twice as many. */
export function depthOf(k: number, products: number): number {
  return Math.min(k, Math.max(leastDepth, Math.ceil((2 * k) / products)));
}

/** How many each brings where the best `k` of all must be among them, whatever the others say. */
export function wholeDepthOf(k: number, products: number): number {
  return Math.max(leastDepth, k) + products - 1;
}

/** log(exp(a) + exp(b) + …), without overflow. */
export function logSumExp(scores: Float32Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < scores.length; i++) most = Math.max(most, scores[i] as number);
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += Math.exp((scores[i] as number) - most);
  return most + Math.log(sum);
}

export interface Merging {
  /** What each product found, best first. */
  readonly runs: readonly Candidates[];
  /** Of each run, no more than its first so many are taken. */
  readonly depth: number;
  /** At most so many are returned. */
  readonly most: number;
  /** The products' own rows. */
  readonly own: readonly number[];
  /** The score that product `i` gives a row which its run does not hold. */
  readonly score: (i: number, row: number) => number;
}

/** What several products found as one run: each row once, with all of their scores in its own. Best first, then by row. */
export function merge({
  runs,
  depth,
  most,
  own,
  score,
}: Merging): Pick<Candidates, 'rows' | 'scores' | 'count'> {
  const places = new Map<number, number>();
  for (const { rows, start, count } of runs)
    for (let i = start; i < start + Math.min(count, depth); i++) {
      const row = rows[i] as number;
      if (!places.has(row) && !own.includes(row)) places.set(row, places.size);
    }
  const width = runs.length;
  const parts = new Float32Array(places.size * width).fill(Number.NaN);
  runs.forEach(({ rows, scores, start, count }, product) => {
    for (let i = start; i < start + count; i++) {
      const place = places.get(rows[i] as number);
      if (place !== undefined) parts[place * width + product] = scores[i] as number;
    }
  });
  const merged = new Float32Array(places.size);
  for (const [row, place] of places) {
    const from = place * width;
    for (let i = 0; i < width; i++) if (Number.isNaN(parts[from + i])) parts[from + i] = score(i, row);
    merged[place] = logSumExp(parts.subarray(from, from + width));
  }
  const best = [...places].sort(([a, x], [b, y]) => (merged[y] as number) - (merged[x] as number) || a - b);
  const count = Math.min(most, best.length);
  const rows = new Uint32Array(count);
  const scores = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const [row, place] = best[i] as [number, number];
    rows[i] = row;
    scores[i] = merged[place] as number;
  }
  return { rows, scores, count };
}
