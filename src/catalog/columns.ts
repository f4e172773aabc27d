// Metadata columns, one value a product: integers only, so that a filter is a comparison of numbers.

import { SepetError } from '../base/errors.ts';
import { type Gender, genders, unknown8 } from '../base/products.ts';
import type { Section, SectionSource } from '../base/sections.ts';
import { priceBands } from './bands.ts';

export interface Columns {
  /** Pre-order number of the product's category, 0xFFFFFFFF unknown. */
  readonly category: Uint32Array;
  /** Number in the brand dictionary, 0xFFFFFFFF unknown. */
  readonly brand: Uint32Array;
  /** Index into `genders`, 255 unknown. */
  readonly gender: Uint8Array;
  /** Minor units, 0xFFFFFFFF unknown. */
  readonly price: Uint32Array;
  /** Price quintile in the category, 0 to 4, 255 unknown. */
  readonly band: Uint8Array;
  /** 0 out of stock, 1 in stock, 255 unknown. */
  readonly stock: Uint8Array;
  /** Days since 1970-01-01, -2^31 unknown. */
  readonly released: Int32Array;
  /** Orders holding the product. */
  readonly orders: Uint32Array;
}

/** What is known of the products, column by column, with the unknown values above; a null gender is unknown. */
export interface ProductColumns {
  readonly genders: readonly (string | null)[];
  readonly prices: Uint32Array;
  readonly stock: Uint8Array;
  readonly released: Int32Array;
  readonly orders: Uint32Array;
}

/** Encodes the columns as sections. A gender that is none of `genders` is unknown. */
export function encodeColumns(input: ProductColumns, category: Uint32Array, brand: Uint32Array): Section[] {
  const gender = Uint8Array.from(input.genders, (name) => {
    const code = genders.indexOf(name as Gender);
    return code < 0 ? unknown8 : code;
  });
  return [
    { name: 'col.category', data: category },
    { name: 'col.brand', data: brand },
    { name: 'col.gender', data: gender },
    { name: 'col.price', data: input.prices },
    { name: 'col.band', data: priceBands(input.prices, category) },
    { name: 'col.stock', data: input.stock },
    { name: 'col.released', data: input.released },
    { name: 'col.orders', data: input.orders },
  ];
}

/** Opens the columns of `length` products. Throws `section_missing` or `file_damaged`. */
export function openColumns(source: SectionSource, length: number): Columns {
  const columns: Columns = {
    category: source.u32('col.category'),
    brand: source.u32('col.brand'),
    gender: source.u8('col.gender'),
    price: source.u32('col.price'),
    band: source.u8('col.band'),
    stock: source.u8('col.stock'),
    released: source.i32('col.released'),
    orders: source.u32('col.orders'),
  };
  for (const [name, column] of Object.entries(columns) as [string, ArrayLike<number>][])
    if (column.length !== length)
      throw new SepetError('file_damaged', `col.${name} has ${column.length} values for ${length} products.`);
  return columns;
}
