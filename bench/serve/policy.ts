// The policy that all contestants recommend by: ten filters of every kind. rules.ts says the same in plain JavaScript.

import { checkPolicy } from '../../src/policy/parse.ts';

/** Brands that are never shown. */
export const unwanted = ['brand 7', 'brand 77', 'brand 177'];
export const leastMargin = 0.1;
export const dearest = 1.5;

/** As a document; `width` is that of the search, and how many candidates are looked at first. */
export function tenRules(width: number): object {
  return {
    name: 'ten',
    limit: 10,
    candidates: { count: width, max: 3200, source: ['embedding'] },
    efSearch: width,
    filters: [
      { name: 'stock', keep: { inStock: true } },
      { name: 'gender', when: { category: 'Clothing/**' }, keep: { gender: 'same-or-unisex' } },
      { name: 'price', keep: { priceRatio: { max: dearest } } },
      { name: 'band', when: { category: 'Electronics/**' }, keep: { priceBand: { within: 1 } } },
      { name: 'adult', drop: { pair: [{ category: 'Adult/**' }, { category: 'Health/**' }] } },
      { name: 'rivals', drop: { pair: [{ brand: 'A' }, { brand: 'B' }] } },
      { name: 'same-kind', drop: { category: 'same-leaf' } },
      { name: 'variants', drop: { group: 'same' } },
      { name: 'margin', keep: { field: { name: 'margin', min: leastMargin } } },
      { name: 'unwanted', drop: { brand: unwanted } },
    ],
    fallback: ['popular'],
  };
}

export const tenRulesPolicy = (width: number) => checkPolicy(tenRules(width));
