// The arithmetic of judging one ranked list, and of summing up many.

/** Figures of one list: each between 0 and 1. `mrr` is one over the place of the first hit, 0 where none is. */
export interface ListMetrics {
  readonly hitRate: number;
  readonly precision: number;
  readonly recall: number;
  readonly ndcg: number;
  readonly mrr: number;
}

export const metricNames = [
  'hitRate',
  'precision',
  'recall',
  'ndcg',
  'mrr',
] as const satisfies readonly (keyof ListMetrics)[];
export type MetricName = (typeof metricNames)[number];

const discount = (place: number): number => 1 / Math.log2(place + 2);

/**
 * Judges the first `k` of `list` against `relevant` products in all, of which `isRelevant` tells each. NDCG has binary
 * gains and is divided by that of the best list of `k` (Järvelin and Kekäläinen 2002).
 */
export function judge(
  list: Uint32Array,
  k: number,
  relevant: number,
  isRelevant: (row: number) => boolean,
): ListMetrics {
  let hits = 0;
  let gain = 0;
  let first = 0;
  for (let place = 0; place < Math.min(k, list.length); place++) {
    if (!isRelevant(list[place] as number)) continue;
    hits++;
    gain += discount(place);
    if (hits === 1) first = 1 / (place + 1);
  }
  let best = 0;
  for (let place = 0; place < Math.min(k, relevant); place++) best += discount(place);
  return {
    hitRate: hits > 0 ? 1 : 0,
    precision: hits / k,
    recall: relevant === 0 ? 0 : hits / relevant,
    ndcg: best === 0 ? 0 : gain / best,
    mrr: first,
  };
}

/** Gathers a task's figures: one value a basket (the mean over its lists), and what was recommended. */
export class TaskTally {
  /** For each metric, one value a basket. */
  readonly perBasket: Record<MetricName, Float64Array>;
  private readonly shown: Uint8Array;
  private readonly orders: Uint32Array;
  private readonly allOrders: number;
  private shownOrders = 0;
  private shownBits = 0;
  private shownCount = 0;
  private relevantOrders = 0;
  private relevantCount = 0;

  /** `orders` are the training orders of each product row. */
  constructor(baskets: number, orders: Uint32Array) {
    const column = (): Float64Array => new Float64Array(baskets);
    this.perBasket = {
      hitRate: column(),
      precision: column(),
      recall: column(),
      ndcg: column(),
      mrr: column(),
    };
    this.shown = new Uint8Array(orders.length);
    this.orders = orders;
    this.allOrders = orders.reduce((sum, n) => sum + n, 0);
  }

  /** Adds one list of a basket; `share` is one over the number of the basket's lists. */
  add(basket: number, share: number, list: Uint32Array, metrics: ListMetrics): void {
    for (const name of metricNames) {
      const column = this.perBasket[name];
      column[basket] = (column[basket] as number) + share * metrics[name];
    }
    for (const row of list) {
      const orders = this.orders[row] ?? 0;
      // What was never ordered is none of the catalogue that coverage is a share of.
      if (orders > 0) this.shown[row] = 1;
      this.shownOrders += orders;
      this.shownBits += Math.log2(this.allOrders / Math.max(1, orders));
    }
    this.shownCount += list.length;
  }

  /** Adds what was really bought, for the popularity lift. */
  addRelevant(row: number): void {
    this.relevantOrders += this.orders[row] as number;
    this.relevantCount++;
  }

  /** Share of `catalogue` products that was in any list. */
  coverage(catalogue: number): number {
    return this.shown.reduce((sum, flag) => sum + flag, 0) / catalogue;
  }

  /** Mean training orders of what was recommended over those of what was bought: 1 is as popular as real life. */
  popularityLift(): number {
    if (this.shownCount === 0 || this.relevantOrders === 0) return 0;
    return this.shownOrders / this.shownCount / (this.relevantOrders / this.relevantCount);
  }

  /**
   * Mean self-information of what was recommended, -log2 p bits, where p is a product's share of all training orders of products and
   * what was never ordered counts as ordered once (Zhou et al. 2010).
   */
  novelty(): number {
    return this.shownCount === 0 ? 0 : this.shownBits / this.shownCount;
  }
}
