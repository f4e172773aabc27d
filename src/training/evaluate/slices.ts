// Figures by kind of product: how much ordered it was, and what category it is of. The slice of a list is that of the product asked
// (FBT), or of the product to be found (leave-one-out).

import type { ProductTable } from '../../tables/dataset.ts';
import type { ListMetrics } from './metrics.ts';

/** Products by one trait. */
export interface Slicing {
  readonly by: 'popularity' | 'category';
  readonly names: readonly string[];
  /** The slice of each product row. */
  readonly of: Uint8Array;
}

/** Shares of all training orders at which the head ends, and the mid. */
const headShare = 0.5;
const midShare = 0.8;
export const popularityBands = ['head', 'mid', 'tail'] as const;

/**
 * The most ordered products that together hold half of the training orders are the head, the next up to 0.8 the mid. Products of equally
 * many orders may fall on both sides. `candidates` are most ordered first.
 */
export function popularitySlicing(orders: Uint32Array, candidates: Uint32Array): Slicing {
  const of = new Uint8Array(orders.length).fill(popularityBands.length - 1);
  const all = candidates.reduce((sum, row) => sum + (orders[row] ?? 0), 0);
  let before = 0;
  for (const row of candidates) {
    of[row] = before < headShare * all ? 0 : before < midShare * all ? 1 : 2;
    before += orders[row] ?? 0;
  }
  return { by: 'popularity', names: popularityBands, of };
}

const others = 'other categories';
const unknown = 'no category';

/** The top of each category path; of more than `most`, those with the most of `asked`. Undefined where no product has one. */
export function categorySlicing(
  { products, categories }: Pick<ProductTable, 'products' | 'categories'>,
  asked: Uint32Array,
  most: number,
): Slicing | undefined {
  const top = (row: number): string | undefined => categories[row]?.split('/', 1)[0];
  const counts = new Map<string, number>();
  for (const row of asked) {
    const name = top(row);
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  if (counts.size === 0) return undefined;
  const named = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([name]) => name);
  const kept = named.slice(0, most);
  const names = [...kept, others, unknown];
  const places = new Map(kept.map((name, place) => [name, place]));
  const of = Uint8Array.from({ length: products }, (_, row) => {
    const name = top(row);
    return name === undefined ? kept.length + 1 : (places.get(name) ?? kept.length);
  });
  return { by: 'category', names, of };
}

const sliceMetrics = ['hitRate', 'ndcg'] as const;
export type SliceMetric = (typeof sliceMetrics)[number];

/** One slicing of one task: for each slice and unit of baskets the sums of the figures, and of the shares they had. */
export class SliceTally {
  readonly slicing: Slicing;
  readonly lists: Uint32Array;
  private readonly units: number;
  private readonly columns: Record<SliceMetric | 'weight', Float64Array>;

  constructor(slicing: Slicing, units: number) {
    const column = (): Float64Array => new Float64Array(slicing.names.length * units);
    this.slicing = slicing;
    this.units = units;
    this.lists = new Uint32Array(slicing.names.length);
    this.columns = { hitRate: column(), ndcg: column(), weight: column() };
  }

  /** Adds one list of a basket; `row` is the product whose slice it belongs to. */
  add(basket: number, share: number, row: number, metrics: ListMetrics): void {
    const slice = this.slicing.of[row] as number;
    const at = slice * this.units + (basket % this.units);
    const { hitRate, ndcg, weight } = this.columns;
    this.lists[slice] = (this.lists[slice] as number) + 1;
    hitRate[at] = (hitRate[at] as number) + share * metrics.hitRate;
    ndcg[at] = (ndcg[at] as number) + share * metrics.ndcg;
    weight[at] = (weight[at] as number) + share;
  }

  /** By unit. */
  column(slice: number, of: SliceMetric | 'weight'): Float64Array {
    return this.columns[of].subarray(slice * this.units, (slice + 1) * this.units);
  }
}
