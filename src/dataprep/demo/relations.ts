// The planted truth at product level: a product prefers a few products of its complement categories,
// those of the same brand, a like price level and the same gender before others.

import type { Random } from '../../base/random.ts';
import type { Gender } from './parse.ts';
import type { Product, Shop } from './shop.ts';

export interface Relations {
  /** Where each product's complements begin in `rows`; one more entry than products. */
  readonly offsets: Uint32Array;
  readonly rows: Uint32Array;
  /** Share of the product's complement purchases, running sum within each product, ending at 1. */
  readonly cumulative: Float64Array;
}

const candidatesPerChoice = 8;

/** Whether one customer would put both in one basket. */
export function gendersAgree(a: Gender | undefined, b: Gender | undefined): boolean {
  return a === undefined || b === undefined || a === b || a === 'unisex' || b === 'unisex';
}

/** How well a buyer of `a` likes `b`: by brand, price level, colour and gender. */
export function affinity(a: Product, b: Product): number {
  const brand = a.brand === b.brand ? 1.2 : 0;
  const level = -Math.abs(Math.log(a.brandLevel / b.brandLevel));
  const colour = a.colour === b.colour ? 0.3 : 0;
  return brand + level + colour + (gendersAgree(a.gender, b.gender) ? 0 : -5);
}

/** Plants one to two preferred products from each complement category of every product. */
export function plantRelations(random: Random, shop: Shop): Relations {
  const offsets = new Uint32Array(shop.products.length + 1);
  const rows: number[] = [];
  const cumulative: number[] = [];
  shop.products.forEach((product, row) => {
    const chosen = new Map<number, number>();
    for (const { leaf, strength } of shop.leaves[product.leaf]?.complements ?? []) {
      const choices = strength >= 2 ? 2 : 1;
      for (let i = 0; i < choices; i++) {
        const best = preferred(random, shop, product, leaf, chosen);
        if (best !== undefined) chosen.set(best, strength / (i + 1));
      }
    }
    const total = [...chosen.values()].reduce((sum, weight) => sum + weight, 0);
    let running = 0;
    for (const [complement, weight] of chosen) {
      running += weight / total;
      rows.push(complement);
      cumulative.push(running);
    }
    offsets[row + 1] = rows.length;
  });
  return { offsets, rows: Uint32Array.from(rows), cumulative: Float64Array.from(cumulative) };
}

function preferred(
  random: Random,
  shop: Shop,
  product: Product,
  leaf: number,
  taken: ReadonlyMap<number, number>,
): number | undefined {
  const choice = shop.choiceOfLeaf[leaf];
  const members = shop.rowsOfLeaf[leaf];
  if (choice === undefined || members === undefined) return undefined;
  let best: number | undefined;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < candidatesPerChoice; i++) {
    const row = members[choice.draw(random)] as number;
    const score = affinity(product, shop.products[row] as Product) + 0.5 * random.float();
    if (score > bestScore && !taken.has(row)) [best, bestScore] = [row, score];
  }
  return best;
}
