// The evaluation written plainly: every score of every candidate, sorted. The twin of src/training/evaluate.

import type { Baskets } from '../../src/tables/dataset.ts';
import type { TestBaskets } from '../../src/training/evaluate/baskets.ts';

/** What product `i` gives product `j`: NaN where `j` is not in its list. */
export type Score = (i: number, j: number) => number;

export interface PlainModel {
  readonly dims: number;
  readonly in: Float32Array;
  readonly out: Float32Array;
}

const byScore =
  (score: (row: number) => number) =>
  (a: number, b: number): number =>
    score(b) - score(a) || a - b;

/** Ranked by score, then the rest of `candidates` (the most popular first), nothing of `leftOut`. */
function ranked(
  candidates: readonly number[],
  score: (row: number) => number,
  leftOut: readonly number[],
): number[] {
  const open = candidates.filter((row) => !leftOut.includes(row));
  const listed = open.filter((row) => !Number.isNaN(score(row))).sort(byScore(score));
  return [...listed, ...open.filter((row) => !listed.includes(row))];
}

/** NDCG at k of FBT, one mean a basket. */
export function plainFbt(
  test: TestBaskets,
  candidates: readonly number[],
  score: Score,
  k: number,
): number[] {
  return Array.from(test.heldOut, (_, b) => {
    const items = [...test.items.subarray(test.offsets[b], test.offsets[b + 1])];
    const each = items.map((seed) => {
      const list = ranked(candidates, (row) => score(seed, row), [seed]).slice(0, k);
      const gain = list.map((row, place) => (items.includes(row) ? 1 / Math.log2(place + 2) : 0));
      const best = items.slice(1, 1 + k).map((_, place) => 1 / Math.log2(place + 2));
      return sum(gain) / sum(best);
    });
    return sum(each) / each.length;
  });
}

/** Whether the held-out product is among the first k, for each basket: `weight` is what one list adds to a sum. */
export function plainLeaveOneOut(
  test: TestBaskets,
  candidates: readonly number[],
  weight: Score,
  k: number,
): number[] {
  return Array.from(test.heldOut, (held, b) => {
    const items = [...test.items.subarray(test.offsets[b], test.offsets[b + 1])];
    const cart = items.filter((_, i) => i !== held);
    const total = (row: number): number => {
      const parts = cart.map((seed) => weight(seed, row)).filter((part) => !Number.isNaN(part));
      return parts.length === 0 ? Number.NaN : sum(parts);
    };
    return ranked(candidates, total, cart)
      .slice(0, k)
      .includes(items[held] as number)
      ? 1
      : 0;
  });
}

/** The figures of one list, from their definitions. */
export function plainMetrics(list: readonly number[], relevant: readonly number[], k: number) {
  const first = list.slice(0, k);
  const hits = first.filter((row) => relevant.includes(row)).length;
  return { precision: hits / k, recall: hits / relevant.length, hitRate: Math.min(1, hits) };
}

/** FBT's lists of `k`, each with the product asked and what was to come, basket by basket. */
export function plainLists(test: TestBaskets, candidates: readonly number[], score: Score, k: number) {
  return Array.from(test.heldOut, (_, b) => {
    const items = [...test.items.subarray(test.offsets[b], test.offsets[b + 1])];
    return items.map((seed) => ({
      seed,
      list: ranked(candidates, (row) => score(seed, row), [seed]).slice(0, k),
      relevant: items.filter((row) => row !== seed),
    }));
  });
}

/** -P_ij / P_jj with P the inverse of the counts of pairs and `lambda` on their diagonal, by Gauss and Jordan. */
export function plainEase(train: Baskets, candidates: readonly number[], lambda: number): Score {
  const baskets = Array.from(
    { length: train.baskets },
    (_, b) => new Set(train.items.subarray(train.offsets[b], train.offsets[b + 1])),
  );
  const gram = candidates.map((i) =>
    candidates.map(
      (j) => baskets.filter((items) => items.has(i) && items.has(j)).length + (i === j ? lambda : 0),
    ),
  );
  const p = plainInverse(gram);
  const place = new Map(candidates.map((row, at) => [row, at]));
  return (i, j) => {
    const [a, b] = [place.get(i), place.get(j)];
    if (a === undefined || b === undefined || i === j) return Number.NaN;
    return -(p[a]?.[b] ?? 0) / (p[b]?.[b] ?? 1);
  };
}

export function plainInverse(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length;
  const rows = matrix.map((values, i) => [...values, ...values.map((_, j) => (i === j ? 1 : 0))]);
  for (let at = 0; at < n; at++) {
    const pivot = rows[at] as number[];
    const divisor = pivot[at] as number;
    for (let j = 0; j < 2 * n; j++) pivot[j] = (pivot[j] as number) / divisor;
    for (const other of rows) {
      const factor = other[at] as number;
      if (other === pivot || factor === 0) continue;
      for (let j = 0; j < 2 * n; j++) other[j] = (other[j] as number) - factor * (pivot[j] as number);
    }
  }
  return rows.map((values) => values.slice(n));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The three measures of co-occurrence, pair by pair. */
export function plainCooccurrence(train: Baskets, halfLifeDays: number): Record<string, Score> {
  const baskets = Array.from({ length: train.baskets }, (_, b) => ({
    items: new Set(train.items.subarray(train.offsets[b], train.offsets[b + 1])),
    time: train.timeSeconds[b] ?? 0,
  }));
  const last = Math.max(...baskets.map(({ time }) => time));
  const known = new Map<string, number>();
  const weigh = (decayed: boolean, rows: readonly number[]): number => {
    const key = `${decayed} ${rows}`;
    const holding = (): number[] =>
      baskets
        .filter(({ items }) => rows.every((row) => items.has(row)))
        .map(({ time }) => (decayed ? 0.5 ** ((last - time) / 86_400 / halfLifeDays) : 1));
    const weight = known.get(key) ?? sum(holding());
    known.set(key, weight);
    return weight;
  };
  const measure =
    (decayed: boolean, formula: (both: number, one: number, other: number) => number): Score =>
    (i, j) => {
      const both = weigh(decayed, [i, j]);
      if (both === 0 || i === j) return Number.NaN;
      return Math.fround(formula(both, weigh(decayed, [i]), weigh(decayed, [j])));
    };
  return {
    conditional: measure(false, (both, one) => both / one),
    salton: measure(false, (both, one, other) => both / Math.sqrt(one * other)),
    decayed: measure(true, (both, one, other) => both / (one * other ** 0.25)),
  };
}

const row = (vectors: Float32Array, dims: number, at: number): number[] => [
  ...vectors.subarray(at * dims, (at + 1) * dims),
];
const dot = (a: readonly number[], b: readonly number[]): number => sum(a.map((x, d) => x * (b[d] ?? 0)));

export function plainWord2vec(model: PlainModel, orders: Uint32Array, gamma: number): Score {
  return (i, j) =>
    dot(row(model.in, model.dims, i), row(model.out, model.dims, j)) + gamma * Math.log(1 + (orders[j] ?? 0));
}

export function plainCosine(model: PlainModel): Score {
  return (i, j) => {
    const [a, b] = [row(model.in, model.dims, i), row(model.in, model.dims, j)];
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  };
}
