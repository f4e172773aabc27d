// The catalogue inside an artifact: ids, titles, images, columns, dictionaries. Opening makes views on the
// mapping and copies nothing; everything is immutable and may be used by any thread that opened it for itself.

import { unknown32 } from '../base/products.ts';
import { type Section, type SectionSource, sourceOf } from '../base/sections.ts';
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
  /** The model of which a product is a variant: colours and sizes of one thing share a name. */
  readonly groups: readonly (string | null)[];
}

export interface Catalog {
  /** Rows, those in `removed` among them. */
  readonly products: number;
  /** Rows of products that are gone since the build, rising: their ids are nobody's, and no answer holds them. */
  readonly removed: Uint32Array;
  readonly ids: IdTable;
  /** '' where a product has none. */
  readonly titles: StringTable;
  /** '' where a product has none. */
  readonly images: StringTable;
  readonly categories: CategoryTree;
  readonly brands: Dictionary;
  /** Names of `columns.group`. */
  readonly groups: Dictionary;
  readonly columns: Columns;
}

/** Encodes a catalogue as sections; rows are the input's. Throws `argument_invalid` on bad or repeated ids. */
export function encodeCatalog(input: CatalogInput): Section[] {
  const tree = encodeCategories(input.categories);
  const brands = numbered(input.brands);
  const groups = numbered(input.groups);
  const blank = (texts: readonly (string | null)[]): string[] => texts.map((text) => text ?? '');
  return [
    ...encodeIds(input.ids),
    ...encodeStrings('title', blank(input.titles)),
    ...encodeStrings('image', blank(input.images)),
    ...encodeColumns(input, { category: tree.column, brand: brands.column, group: groups.column }),
    ...tree.sections,
    ...encodeStrings('dict.brand', brands.names),
    ...encodeStrings('dict.group', groups.names),
  ];
}

/** The distinct names, sorted, and each product's number among them; null and '' are unknown. */
function numbered(column: readonly (string | null)[]): { names: string[]; column: Uint32Array } {
  const named = (name: string | null): name is string => name !== null && name !== '';
  const names = [...new Set(column.filter(named))].sort();
  const numbers = new Map(names.map((name, number) => [name, number]));
  return { names, column: Uint32Array.from(column, (name) => numbers.get(name ?? '') ?? unknown32) };
}

/** Opens the catalogue of `products` rows. Throws `section_missing` or `file_damaged`. */
export function openCatalog(source: SectionSource, products: number): Catalog {
  return {
    products,
    removed: new Uint32Array(0),
    ids: openIds(source, products),
    titles: openStrings(source, 'title', products),
    images: openStrings(source, 'image', products),
    categories: openCategories(source),
    brands: openDictionary(source, 'dict.brand'),
    groups: source.has('dict.group.offsets')
      ? openDictionary(source, 'dict.group')
      : openDictionary(sourceOf(encodeStrings('dict.group', [])), 'dict.group'),
    columns: openColumns(source, products),
  };
}
