// What policies are compiled against: a catalogue's columns, and the facts of one query product.

import { unknown8, unknown32 } from '../base/products.ts';

/** What a policy needs of a catalogue; src/catalog's fits. Rows are products. */
export interface PolicyCatalog {
  readonly products: number;
  /** Rows that are no product any more, rising: means leave them out. */
  readonly removed: Uint32Array;
  readonly columns: {
    readonly category: Uint32Array;
    readonly brand: Uint32Array;
    readonly gender: Uint8Array;
    readonly price: Uint32Array;
    readonly band: Uint8Array;
    readonly stock: Uint8Array;
    readonly released: Int32Array;
    readonly orders: Uint32Array;
    /** Variants of one model share a number. */
    readonly group: Uint32Array;
    /** Further numbers by name, NaN unknown. */
    readonly numeric: ReadonlyMap<string, Float32Array>;
  };
  readonly categories: Names & { readonly end: Uint32Array; readonly parent: Uint32Array };
  readonly brands: Names;
  readonly groups: { readonly length: number; at(number: number): string };
  readonly ids: { row(id: string): number; id(row: number): string };
}

export interface Names extends Iterable<string> {
  readonly length: number;
  find(name: string): number | undefined;
  at(number: number): string;
}

/** The query product's side of every comparison: set once a request, read by all conditions. */
export interface QueryFacts {
  category: number;
  /** The subtree of the category's parent; the own subtree at the top. Empty where unknown. */
  familyStart: number;
  familyEnd: number;
  brand: number;
  gender: number;
  price: number;
  band: number;
  group: number;
  /** Today, in days since 1970, in the policy's time zone. */
  day: number;
}

/** The facts of no product. */
export function noFacts(): QueryFacts {
  return {
    category: unknown32,
    familyStart: unknown32,
    familyEnd: unknown32,
    brand: unknown32,
    gender: unknown8,
    price: unknown32,
    band: unknown8,
    group: unknown32,
    day: 0,
  };
}

/** Takes the facts of a row over; -1 is a product of which nothing is known. */
export function bindFacts(query: QueryFacts, { columns, categories }: PolicyCatalog, row: number): void {
  const category = columns.category[row] ?? unknown32;
  const parent = categories.parent[category] ?? unknown32;
  const family = parent === unknown32 ? category : parent;
  query.category = category;
  query.familyStart = family;
  query.familyEnd = categories.end[family] ?? family;
  query.brand = columns.brand[row] ?? unknown32;
  query.gender = columns.gender[row] ?? unknown8;
  query.price = columns.price[row] ?? unknown32;
  query.band = columns.band[row] ?? unknown8;
  query.group = columns.group[row] ?? unknown32;
}
