// The policies of the demo shop: one with rules of every kind, to play with, as it is served and as somebody tries it.

import { shopEnd } from '../dataprep/demo/calendar.ts';

/** The built-in policy, which is served beside the other; the trial leans more on what sells anyway. */
const plain = (isTrial: boolean): string => `# What is served where a request chooses no policy.
name: default
revision: ${isTrial ? 2 : 1}
candidates: { blend: fitted }
${isTrial ? 'gamma: 1\n' : ''}filters:
  - { name: stock, keep: { inStock: true } }
  - { name: same-kind, drop: { category: same-leaf } }
  - { name: gender, keep: { gender: same-or-unisex } }
`;

const productPage = (isTrial: boolean, newerThanDays: number): string => `# The product page of the demo shop.
name: pdp
revision: ${isTrial ? 2 : 1}
placement: [product-page]
limit: 10
candidates: { blend: fitted }
filters:
  - { name: stock, keep: { inStock: true } }
  - { name: gender, keep: { gender: same-or-unisex } }
  - { name: price, keep: { priceRatio: { max: ${isTrial ? 1.5 : 3} } } }
  - { name: band, when: { category: Electronics }, keep: { priceBand: { within: 2 } } }
  - { name: same-kind, drop: { category: same-leaf } }
  - { name: variants, drop: { group: same } }
rank:
  - { name: margin, field: margin, weight: ${isTrial ? 0.3 : 0.1} }
  - { name: fresh, share: 0.1, newerThanDays: ${newerThanDays} }
diversity: { max: { brand: 3, category: 4 }, mmr: ${isTrial ? 0.4 : 0.2} }
`;

/** The shop's days are long over; what came in its last three months is new. */
const newDays = (): number => Math.ceil((Date.now() / 1000 - shopEnd) / 86_400) + 90;

/** The files that a label is published with, the default first: their names and texts. */
export function demoPolicies(isTrial: boolean): readonly { readonly name: string; readonly text: string }[] {
  const suffix = isTrial ? '-test' : '';
  return [
    { name: `default${suffix}.yaml`, text: plain(isTrial) },
    { name: `pdp${suffix}.yaml`, text: productPage(isTrial, newDays()) },
  ];
}
