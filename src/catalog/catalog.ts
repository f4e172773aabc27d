// The catalogue inside an artifact: ids, titles, images, columns, dictionaries. Opening makes views on the
// mapping and copies nothing; everything is immutable and may be used by any thread that opened it for itself.

import { unknown32 } from '../base/products.ts';
import type { Section, SectionSource } from '../base/sections.ts';
import { type CategoryTree, encodeCategories, openCategories } from './categories.ts';
import { type Columns, encodeColumns, openColumns, type ProductColumns } from './columns.ts';
import { encodeIds, type IdTable, openIds } from './ids.ts';
import { type Dictionary, encodeStrings, openDictionary, openStrings, type StringTable } from './strings.ts';

export interface CatalogInput extends ProductColumns {
  readonly ids: readonly string[];
  readonly titles: readonly (string | null)[];
  readonly images: readonly (string | null)[];
  /** Paths such as `A/B/C`. */
  readonly categories: readonly (string | null)[];
  readonly brands: readonly (string | null)[];
}

export interface Catalog {
  readonly products: number;
  readonly ids: IdTable;
  /** '' where a product has none. */
  readonly titles: StringTable;
  /** '' where a product has none. */
  readonly images: StringTable;
  readonly categories: CategoryTree;
  readonly brands: Dictionary;
  readonly columns: Columns;
}

/** Encodes a catalogue as sections; rows are the input's. Throws `argument_invalid` on bad or repeated ids. */
export function encodeCatalog(input: CatalogInput): Section[] {
  const tree = encodeCategories(input.categories);
  const named = (name: string | null): name is string => name !== null && name !== '';
  const brands = [...new Set(input.brands.filter(named))].sort();
  const numbers = new Map(brands.map((name, number) => [name, number]));
  const brand = Uint32Array.from(input.brands, (name) => numbers.get(name ?? '') ?? unknown32);
  const blank = (texts: readonly (string | null)[]): string[] => texts.map((text) => text ?? '');
  return [
    ...encodeIds(input.ids),
    ...encodeStrings('title', blank(input.titles)),
    ...encodeStrings('image', blank(input.images)),
    ...encodeColumns(input, tree.column, brand),
    ...tree.sections,
    ...encodeStrings('dict.brand', brands),
  ];
}

/** Opens the catalogue of `products` rows. Throws `section_missing` or `file_damaged`. */
export function openCatalog(source: SectionSource, products: number): Catalog {
  return {
    products,
    ids: openIds(source, products),
    titles: openStrings(source, 'title', products),
    images: openStrings(source, 'image', products),
    categories: openCategories(source),
    brands: openDictionary(source, 'dict.brand'),
    columns: openColumns(source, products),
  };
}
