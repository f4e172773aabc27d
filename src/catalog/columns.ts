// Metadata columns, one value a product: numbers only, so that a filter is a comparison of numbers.

import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { type Gender, genders, numericFieldName, unknown8, unknown32 } from '../base/products.ts';
import type { Section, SectionSource } from '../base/sections.ts';
import { priceBands } from './bands.ts';
import { encodeStrings, openStrings } from './strings.ts';

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
  /** Number of the group whose variants are one model, 0xFFFFFFFF none. */
  readonly group: Uint32Array;
  /** The shop's own fields, such as `margin`, by name; NaN unknown. */
  readonly numeric: ReadonlyMap<string, Float32Array>;
}

/** What is known of the products, column by column, with the unknown values above; a null gender is unknown. */
export interface ProductColumns {
  readonly genders: readonly (string | null)[];
  readonly prices: Uint32Array;
  readonly stock: Uint8Array;
  readonly released: Int32Array;
  readonly orders: Uint32Array;
  /** By name; NaN unknown. */
  readonly numeric: ReadonlyMap<string, Float32Array>;
}

/** Columns of names as numbers. */
export interface NumberedColumns {
  readonly category: Uint32Array;
  readonly brand: Uint32Array;
  readonly group: Uint32Array;
}

/**
 * Encodes the columns as sections. A gender that is none of `genders` is unknown. Throws `argument_invalid` on
 * too many numeric fields or one whose name cannot be a section's.
 */
export function encodeColumns(input: ProductColumns, { category, brand, group }: NumberedColumns): Section[] {
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
    { name: 'col.group', data: group },
    ...encodeNumeric(input.numeric),
  ];
}

function encodeNumeric(numeric: ReadonlyMap<string, Float32Array>): Section[] {
  const { max } = limits.numericFields;
  const names = [...numeric.keys()].sort();
  if (names.length > max)
    throw new SepetError(
      'argument_invalid',
      `There are ${names.length} numeric fields; at most ${max} are allowed.`,
    );
  const bad = names.find((name) => !numericFieldName.test(name));
  if (bad !== undefined)
    throw new SepetError('argument_invalid', `A numeric field cannot be called "${bad}".`);
  return [
    ...encodeStrings('dict.numeric', names),
    ...names.map((name) => ({ name: `num.${name}`, data: numeric.get(name) as Float32Array })),
  ];
}

/** Opens the columns of `length` products. Throws `section_missing` or `file_damaged`. */
export function openColumns(source: SectionSource, length: number): Columns {
  const columns = {
    category: source.u32('col.category'),
    brand: source.u32('col.brand'),
    gender: source.u8('col.gender'),
    price: source.u32('col.price'),
    band: source.u8('col.band'),
    stock: source.u8('col.stock'),
    released: source.i32('col.released'),
    orders: source.u32('col.orders'),
    // Artifacts of earlier versions have neither groups nor numeric fields.
    group: source.has('col.group') ? source.u32('col.group') : new Uint32Array(length).fill(unknown32),
  };
  const numeric = openNumeric(source);
  const all = [
    ...Object.entries(columns).map(([name, column]) => [`col.${name}`, column.length] as const),
    ...[...numeric].map(([name, column]) => [`num.${name}`, column.length] as const),
  ];
  for (const [name, values] of all)
    if (values !== length)
      throw new SepetError('file_damaged', `${name} has ${values} values for ${length} products.`);
  return { ...columns, numeric };
}

function openNumeric(source: SectionSource): Map<string, Float32Array> {
  if (!source.has('dict.numeric.offsets')) return new Map();
  const names = openStrings(source, 'dict.numeric');
  const { max } = limits.numericFields;
  if (names.length > max)
    throw new SepetError(
      'file_damaged',
      `dict.numeric holds ${names.length} names; at most ${max} are allowed.`,
    );
  return new Map(
    Array.from({ length: names.length }, (_, i) => [names.at(i), source.f32(`num.${names.at(i)}`)] as const),
  );
}
