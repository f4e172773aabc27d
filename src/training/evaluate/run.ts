// Asks one method about every test basket: each product alone (FBT), and the cart without one (leave-one-out).

import { SepetError } from '../../base/errors.ts';
import type { TestBaskets } from './baskets.ts';
import { unitsOf } from './bootstrap.ts';
import type { BatchLists, Method } from './methods.ts';
import { judge, TaskTally } from './metrics.ts';
import { SliceTally, type Slicing } from './slices.ts';

export interface Tallies {
  readonly fbt: TaskTally;
  readonly leaveOneOut: TaskTally;
}

/** What came of one method: at the main length, at others, and by slice at the main length. */
export interface Judged extends Tallies {
  /** By length of the lists, without the main one. */
  readonly at: ReadonlyMap<number, Tallies>;
  readonly slices: readonly { readonly fbt: SliceTally; readonly leaveOneOut: SliceTally }[];
}

export interface RunOptions {
  /** The main length of the lists. */
  readonly k: number;
  /** Further lengths. */
  readonly ks?: readonly number[];
  /** Training orders of each product row. */
  readonly orders: Uint32Array;
  /** The whole ranked catalogue, the most ordered first: fills lists that are too short. */
  readonly candidates: Uint32Array;
  readonly slicings?: readonly Slicing[];
  /** Which products of a basket are asked alone; all if absent. */
  readonly asks?: (row: number) => boolean;
  readonly signal?: AbortSignal;
  /** Baskets judged so far. */
  readonly onProgress?: (done: number) => void;
}

const tokensPerBatch = 512;

/** Judges all baskets. The event loop turns between batches, so that a stop is heard: `cancelled`. */
export async function runMethod(method: Method, test: TestBaskets, options: RunOptions): Promise<Judged> {
  const baskets = test.heldOut.length;
  const { k, ks = [], orders, slicings = [] } = options;
  const tallies = (): Tallies => ({
    fbt: new TaskTally(baskets, orders),
    leaveOneOut: new TaskTally(baskets, orders),
  });
  const units = unitsOf(baskets);
  const judged: Judged = {
    ...tallies(),
    at: new Map(ks.filter((other) => other !== k).map((other) => [other, tallies()])),
    slices: slicings.map((slicing) => ({
      fbt: new SliceTally(slicing, units),
      leaveOneOut: new SliceTally(slicing, units),
    })),
  };
  const judgeBaskets = basketsJudge(method, test, judged, options);
  for (let begin = 0; begin < baskets; ) {
    let end = begin + 1;
    while (
      end < baskets &&
      (test.offsets[end + 1] as number) - (test.offsets[begin] as number) <= tokensPerBatch
    )
      end++;
    judgeBaskets(begin, end);
    begin = end;
    options.onProgress?.(begin);
    await new Promise(setImmediate);
    if (options.signal?.aborted) throw new SepetError('cancelled', 'Stopped; nothing was written.');
  }
  return judged;
}

/** Makes the function that judges the baskets from `begin` up to `end` (excluded). */
function basketsJudge(method: Method, test: TestBaskets, judged: Judged, options: RunOptions) {
  const { k, ks = [], candidates, asks = () => true } = options;
  const longest = Math.max(k, ...ks);
  const inBasket = new Uint8Array(options.orders.length);
  const sums = new Float64Array(options.orders.length);
  const whole = (list: Uint32Array, leftOut: (row: number) => boolean): Uint32Array =>
    method.fills === false ? list.subarray(0, longest) : filled(list, longest, candidates, leftOut);
  const itemsOf = (basket: number): Uint32Array =>
    test.items.subarray(test.offsets[basket], test.offsets[basket + 1]);
  const add = addTo(judged, k);

  return (begin: number, end: number): void => {
    const from = test.offsets[begin] as number;
    const lists = method.lists(test.items.subarray(from, test.offsets[end]));
    const carts = method.carts?.(
      Array.from({ length: end - begin }, (_, i) =>
        itemsOf(begin + i).filter((_row, at) => at !== test.heldOut[begin + i]),
      ),
      longest,
    );
    for (let basket = begin; basket < end; basket++) {
      const items = itemsOf(basket);
      const place = (test.offsets[basket] as number) - from;
      for (const row of items) inBasket[row] = 1;

      const asked = items.reduce((sum, row) => sum + (asks(row) ? 1 : 0), 0);
      items.forEach((seed, i) => {
        if (!asks(seed)) return;
        const start = lists.start(place + i);
        const head = lists.rows.slice(start, Math.min(lists.end(place + i), start + longest));
        const list = whole(head, (row) => row === seed);
        const isRelevant = (row: number): boolean => row !== seed && inBasket[row] === 1;
        add(
          'fbt',
          { basket, share: 1 / asked, slicedBy: seed, bought: seed },
          list,
          items.length - 1,
          isRelevant,
        );
      });

      const held = test.heldOut[basket] as number;
      const heldRow = items[held] as number;
      const inCart = (row: number): boolean => inBasket[row] === 1 && row !== heldRow;
      const own =
        carts?.[basket - begin] ??
        mergeCart(lists, { at: place, length: items.length, held }, sums, longest, inCart);
      const one = { basket, share: 1, slicedBy: heldRow, bought: heldRow };
      add('leaveOneOut', one, whole(own, inCart), 1, (row) => row === heldRow);

      for (const row of items) inBasket[row] = 0;
    }
  };
}

interface Asked {
  readonly basket: number;
  readonly share: number;
  readonly slicedBy: number;
  readonly bought: number;
}

/** Judges one list at every length, and adds what came out to all tallies. */
function addTo(judged: Judged, k: number) {
  return (
    task: keyof Tallies,
    { basket, share, slicedBy, bought }: Asked,
    list: Uint32Array,
    relevant: number,
    isRelevant: (row: number) => boolean,
  ): void => {
    const metrics = judge(list, k, relevant, isRelevant);
    judged[task].add(basket, share, list.subarray(0, k), metrics);
    judged[task].addRelevant(bought);
    for (const slice of judged.slices) slice[task].add(basket, share, slicedBy, metrics);
    for (const [length, tallies] of judged.at) {
      tallies[task].add(basket, share, list.subarray(0, length), judge(list, length, relevant, isRelevant));
      tallies[task].addRelevant(bought);
    }
  };
}

/** The `k` products with the largest summed weight over the cart's lists, ties by row. `sums` is all zero, and left so. */
export function mergeCart(
  lists: BatchLists,
  cart: { readonly at: number; readonly length: number; readonly held: number },
  sums: Float64Array,
  k: number,
  inCart: (row: number) => boolean,
): Uint32Array {
  const touched: number[] = [];
  for (let i = 0; i < cart.length; i++) {
    if (i === cart.held) continue;
    const end = lists.end(cart.at + i);
    for (let entry = lists.start(cart.at + i); entry < end; entry++) {
      const row = lists.rows[entry] as number;
      const sum = sums[row] as number;
      if (sum === 0) touched.push(row);
      sums[row] = sum + (lists.weights[entry] as number);
    }
  }
  const best = new Uint32Array(Math.min(k, touched.length));
  let count = 0;
  const before = (a: number, b: number): boolean => {
    const difference = (sums[a] as number) - (sums[b] as number);
    return difference > 0 || (difference === 0 && a < b);
  };
  for (const row of touched) {
    if (inCart(row) || (count === best.length && !before(row, best[count - 1] as number))) continue;
    let place = count < best.length ? count++ : count - 1;
    for (; place > 0 && before(row, best[place - 1] as number); place--)
      best[place] = best[place - 1] as number;
    best[place] = row;
  }
  for (const row of touched) sums[row] = 0;
  return best.subarray(0, count);
}

/** A list of fewer than `k`, continued by the most popular products that are neither in it nor left out. */
export function filled(
  list: Uint32Array,
  k: number,
  candidates: Uint32Array,
  leftOut: (row: number) => boolean,
): Uint32Array {
  if (list.length >= k) return list;
  const all = Array.from(list);
  for (const row of candidates) {
    if (all.length >= k) break;
    if (!leftOut(row) && !list.includes(row)) all.push(row);
  }
  return Uint32Array.from(all);
}
