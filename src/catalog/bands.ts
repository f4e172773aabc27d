// Price bands: the fifth of its own category's price range in which a product stands.

import { unknown8, unknown32 } from '../base/products.ts';

export const bands = 5;

/**
 * The quintile (0 cheapest to 4) of each price among the known prices of the same category, by middle rank, so
 * that equal prices share a band and a lone product is in the middle. 255 where price or category is unknown.
 */
export function priceBands(price: Uint32Array, category: Uint32Array): Uint8Array {
  const result = new Uint8Array(price.length).fill(unknown8);
  const known = Uint32Array.from(price.keys()).filter(
    (row) => price[row] !== unknown32 && category[row] !== unknown32,
  );
  const at = (column: Uint32Array, i: number): number => column[known[i] as number] as number;
  known.sort(
    (a, b) =>
      (category[a] as number) - (category[b] as number) ||
      (price[a] as number) - (price[b] as number) ||
      a - b,
  );
  for (let start = 0, end = 0; start < known.length; start = end) {
    while (end < known.length && at(category, end) === at(category, start)) end++;
    for (let from = start, to = start; from < end; from = to) {
      while (to < end && at(price, to) === at(price, from)) to++;
      const middleRank = (from - start + (to - start)) / 2;
      const band = Math.min(bands - 1, Math.floor((bands * middleRank) / (end - start)));
      for (let i = from; i < to; i++) result[known[i] as number] = band;
    }
  }
  return result;
}
