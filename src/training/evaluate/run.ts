// Asks one method about every test basket: each product alone (FBT), and the cart without one (leave-one-out).

import { SepetError } from '../../base/errors.ts';
import type { TestBaskets } from './baskets.ts';
import type { BatchLists, Method } from './methods.ts';
import { judge, TaskTally } from './metrics.ts';

export interface Tallies {
  readonly fbt: TaskTally;
  readonly leaveOneOut: TaskTally;
}

export interface RunOptions {
  readonly k: number;
  /** Training orders of each product row. */
  readonly orders: Uint32Array;
  /** The whole ranked catalogue, the most ordered first: fills lists that are too short. */
  readonly candidates: Uint32Array;
  readonly signal?: AbortSignal;
  /** Baskets judged so far. */
  readonly onProgress?: (done: number) => void;
}

const tokensPerBatch = 512;

/** Judges all baskets. The event loop turns between batches, so that a stop is heard: `cancelled`. */
export async function runMethod(method: Method, test: TestBaskets, options: RunOptions): Promise<Tallies> {
  const baskets = test.heldOut.length;
  const tallies = {
    fbt: new TaskTally(baskets, options.orders),
    leaveOneOut: new TaskTally(baskets, options.orders),
  };
  const judgeBasket = basketJudge(test, tallies, options);
  for (let begin = 0; begin < baskets; ) {
    let end = begin + 1;
    while (
      end < baskets &&
      (test.offsets[end + 1] as number) - (test.offsets[begin] as number) <= tokensPerBatch
    )
      end++;
    const from = test.offsets[begin] as number;
    const lists = method.lists(test.items.subarray(from, test.offsets[end]));
    for (let basket = begin; basket < end; basket++) judgeBasket(basket, lists, from);
    begin = end;
    options.onProgress?.(begin);
    await new Promise(setImmediate);
    if (options.signal?.aborted) throw new SepetError('cancelled', 'Stopped; nothing was written.');
  }
  return tallies;
}

function basketJudge(test: TestBaskets, { fbt, leaveOneOut }: Tallies, options: RunOptions) {
  const { k, candidates } = options;
  const inBasket = new Uint8Array(options.orders.length);
  const sums = new Float64Array(options.orders.length);
  return (basket: number, lists: BatchLists, from: number): void => {
    const begin = test.offsets[basket] as number;
    const items = test.items.subarray(begin, test.offsets[basket + 1]);
    for (const row of items) inBasket[row] = 1;

    items.forEach((seed, i) => {
      const at = begin - from + i;
      const head = lists.rows.slice(lists.start(at), Math.min(lists.end(at), lists.start(at) + k));
      const list = filled(head, k, candidates, (row) => row === seed);
      fbt.add(
        basket,
        1 / items.length,
        list,
        judge(list, k, items.length - 1, (row) => inBasket[row] === 1),
      );
      fbt.addRelevant(seed);
    });

    const held = test.heldOut[basket] as number;
    const heldRow = items[held] as number;
    const inCart = (row: number): boolean => inBasket[row] === 1 && row !== heldRow;
    const merged = mergeCart(lists, { at: begin - from, length: items.length, held }, sums, k, inCart);
    const list = filled(merged, k, candidates, inCart);
    leaveOneOut.add(
      basket,
      1,
      list,
      judge(list, k, 1, (row) => row === heldRow),
    );
    leaveOneOut.addRelevant(heldRow);

    for (const row of items) inBasket[row] = 0;
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
