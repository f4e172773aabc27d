// What deltas changed of a catalogue, laid over it: the same arrays for all threads, made once (make-overlay.ts), and a
// catalogue of its own in each. Products that came are rows behind the catalogue's.

import { SepetError } from '../base/errors.ts';
import { type Section, type SectionSource, sourceOf } from '../base/sections.ts';
import type { Catalog } from './catalog.ts';
import { type IdTable, openIds } from './ids.ts';
import { type Dictionary, openStrings, type StringTable } from './strings.ts';

export { makeOverlay, type OverlayReport } from './make-overlay.ts';

/** Plain data that can be posted to other threads: its arrays are on SharedArrayBuffers and never written again. */
export interface Overlay {
  /** Of the last delta in it. */
  readonly revision: number;
  /** Rows of the catalogue that it belongs to. */
  readonly products: number;
  /** Rows behind those. */
  readonly added: number;
  /**
   * `removed`: rows, rising. `col.*` and `num.*`: whole columns, with the added rows. `id.*`: the added ids. `title.*` and
   * `image.*`: texts of the rows in `title.rows` and `image.rows`, rising. `dict.brand.*`, `dict.group.*`: further names.
   */
  readonly sections: readonly Section[];
}

/** Bytes of shared memory that an overlay takes. */
export const overlayBytes = ({ sections }: Overlay): number =>
  sections.reduce((sum, { data }) => sum + data.byteLength, 0);

/** The place of `row` in rising rows, or -1. */
function placeIn(rows: Uint32Array, row: number): number {
  let [low, high] = [0, rows.length - 1];
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = rows[middle] as number;
    if (found === row) return middle;
    if (found < row) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function overlaidTexts(table: StringTable, source: SectionSource, name: string, length: number): StringTable {
  if (!source.has(`${name}.rows`)) return { ...table, length };
  const rows = source.u32(`${name}.rows`);
  const texts = openStrings(source, name, rows.length);
  return {
    ...table,
    length,
    at(row) {
      const place = placeIn(rows, row);
      return place < 0 ? table.at(row) : texts.at(place);
    },
  };
}

function overlaidNames(dictionary: Dictionary, source: SectionSource, name: string): Dictionary {
  if (!source.has(`${name}.offsets`)) return dictionary;
  const further = openStrings(source, name);
  const names = Array.from({ length: further.length }, (_, i) => further.at(i));
  const numbers = new Map(names.map((text, i) => [text, dictionary.length + i]));
  return {
    ...dictionary,
    length: dictionary.length + names.length,
    at: (number) =>
      number < dictionary.length ? dictionary.at(number) : (names[number - dictionary.length] ?? ''),
    find: (text) => dictionary.find(text) ?? numbers.get(text),
    *[Symbol.iterator]() {
      yield* dictionary;
      yield* names;
    },
  };
}

function overlaidIds(
  catalog: Catalog,
  source: SectionSource,
  { added }: Overlay,
  removed: Uint32Array,
): IdTable {
  const { ids, products } = catalog;
  const further = added > 0 ? openIds(source, added) : undefined;
  return {
    length: products + added,
    strings: ids.strings,
    row(id: string): number {
      const row = ids.row(id);
      if (row >= 0) return removed.length > 0 && placeIn(removed, row) >= 0 ? -1 : row;
      const more = further?.row(id) ?? -1;
      return more < 0 ? -1 : products + more;
    },
    id: (row: number): string => (row < products ? ids.id(row) : (further?.id(row - products) ?? '')),
  };
}

/**
 * The catalogue as the overlay has it, in no time and no memory but the added names'. Throws `argument_invalid` where the overlay
 * was made for another catalogue.
 */
export function overlaid(catalog: Catalog, overlay: Overlay): Catalog {
  if (overlay.products !== catalog.products)
    throw new SepetError(
      'argument_invalid',
      `The overlay is of a catalogue of ${overlay.products} products, not of this one of ${catalog.products}.`,
    );
  const source = sourceOf(overlay.sections);
  const products = catalog.products + overlay.added;
  const { columns } = catalog;
  const removed = source.has('removed') ? source.u32('removed') : catalog.removed;
  const u32 = (name: 'category' | 'brand' | 'price' | 'orders' | 'group'): Uint32Array =>
    source.has(`col.${name}`) ? source.u32(`col.${name}`) : columns[name];
  const u8 = (name: 'gender' | 'band' | 'stock'): Uint8Array =>
    source.has(`col.${name}`) ? source.u8(`col.${name}`) : columns[name];
  return {
    products,
    removed,
    ids: overlaidIds(catalog, source, overlay, removed),
    titles: overlaidTexts(catalog.titles, source, 'title', products),
    images: overlaidTexts(catalog.images, source, 'image', products),
    categories: catalog.categories,
    brands: overlaidNames(catalog.brands, source, 'dict.brand'),
    groups: overlaidNames(catalog.groups, source, 'dict.group'),
    columns: {
      ...{ category: u32('category'), brand: u32('brand'), price: u32('price') },
      ...{ orders: u32('orders'), group: u32('group') },
      ...{ gender: u8('gender'), band: u8('band'), stock: u8('stock') },
      released: source.has('col.released') ? source.i32('col.released') : columns.released,
      numeric: new Map(
        Array.from(columns.numeric, ([name, column]) => [
          name,
          source.has(`num.${name}`) ? source.f32(`num.${name}`) : column,
        ]),
      ),
    },
  };
}
