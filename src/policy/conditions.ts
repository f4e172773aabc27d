// Conditions as plain functions over integer columns. A condition says of a candidate row: no, yes, or unknown
// (a value that it compares is not known). Nothing is allocated and no name is looked at per candidate.

import { type Gender, genders, unknown8, unknown32 } from '../base/products.ts';
import type { Conditions } from './document.ts';

/** What a policy needs of a catalogue; src/catalog's fits. */
export interface PolicyCatalog {
  readonly columns: {
    readonly category: Uint32Array;
    readonly brand: Uint32Array;
    readonly gender: Uint8Array;
    readonly price: Uint32Array;
    readonly band: Uint8Array;
    readonly stock: Uint8Array;
  };
  readonly categories: Names & { readonly end: Uint32Array; readonly parent: Uint32Array };
  readonly brands: Names;
  readonly ids: { row(id: string): number; id(row: number): string };
}

export interface Names extends Iterable<string> {
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
}

export const no = 0;
export const yes = 1;
export const unknown = 2;
export type Verdict = typeof no | typeof yes | typeof unknown;

export type Value = string | number | boolean | null;

export interface Condition {
  test(row: number): Verdict;
  /** The candidate's value and what it is compared with, for people. */
  compared(row: number): { candidate: Value; against: Value };
}

/** Turns names into numbers; throws where the catalogue lacks one. `path` is the name's place in the document. */
export interface Resolver {
  categories(names: string | readonly string[], path: readonly PropertyKey[]): [start: number, end: number][];
  brands(names: string | readonly string[], path: readonly PropertyKey[]): Set<number>;
}

const verdict = (is: boolean): Verdict => (is ? yes : no);
const listed = (names: string | readonly string[]): string =>
  typeof names === 'string' ? names : names.join(', ');
const bounds = ({ min, max }: { min?: number | undefined; max?: number | undefined }): string =>
  [...(min === undefined ? [] : [`at least ${min}`]), ...(max === undefined ? [] : [`at most ${max}`])].join(
    ', ',
  );

type Maker<K extends keyof Conditions> = (
  wanted: NonNullable<Conditions[K]>,
  catalog: PolicyCatalog,
  query: QueryFacts,
  resolve: Resolver,
  path: readonly PropertyKey[],
) => Condition;

const inStock: Maker<'inStock'> = (wanted, { columns: { stock } }) => {
  const code = Number(wanted);
  const value = (row: number) => (stock[row] === unknown8 ? null : stock[row] === 1);
  return {
    test: (row) => (stock[row] === unknown8 ? unknown : verdict(stock[row] === code)),
    compared: (row) => ({ candidate: value(row), against: wanted }),
  };
};

const gender: Maker<'gender'> = (wanted, { columns }, query) => {
  const column = columns.gender;
  const unisex = genders.indexOf('unisex');
  const relative = wanted === 'same' || wanted === 'same-or-unisex';
  const either = wanted === 'same-or-unisex';
  let mask = 0;
  if (!relative) for (const name of [wanted].flat()) mask |= 1 << genders.indexOf(name as Gender);
  return {
    test: (row) => {
      const code = column[row] as number;
      if (code === unknown8) return unknown;
      if (!relative) return verdict(((mask >> code) & 1) === 1);
      if (query.gender === unknown8) return unknown;
      return verdict(code === query.gender || (either && (code === unisex || query.gender === unisex)));
    },
    compared: (row) => ({
      candidate: genders[column[row] as number] ?? null,
      against: relative ? (genders[query.gender] ?? null) : listed(wanted),
    }),
  };
};

const price: Maker<'price'> = (wanted, { columns: { price } }) => {
  const { min = 0, max = unknown32 } = wanted;
  return {
    test: (row) => {
      const value = price[row] as number;
      return value === unknown32 ? unknown : verdict(value >= min && value <= max);
    },
    compared: (row) => ({ candidate: priceOrNull(price[row]), against: bounds(wanted) }),
  };
};

const priceOrNull = (value: number | undefined): number | null =>
  value === undefined || value === unknown32 ? null : value;

const priceRatio: Maker<'priceRatio'> = (wanted, { columns: { price } }, query) => {
  const { min = 0, max = Number.POSITIVE_INFINITY } = wanted;
  return {
    test: (row) => {
      const value = price[row] as number;
      if (value === unknown32 || query.price === unknown32 || query.price === 0) return unknown;
      return verdict(value >= min * query.price && value <= max * query.price);
    },
    compared: (row) => {
      const own = priceOrNull(query.price);
      const against = own === null ? null : `${bounds(wanted)} times ${own}`;
      return { candidate: priceOrNull(price[row]), against };
    },
  };
};

const priceBand: Maker<'priceBand'> = ({ within }, { columns: { band } }, query) => ({
  test: (row) => {
    const value = band[row] as number;
    if (value === unknown8 || query.band === unknown8) return unknown;
    return verdict(Math.abs(value - query.band) <= within);
  },
  compared: (row) => ({
    candidate: band[row] === unknown8 ? null : (band[row] as number),
    against: query.band === unknown8 ? null : query.band,
  }),
});

const brand: Maker<'brand'> = (wanted, { columns, brands }, query, resolve, path) => {
  const column = columns.brand;
  const same = wanted === 'same';
  const known = same ? new Set<number>() : resolve.brands(wanted, path);
  const name = (number: number) => (number === unknown32 ? null : brands.at(number));
  return {
    test: (row) => {
      const value = column[row] as number;
      if (value === unknown32) return unknown;
      if (!same) return verdict(known.has(value));
      return query.brand === unknown32 ? unknown : verdict(value === query.brand);
    },
    compared: (row) => ({
      candidate: name(column[row] as number),
      against: same ? name(query.brand) : listed(wanted),
    }),
  };
};

const category: Maker<'category'> = (wanted, { columns, categories }, query, resolve, path) => {
  const column = columns.category;
  const leaf = wanted === 'same-leaf';
  const relative = leaf || wanted === 'same-parent';
  const ranges = relative ? [] : resolve.categories(wanted, path);
  const inRanges = (value: number): boolean => {
    for (const range of ranges) if (value >= range[0] && value < range[1]) return true;
    return false;
  };
  const name = (number: number) => (number === unknown32 ? null : categories.at(number));
  return {
    test: (row) => {
      const value = column[row] as number;
      if (value === unknown32) return unknown;
      if (!relative) return verdict(inRanges(value));
      if (query.category === unknown32) return unknown;
      return verdict(leaf ? value === query.category : value >= query.familyStart && value < query.familyEnd);
    },
    compared: (row) => ({
      candidate: name(column[row] as number),
      against: relative ? name(leaf ? query.category : query.familyStart) : listed(wanted),
    }),
  };
};

const ids: Maker<'ids'> = (wanted, catalog) => {
  const rows = new Set(wanted.map((id) => catalog.ids.row(id)));
  return {
    test: (row) => verdict(rows.has(row)),
    compared: (row) => ({ candidate: catalog.ids.id(row), against: 'the listed ids' }),
  };
};

const makers: { [K in keyof Required<Conditions>]: Maker<K> } = {
  inStock,
  gender,
  price,
  priceRatio,
  priceBand,
  brand,
  category,
  ids,
};

/** Compiles every condition given, in the order of the schema. */
export function compileConditions(
  conditions: Conditions,
  context: { catalog: PolicyCatalog; query: QueryFacts; resolve: Resolver; path: readonly PropertyKey[] },
): Condition[] {
  const { catalog, query, resolve, path } = context;
  const compileOne = <K extends keyof Conditions>(key: K): Condition[] => {
    const wanted = conditions[key];
    if (wanted === undefined) return [];
    return [makers[key](wanted as NonNullable<Conditions[K]>, catalog, query, resolve, [...path, key])];
  };
  return (Object.keys(makers) as (keyof Conditions)[]).flatMap(compileOne);
}
