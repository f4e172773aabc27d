// The ten rules of policy.ts by hand, as somebody would write them who puts a filter behind a vector index: one plain
// object a product, numbers compared with numbers.

import { genders, unknown8, unknown32 } from '../../src/base/products.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { dearest, leastMargin, unwanted } from './policy.ts';

export interface PlainProduct {
  readonly id: string;
  readonly inStock: boolean | null;
  readonly gender: string | null;
  readonly price: number | null;
  readonly band: number | null;
  readonly top: string | null;
  readonly category: string | null;
  readonly brand: string | null;
  readonly group: number | null;
  readonly margin: number | null;
}

/** The products of a catalogue, null for what is not known. */
export function plainProducts({ products, ids, categories, brands, columns }: Catalog): PlainProduct[] {
  const margins = columns.numeric.get('margin') as Float32Array;
  const wide = (value: number | undefined): number | null =>
    value === undefined || value === unknown32 ? null : value;
  return Array.from({ length: products }, (_, row) => {
    const category = wide(columns.category[row]);
    const brand = wide(columns.brand[row]);
    const path = category === null ? null : categories.at(category);
    const margin = margins[row] as number;
    return {
      id: ids.id(row),
      inStock: columns.stock[row] === unknown8 ? null : columns.stock[row] === 1,
      gender: genders[columns.gender[row] as number] ?? null,
      price: wide(columns.price[row]),
      band: columns.band[row] === unknown8 ? null : (columns.band[row] as number),
      top: path?.split('/')[0] ?? null,
      category: path,
      brand: brand === null ? null : brands.at(brand),
      group: wide(columns.group[row]),
      margin: Number.isNaN(margin) ? null : margin,
    };
  });
}

const unwantedBrands = new Set(unwanted);
const crossed = (a: string | null, b: string | null, one: string, other: string): boolean =>
  (a === one && b === other) || (a === other && b === one);

/** The first rule that drops candidate `c` of query product `q`; undefined where it may be shown. What is not known passes. */
export function dropsPlainly(q: PlainProduct, c: PlainProduct): string | undefined {
  if (c.inStock === false) return 'stock';
  if (
    q.top === 'Clothing' &&
    q.gender !== null &&
    c.gender !== null &&
    c.gender !== q.gender &&
    c.gender !== 'unisex' &&
    q.gender !== 'unisex'
  )
    return 'gender';
  if (q.price !== null && q.price !== 0 && c.price !== null && c.price > dearest * q.price) return 'price';
  if (q.top === 'Electronics' && q.band !== null && c.band !== null && Math.abs(c.band - q.band) > 1)
    return 'band';
  if (crossed(q.top, c.top, 'Adult', 'Health')) return 'adult';
  if (crossed(q.brand, c.brand, 'A', 'B')) return 'rivals';
  if (q.category !== null && c.category === q.category) return 'same-kind';
  if (q.group !== null && c.group === q.group) return 'variants';
  if (c.margin !== null && c.margin < leastMargin) return 'margin';
  if (c.brand !== null && unwantedBrands.has(c.brand)) return 'unwanted';
  return undefined;
}
