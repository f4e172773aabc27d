// Inverted lists: which rows hold a value, or a price. Made once a catalogue, a column when it is first asked for.

import { genders, unknown32 } from '../base/products.ts';
import type { PolicyCatalog } from './facts.ts';

/** The rows of each value of one column, rising. */
export interface Inverted {
  /** How many rows have this value. */
  count(value: number): number;
  /** Rows with this value; of a value above the highest one, those whose value is unknown. */
  rows(value: number): Uint32Array;
  readonly unknown: Uint32Array;
}

/** The rows in the order of their prices. */
export interface ByPrice {
  /** Rows whose price lies from `low` to `high`, both included; not rising. Undefined where they are more than `most`. */
  run(low: number, high: number, most: number): Uint32Array | undefined;
  readonly unknown: Uint32Array;
}

export interface Postings {
  readonly price: ByPrice;
  readonly category: Inverted;
  readonly brand: Inverted;
  readonly gender: Inverted;
  readonly group: Inverted;
}

/** Inverts a column by counting; values of at least `values` are unknown. O(rows + values). */
function invert(column: Uint32Array | Uint8Array, values: number): Inverted {
  const offsets = new Uint32Array(values + 2);
  for (const value of column) {
    const key = Math.min(value, values) + 1;
    offsets[key] = (offsets[key] as number) + 1;
  }
  for (let key = 1; key < offsets.length; key++)
    offsets[key] = (offsets[key] as number) + (offsets[key - 1] as number);
  const next = offsets.slice(0, values + 1);
  const rows = new Uint32Array(column.length);
  for (let row = 0; row < column.length; row++) {
    const key = Math.min(column[row] as number, values);
    rows[next[key] as number] = row;
    next[key] = (next[key] as number) + 1;
  }
  const list = (value: number): Uint32Array => {
    const key = Math.min(value, values);
    return rows.subarray(offsets[key], offsets[key + 1]);
  };
  const count = (value: number): number => {
    const key = Math.min(value, values);
    return (offsets[key + 1] as number) - (offsets[key] as number);
  };
  return { count, rows: list, unknown: list(values) };
}

/** A stable pass of a radix sort over one half of the values. O(rows). */
function pass(rows: Uint32Array, column: Uint32Array, shift: 0 | 16): Uint32Array {
  const next = new Uint32Array(65_537);
  for (const value of column) {
    const key = ((value >>> shift) & 0xffff) + 1;
    next[key] = (next[key] as number) + 1;
  }
  for (let key = 1; key < next.length; key++) next[key] = (next[key] as number) + (next[key - 1] as number);
  const sorted = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const key = ((column[row] as number) >>> shift) & 0xffff;
    sorted[next[key] as number] = row;
    next[key] = (next[key] as number) + 1;
  }
  return sorted;
}

function orderByPrice(price: Uint32Array): ByPrice {
  const all = new Uint32Array(price.length);
  for (let row = 0; row < all.length; row++) all[row] = row;
  const rows = pass(pass(all, price, 0), price, 16);
  /** How many cost less than a price. */
  const below = (bound: number): number => {
    let low = 0;
    let high = bound <= 0 ? 0 : rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((price[rows[middle] as number] as number) < bound) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const known = below(unknown32);
  return {
    run(low, high, most) {
      const start = below(low);
      // The first one too many answers without a search for the end.
      if (start + most < known && (price[rows[start + most] as number] as number) <= high) return undefined;
      return rows.subarray(start, Math.min(known, below(Math.floor(high) + 1)));
    },
    unknown: rows.subarray(known),
  };
}

const made = new WeakMap<PolicyCatalog['columns'], Postings>();
/** By column: catalogues that differ by a delta share the columns that it left alone. */
const inverted = new WeakMap<Uint32Array | Uint8Array, Inverted>();
const ordered = new WeakMap<Uint32Array, ByPrice>();

function once<K extends object, T extends object>(known: WeakMap<K, T>, column: K, make: () => T): T {
  const before = known.get(column);
  if (before !== undefined) return before;
  const now = make();
  known.set(column, now);
  return now;
}

const invertOnce = (column: Uint32Array | Uint8Array, values: number): Inverted =>
  once(inverted, column, () => invert(column, values));

/** The inverted lists of a catalogue. One object a catalogue, shared by all its policies. */
export function postingsOf({ columns, categories, brands, groups }: PolicyCatalog): Postings {
  const before = made.get(columns);
  if (before !== undefined) return before;
  const lazy = <T>(make: () => T): (() => T) => {
    let inverted: T | undefined;
    return () => {
      inverted ??= make();
      return inverted;
    };
  };
  const price = lazy(() => once(ordered, columns.price, () => orderByPrice(columns.price)));
  const category = lazy(() => invertOnce(columns.category, categories.length));
  const brand = lazy(() => invertOnce(columns.brand, brands.length));
  const gender = lazy(() => invertOnce(columns.gender, genders.length));
  const group = lazy(() => invertOnce(columns.group, groups.length));
  const postings: Postings = {
    get price() {
      return price();
    },
    get category() {
      return category();
    },
    get brand() {
      return brand();
    },
    get gender() {
      return gender();
    },
    get group() {
      return group();
    },
  };
  made.set(columns, postings);
  return postings;
}
