// EASE (Steck 2019): the linear model of a basket by its other products with the least squared error, in closed form. With G the counts
// of pairs and P the inverse of G + lambda I, product i gives product j -P_ij / P_jj. It is here to be
// compared with, and not to be served: it takes memory by the square of the catalogue and time by its cube.

import { noRow } from '../../native/index.ts';
import type { Baskets } from '../../tables/dataset.ts';
import { inverse, padded, type Tell } from './inverse.ts';
import type { Method } from './methods.ts';

export interface EaseOptions {
  /** Weight of the squares of the model's own numbers. */
  readonly lambda: number;
  /** Length of a list. */
  readonly depth: number;
  readonly tell?: Tell;
}

/** Where each product row stands among the candidates; `noRow` for the others. */
function placesOf(candidates: Uint32Array, products: number): Uint32Array {
  const place = new Uint32Array(products).fill(noRow);
  candidates.forEach((row, at) => {
    place[row] = at;
  });
  return place;
}

/** Baskets that hold both, for each pair of candidates: the lower half, by rows of `n`. */
function pairCounts(train: Baskets, place: Uint32Array, n: number): Float64Array {
  const counts = new Float64Array(n * n);
  for (let b = 0; b < train.baskets; b++) {
    const own = train.items
      .subarray(train.offsets[b], train.offsets[b + 1])
      .map((row) => place[row] as number)
      .filter((at) => at !== noRow)
      .sort();
    for (let i = 0; i < own.length; i++) {
      const from = (own[i] as number) * n;
      for (let j = 0; j <= i; j++) {
        const at = from + (own[j] as number);
        counts[at] = (counts[at] as number) + 1;
      }
    }
  }
  return counts;
}

/**
 * Learns from all of each training basket. Carts are scored whole: what each product gives is added up. `tell` is called between blocks of
 * columns, and may throw to stop.
 */
export async function easeMethod(
  train: Baskets,
  candidates: Uint32Array,
  products: number,
  { lambda, depth, tell }: EaseOptions,
): Promise<Method> {
  const place = placesOf(candidates, products);
  const n = padded(candidates.length);
  const counts = pairCounts(train, place, n);
  for (let at = 0; at < n; at++) counts[at * n + at] = (counts[at * n + at] as number) + lambda;
  const weights = await inverse(counts, n, tell);
  scale(weights, n);
  const k = Math.min(depth, candidates.length);
  const scores = new Float64Array(candidates.length);
  const best = (items: Uint32Array, most: number): Uint32Array => {
    scores.fill(0);
    for (const row of items) {
      const at = place[row] as number;
      if (at === noRow) continue;
      for (let j = 0; j < scores.length; j++)
        scores[j] = (scores[j] as number) + (weights[at * n + j] as number);
    }
    for (const row of items)
      if (place[row] !== noRow) scores[place[row] as number] = Number.NEGATIVE_INFINITY;
    return largest(scores, most);
  };
  return {
    name: 'ease',
    lists(items) {
      const rows = new Uint32Array(items.length * k);
      const counts = new Uint32Array(items.length);
      items.forEach((item, i) => {
        if (place[item] === noRow) return;
        const list = best(Uint32Array.of(item), k);
        counts[i] = list.length;
        rows.set(
          list.map((at) => candidates[at] as number),
          i * k,
        );
      });
      // No cart adds these up.
      const weights = new Float64Array(rows.length);
      return { rows, weights, start: (i) => i * k, end: (i) => i * k + (counts[i] ?? 0) };
    },
    carts: (carts, most) =>
      carts.map((cart) =>
        cart.some((row) => place[row] !== noRow)
          ? best(cart, most).map((at) => candidates[at] as number)
          : new Uint32Array(0),
      ),
  };
}

/** -P_ij / P_jj in row i, for all pairs, from the lower half of P; 0 on the diagonal. */
function scale(p: Float64Array, n: number): void {
  const diagonal = Float64Array.from({ length: n }, (_, i) => p[i * n + i] as number);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const both = p[i * n + j] as number;
      p[i * n + j] = -both / (diagonal[j] as number);
      p[j * n + i] = -both / (diagonal[i] as number);
    }
    p[i * n + i] = 0;
  }
}

/** The places of the `most` largest values, largest first, then by place; none that is minus infinity. */
export function largest(values: Float64Array, most: number): Uint32Array {
  const best = new Uint32Array(most);
  let count = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (value === Number.NEGATIVE_INFINITY) continue;
    if (count === most && value <= (values[best[count - 1] as number] as number)) continue;
    let to = count < most ? count++ : count - 1;
    for (; to > 0 && value > (values[best[to - 1] as number] as number); to--)
      best[to] = best[to - 1] as number;
    best[to] = at;
  }
  return best.subarray(0, count);
}
