// Numbers that only the merchant and the reviewers know: margins and ratings, for policies to weigh.

import type { Random } from '../../base/random.ts';
import type { Product } from './shop.ts';

export interface ProductFields {
  /** Share of the price that is left to the shop. */
  readonly margin: number | undefined;
  /** Mean of the reviews, 1 to 5. */
  readonly rating: number | undefined;
}

const unknownMarginShare = 0.04;
const unratedShare = 0.12;

const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
const rounded = (value: number, steps: number): number => Math.round(value * steps) / steps;

/** Each product's fields. Dear brands leave more; the variants of one model earn and please nearly alike. */
export function drawFields(random: Random, products: readonly Product[]): ProductFields[] {
  let group = '';
  let margin = 0;
  let rating = 0;
  return products.map((product) => {
    if (product.group !== group) {
      group = product.group;
      margin = 0.2 + 0.12 * product.brandLevel + 0.09 * random.normal();
      rating = 3.9 + 0.5 * random.normal();
    }
    const own = { margin: margin + 0.01 * random.normal(), rating: rating + 0.1 * random.normal() };
    return {
      margin: random.chance(unknownMarginShare) ? undefined : rounded(within(own.margin, 0.02, 0.75), 100),
      rating: random.chance(unratedShare) ? undefined : rounded(within(own.rating, 1, 5), 10),
    };
  });
}
