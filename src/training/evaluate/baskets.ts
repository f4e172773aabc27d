// The baskets an evaluation asks about: the test split, cut to what every method could answer.

import type { Random } from '../../base/random.ts';
import type { Baskets, ProductTable } from '../../tables/dataset.ts';

export interface TestOptions {
  /** Products kept of a longer basket, drawn at random. */
  readonly maxBasket: number;
  /** Baskets kept of more, drawn at random. */
  readonly maxBaskets: number;
}

export interface TestBaskets {
  /** Product rows; basket b holds items[offsets[b]] up to items[offsets[b + 1]] (excluded), at least two. */
  readonly items: Uint32Array;
  readonly offsets: Uint32Array;
  /** Position in each basket of the product held out for leave-one-out. */
  readonly heldOut: Uint32Array;
  /** Baskets of the test split, before anything was left out. */
  readonly found: number;
  /** Of them, those with at least two products known from training. */
  readonly usable: number;
  /** Test products (tokens) without a training order: left out, since no method can know them. */
  readonly unseenTokens: number;
  readonly tokens: number;
}

/** Cuts the test split: unseen products out, long baskets to a random part, too many baskets to a random choice. */
export function testBaskets(
  random: Random,
  split: Baskets,
  products: Pick<ProductTable, 'ordersTrain'>,
  options: TestOptions,
): TestBaskets {
  const kept: Uint32Array[] = [];
  let unseenTokens = 0;
  for (let b = 0; b < split.baskets; b++) {
    const all = split.items.subarray(split.offsets[b], split.offsets[b + 1]);
    const known = all.filter((row) => (products.ordersTrain[row] ?? 0) > 0);
    unseenTokens += all.length - known.length;
    if (known.length < 2) continue;
    kept.push(known.length > options.maxBasket ? random.shuffle(known).slice(0, options.maxBasket) : known);
  }
  return {
    ...drawn(random, kept, options.maxBaskets),
    found: split.baskets,
    unseenTokens,
    tokens: split.items.length,
  };
}

/**
 * Baskets with products that have no training order and some that have: half of a long one at most are new. The product held out is
 * a new one. What asks about them can only be answered by what knows more of a product than its orders.
 */
export function coldBaskets(
  random: Random,
  split: Baskets,
  { ordersTrain }: Pick<ProductTable, 'ordersTrain'>,
  { maxBasket, maxBaskets }: TestOptions,
): TestBaskets {
  const isCold = (row: number): boolean => (ordersTrain[row] ?? 0) === 0;
  const kept: Uint32Array[] = [];
  for (let b = 0; b < split.baskets; b++) {
    const all = split.items.subarray(split.offsets[b], split.offsets[b + 1]);
    const cold = random.shuffle(all.filter(isCold)).subarray(0, Math.ceil(maxBasket / 2));
    if (cold.length === 0 || cold.length === all.length) continue;
    const known = random.shuffle(all.filter((row) => !isCold(row))).subarray(0, maxBasket - cold.length);
    if (known.length > 0) kept.push(Uint32Array.of(...cold, ...known));
  }
  const test = drawn(random, kept, maxBaskets);
  // The new products come first.
  const heldOut = test.heldOut.map(() => 0);
  return { ...test, heldOut, found: split.baskets, unseenTokens: 0, tokens: split.items.length };
}

/** At most `maxBaskets` of them, in their order. */
function drawn(
  random: Random,
  kept: readonly Uint32Array[],
  maxBaskets: number,
): Pick<TestBaskets, 'items' | 'offsets' | 'heldOut' | 'usable'> {
  const usable = kept.length;
  const order = random.shuffle(Uint32Array.from({ length: usable }, (_, i) => i));
  const chosen = order.slice(0, maxBaskets).sort();
  const offsets = new Uint32Array(chosen.length + 1);
  chosen.forEach((basket, b) => {
    offsets[b + 1] = (offsets[b] ?? 0) + (kept[basket]?.length ?? 0);
  });
  const items = new Uint32Array(offsets[chosen.length] ?? 0);
  chosen.forEach((basket, b) => {
    items.set(kept[basket] ?? [], offsets[b]);
  });
  return {
    items,
    offsets,
    heldOut: Uint32Array.from(chosen, (basket) => random.below(kept[basket]?.length ?? 1)),
    usable,
  };
}
