// The rows of an artifact: products with a vector first, then those without, each in the order of the data
// folder (most ordered first). So the graph's rows are the catalogue's rows and no map is needed.

import type { CatalogInput } from '../../catalog/catalog.ts';
import type { ProductTable } from '../../tables/dataset.ts';

export interface RowOrder {
  /** New row → row in the data folder. */
  readonly from: Uint32Array;
  /** Row in the data folder → new row. */
  readonly to: Uint32Array;
  /** Products with a vector: new rows 0 to trained - 1. */
  readonly trained: number;
}

const isZero = (values: Float32Array): boolean => values.every((value) => value === 0);

/** A product has a vector where neither its IN nor its OUT row is zero. */
export function orderRows(input: Float32Array, output: Float32Array, dims: number): RowOrder {
  const products = input.length / dims;
  const has: number[] = [];
  const hasNot: number[] = [];
  for (let row = 0; row < products; row++) {
    const [start, end] = [row * dims, (row + 1) * dims];
    const missing = isZero(input.subarray(start, end)) || isZero(output.subarray(start, end));
    (missing ? hasNot : has).push(row);
  }
  const from = Uint32Array.from([...has, ...hasNot]);
  const to = new Uint32Array(products);
  from.forEach((old, row) => {
    to[old] = row;
  });
  return { from, to, trained: has.length };
}

/** The first `trained` rows of V × dims values, reordered. */
export function reorderVectors(
  values: Float32Array,
  dims: number,
  { from, trained }: RowOrder,
): Float32Array {
  const result = new Float32Array(trained * dims);
  for (let row = 0; row < trained; row++) {
    const old = from[row] as number;
    result.set(values.subarray(old * dims, (old + 1) * dims), row * dims);
  }
  return result;
}

/** A data folder's products as the catalogue's input, reordered. */
export function reorderProducts(
  table: ProductTable,
  { from }: RowOrder,
): CatalogInput & { ordersTrain: Uint32Array } {
  const list = <T>(values: readonly T[]): T[] => Array.from(from, (old) => values[old] as T);
  const u32 = (values: Uint32Array): Uint32Array => from.map((old) => values[old] as number);
  return {
    ids: list(table.ids),
    titles: list(table.titles),
    images: list(table.images),
    categories: list(table.categories),
    brands: list(table.brands),
    groups: list(table.groups),
    genders: list(table.genders),
    prices: u32(table.prices),
    stock: Uint8Array.from(from, (old) => table.stock[old] as number),
    released: Int32Array.from(from, (old) => table.released[old] as number),
    orders: u32(table.orders),
    numeric: new Map(
      [...table.numeric].map(([name, values]) => [
        name,
        Float32Array.from(from, (old) => values[old] as number),
      ]),
    ),
    ordersTrain: u32(table.ordersTrain),
  };
}

/** Scored lists of a data folder's rows, as lists of the new rows. */
export function reorderLists(
  lists: { offsets: Uint32Array; rows: Uint32Array; scores: Float32Array },
  { from, to }: RowOrder,
): { offsets: Uint32Array; rows: Uint32Array; scores: Float32Array } {
  const offsets = new Uint32Array(from.length + 1);
  const rows = new Uint32Array(lists.rows.length);
  const scores = new Float32Array(lists.rows.length);
  from.forEach((old, row) => {
    const start = lists.offsets[old] as number;
    const end = lists.offsets[old + 1] as number;
    const at = offsets[row] as number;
    for (let i = start; i < end; i++) rows[at + i - start] = to[lists.rows[i] as number] as number;
    scores.set(lists.scores.subarray(start, end), at);
    offsets[row + 1] = at + end - start;
  });
  return { offsets, rows, scores };
}
