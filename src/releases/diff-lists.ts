// How far the top-10 lists of two releases agree, product by product, each answered as it would be served.

import type { PolicyDocument } from '../policy/document.ts';
import type { Artifact } from '../recommend/artifact.ts';
import { createRecommender } from '../recommend/open.ts';
import { isFailure, type Recommender } from '../recommend/recommender.ts';

/** One list of a product, best first. */
export interface ExampleItem {
  readonly id: string;
  readonly title: string;
  /** Whether the other list has it too. */
  readonly inBoth: boolean;
}

export interface Example {
  readonly id: string;
  readonly title: string;
  readonly overlapAt10: number;
  readonly before: readonly ExampleItem[];
  readonly after: readonly ExampleItem[];
}

export interface ListComparison {
  /** Products asked for: the most ordered that are in both. */
  readonly compared: number;
  /** The same products in the same order. */
  readonly same: number;
  /** The same products in another order. */
  readonly reordered: number;
  /** Other products. */
  readonly changed: number;
  /** Mean share of a list that the other has too. */
  readonly overlapAt10: number;
  /** Mean rank-biased overlap: the first places weigh most (Webber, Moffat and Zobel 2010; p 0.9, extrapolated). */
  readonly rankBiasedOverlap: number;
  /** Those whose lists have least in common, the most ordered first. */
  readonly examples: readonly Example[];
}

interface Opened {
  readonly artifact: Artifact;
  readonly documents: readonly PolicyDocument[];
}

const length = 10;
const batch = 64;
const persistence = 0.9;

/** The most ordered products of `after` that `before` has too. */
function askedFor(before: Artifact, after: Artifact, most: number): string[] {
  const ids: string[] = [];
  for (const row of after.popularity.all) {
    if (ids.length >= most) break;
    const id = after.catalog.ids.id(row);
    if (before.catalog.ids.row(id) >= 0) ids.push(id);
  }
  return ids;
}

function* topLists(
  recommender: Recommender,
  products: readonly string[],
  nowMs: number,
): Generator<string[]> {
  for (let from = 0; from < products.length; from += batch) {
    const requests = products.slice(from, from + batch).map((product) => ({ product, limit: length, nowMs }));
    for (const outcome of recommender.recommend(requests))
      yield isFailure(outcome) ? [] : outcome.items.map(({ id }) => id);
  }
}

/** Share of the longer list that both have; two empty lists agree. */
export function overlapOf(a: readonly string[], b: readonly string[]): number {
  const longer = Math.max(a.length, b.length);
  const has = new Set(a);
  return longer === 0 ? 1 : b.filter((id) => has.has(id)).length / longer;
}

/** Rank-biased overlap of two rankings, extrapolated from the length of the longer (Webber et al. 2010, equation 23). */
export function rankBiasedOverlap(
  a: readonly string[],
  b: readonly string[],
  p: number = persistence,
): number {
  const depth = Math.max(a.length, b.length);
  if (depth === 0) return 1;
  const seen = new Set<string>();
  let shared = 0;
  let sum = 0;
  for (let d = 1; d <= depth; d++) {
    for (const id of [a[d - 1], b[d - 1]]) {
      if (id === undefined) continue;
      if (seen.has(id)) shared++;
      seen.add(id);
    }
    sum += (shared / d) * p ** d;
  }
  return (shared / depth) * p ** depth + ((1 - p) / p) * sum;
}

const sameOrder = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id, i) => id === b[i]);

function titleOf({ catalog }: Artifact, id: string): string {
  const row = catalog.ids.row(id);
  return row < 0 ? '' : catalog.titles.at(row);
}

function itemsOf(artifact: Artifact, own: readonly string[], other: readonly string[]): ExampleItem[] {
  return own.map((id) => ({ id, title: titleOf(artifact, id), inBoth: other.includes(id) }));
}

/** Asks both for the same products at the same time, and compares the answers. Throws `policy_invalid`. */
export function compareLists(
  before: Opened,
  after: Opened,
  { products, examples }: { products: number; examples: number },
): ListComparison {
  const ids = askedFor(before.artifact, after.artifact, products);
  const nowMs = Date.now();
  const lists = (side: Opened) => [...topLists(createRecommender(side.artifact, side.documents), ids, nowMs)];
  const [was, is] = [lists(before), lists(after)];
  const pairs = ids.map((id, i) => {
    const [old, now] = [was[i] ?? [], is[i] ?? []];
    return { id, old, now, overlap: overlapOf(old, now), rankBiased: rankBiasedOverlap(old, now) };
  });
  const mean = (of: (pair: (typeof pairs)[number]) => number): number =>
    pairs.length === 0
      ? 1
      : Number((pairs.reduce((sum, pair) => sum + of(pair), 0) / pairs.length).toFixed(4));
  const same = pairs.filter(({ old, now }) => sameOrder(old, now)).length;
  const alike = pairs.filter(({ overlap }) => overlap === 1).length;
  const shown = pairs
    .filter(({ old, now }) => !sameOrder(old, now))
    .toSorted((a, b) => a.overlap - b.overlap || a.rankBiased - b.rankBiased)
    .slice(0, examples);
  return {
    compared: pairs.length,
    same,
    reordered: alike - same,
    changed: pairs.length - alike,
    overlapAt10: mean(({ overlap }) => overlap),
    rankBiasedOverlap: mean(({ rankBiased }) => rankBiased),
    examples: shown.map(({ id, old, now, overlap }) => ({
      id,
      title: titleOf(after.artifact, id),
      overlapAt10: overlap,
      before: itemsOf(before.artifact, old, now),
      after: itemsOf(after.artifact, now, old),
    })),
  };
}
