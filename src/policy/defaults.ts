import { checkPolicy } from './parse.ts';

/**
 * What is served where no policy is given: what is in stock, of a fitting gender, and not of the query product's
 * own leaf category (complements rather than substitutes). Products about which nothing is known pass. Sources are blended where the
 * artifact was tuned for it.
 */
export const defaultPolicy = checkPolicy({
  name: 'default',
  candidates: { blend: 'if-fitted' },
  filters: [
    { name: 'stock', keep: { inStock: true } },
    { name: 'same-kind', drop: { category: 'same-leaf' } },
    { name: 'gender', keep: { gender: 'same-or-unisex' } },
  ],
});
