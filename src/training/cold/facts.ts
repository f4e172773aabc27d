// What is known of products without orders, as small numbers: category, brand, gender, price band.

import { type Gender, genders, unknown8, unknown32 } from '../../base/products.ts';
import { priceBands } from '../../catalog/bands.ts';
import { normalizePath } from '../../catalog/categories.ts';
import type { ProductTable } from '../../tables/dataset.ts';

export type ColdProducts = Pick<
  ProductTable,
  'products' | 'categories' | 'brands' | 'genders' | 'prices' | 'ordersTrain'
>;

/** One number a product; 0 is unknown in brand, gender and band, and no category in category. */
export interface Facts {
  readonly category: Uint32Array;
  /** Of each category number its parent's, 0 above the first level. */
  readonly parent: readonly number[];
  readonly brand: Uint32Array;
  readonly brands: number;
  readonly gender: Uint8Array;
  /** The fifth of its category's price range, from 1. */
  readonly band: Uint8Array;
}

export const genderCodes = genders.length + 1;
export const bandCodes = 6;

/** Numbers texts from 1, in the order in which they come. */
function numbering(): { of(text: string): number; size(): number } {
  const numbers = new Map<string, number>();
  return {
    of(text) {
      const known = numbers.get(text);
      if (known !== undefined) return known;
      numbers.set(text, numbers.size + 1);
      return numbers.size;
    },
    size: () => numbers.size,
  };
}

/** Reads the facts of all products. */
export function factsOf(products: ColdProducts): Facts {
  const parent = [0];
  const numbers = new Map<string, number>([['', 0]]);
  const numberOf = (path: string): number => {
    const known = numbers.get(path);
    if (known !== undefined) return known;
    const normal = normalizePath(path);
    if (normal !== path) {
      numbers.set(path, numberOf(normal));
      return numberOf(path);
    }
    const cut = path.lastIndexOf('/');
    const above = cut < 0 ? 0 : numberOf(path.slice(0, cut));
    numbers.set(path, parent.length);
    return parent.push(above) - 1;
  };
  const brands = numbering();
  const of = <A extends Uint8Array | Uint32Array>(column: A, value: (row: number) => number): A => {
    for (let row = 0; row < column.length; row++) column[row] = value(row);
    return column;
  };
  const category = of(new Uint32Array(products.products), (row) => numberOf(products.categories[row] ?? ''));
  const brand = of(new Uint32Array(products.products), (row) => {
    const name = products.brands[row];
    return name ? brands.of(name) : 0;
  });
  const known = category.map((number) => (number === 0 ? unknown32 : number));
  const band = priceBands(products.prices, known);
  return {
    ...{ category, parent, brand, brands: brands.size() },
    gender: of(
      new Uint8Array(products.products),
      (row) => genders.indexOf(products.genders[row] as Gender) + 1,
    ),
    band: band.map((code) => (code === unknown8 ? 0 : code + 1)),
  };
}
