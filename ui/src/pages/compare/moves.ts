// Two lists of one product, place by place: what moved, what is new, what is gone, and the figures of the pair.

import type { RecommendAnswer, RecommendItem } from 'sepet/client';

/**
 * What became of an item: `gone` is in A alone, `new` in B alone; `up`, `down` and `kept` are in both, by where B has them.
 */
export type Mark = 'new' | 'gone' | 'up' | 'down' | 'kept';

export interface Placed {
  readonly item: RecommendItem;
  /** From 1. */
  readonly place: number;
  /** Its place in the other list. */
  readonly other: number | undefined;
  readonly mark: Mark;
}

/** What stands in one place of both lists. */
export interface Row {
  readonly a: Placed | undefined;
  readonly b: Placed | undefined;
}

function markOf(inA: number | undefined, inB: number | undefined): Mark {
  if (inA === undefined) return 'new';
  if (inB === undefined) return 'gone';
  if (inA === inB) return 'kept';
  return inB < inA ? 'up' : 'down';
}

const placesOf = (items: readonly RecommendItem[]): ReadonlyMap<string, number> =>
  new Map(items.map(({ id }, index) => [id, index + 1]));

/** Both lists side by side, as long as the longer one. */
export function rowsOf(a: readonly RecommendItem[], b: readonly RecommendItem[]): readonly Row[] {
  const [inA, inB] = [placesOf(a), placesOf(b)];
  const placed = (
    item: RecommendItem | undefined,
    place: number,
    others: ReadonlyMap<string, number>,
  ): Placed | undefined =>
    item && { item, place, other: others.get(item.id), mark: markOf(inA.get(item.id), inB.get(item.id)) };
  return Array.from({ length: Math.max(a.length, b.length) }, (_, index) => ({
    a: placed(a[index], index + 1, inB),
    b: placed(b[index], index + 1, inA),
  }));
}

export interface Figures {
  /** Places of the longer list. */
  readonly k: number;
  /** Items in both. */
  readonly shared: number;
  readonly fresh: number;
  readonly gone: number;
  /** Of the shared ones, how many stand elsewhere. */
  readonly moved: number;
  /** `shared / k`; 1 for two empty lists. */
  readonly overlap: number;
  /** 0 nothing in common, 1 the same list; first places weigh most. */
  readonly rankBiasedOverlap: number;
}

/** Weight of the next place against the one before it: the first ten have about 86 % of all weight. */
const persistence = 0.9;

/** Rank-biased overlap, extrapolated from the longer list's end (Webber, Moffat and Zobel 2010, equation 23). */
export function rankBiasedOverlap(a: readonly string[], b: readonly string[]): number {
  const depth = Math.max(a.length, b.length);
  if (depth === 0) return 1;
  const placeInB = new Map(b.map((id, index) => [id, index + 1]));
  /** How many stand in the first places of both. */
  const agreed = (places: number): number =>
    a.slice(0, places).filter((id) => (placeInB.get(id) ?? Number.POSITIVE_INFINITY) <= places).length;
  let sum = 0;
  for (let places = 1; places <= depth; places++) sum += (agreed(places) / places) * persistence ** places;
  const atEnd = a.filter((id) => placeInB.has(id)).length / depth;
  return atEnd * persistence ** depth + ((1 - persistence) / persistence) * sum;
}

export function figuresOf(a: readonly RecommendItem[], b: readonly RecommendItem[]): Figures {
  const rows = rowsOf(a, b);
  const marks = rows.flatMap((row) => (row.b === undefined ? [] : [row.b.mark]));
  const count = (...wanted: readonly Mark[]): number => marks.filter((mark) => wanted.includes(mark)).length;
  const shared = count('up', 'down', 'kept');
  const idsOf = (items: readonly RecommendItem[]): string[] => items.map(({ id }) => id);
  return {
    k: rows.length,
    shared,
    fresh: count('new'),
    gone: a.length - shared,
    moved: count('up', 'down'),
    overlap: rows.length === 0 ? 1 : shared / rows.length,
    rankBiasedOverlap: rankBiasedOverlap(idsOf(a), idsOf(b)),
  };
}

/** Whether two lists have the same products in the same places. */
export const sameList = (a: readonly RecommendItem[], b: readonly RecommendItem[]): boolean =>
  a.length === b.length && a.every(({ id }, index) => id === b[index]?.id);

/** What the pair is, in words. */
export function pairWords({ shared, k, moved, rankBiasedOverlap: similarity }: Figures): string {
  if (k === 0) return 'Both lists are empty';
  if (shared === k && moved === 0) return 'The same list';
  if (shared === k) return 'The same products in another order';
  if (shared === 0) return 'Nothing in common';
  if (similarity >= 0.8) return 'Nearly the same list';
  if (similarity >= 0.5) return 'Much in common';
  return 'Little in common';
}

/** Figures of one list. */
export interface ListFigures {
  readonly wanted: number;
  readonly returned: number;
  readonly missing: number;
  /** Of the returned ones, from 0 to 1. */
  readonly fallbackShare: number;
  /** Median price of the items by the product's; undefined where either is not known. */
  readonly priceRatio: number | undefined;
}

export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const high = sorted[middle];
  const low = sorted.length % 2 === 0 ? sorted[middle - 1] : high;
  return high === undefined || low === undefined ? undefined : (low + high) / 2;
}

export function listFigures({ items, filled }: RecommendAnswer, price: number | undefined): ListFigures {
  const prices = items.flatMap((item) => (item.price === undefined ? [] : [item.price]));
  const middle = median(prices);
  const { wanted, returned, missing, from } = filled;
  return {
    wanted,
    returned,
    missing,
    fallbackShare: returned === 0 ? 0 : (from.fallback ?? 0) / returned,
    priceRatio: middle === undefined || price === undefined || price === 0 ? undefined : middle / price,
  };
}
