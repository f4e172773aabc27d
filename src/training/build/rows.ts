// The rows of an artifact: products with a vector of their own first, then those for which one was made, then those without, each in
// the order of the data folder (most ordered first) unless cells.ts renumbers them. So the graph's rows are the catalogue's rows and no
// map is needed.

import { unknown32 } from '../../base/products.ts';
import type { CatalogInput } from '../../catalog/catalog.ts';
import type { ProductTable } from '../../tables/dataset.ts';
import type { BuildInputs } from './inputs.ts';

export interface RowOrder {
  /** New row → row in the data folder. */
  readonly from: Uint32Array;
  /** Row in the data folder → new row; of one that was left out `unknown32`. */
  readonly to: Uint32Array;
  /** Products with a vector: new rows 0 to trained - 1. */
  readonly trained: number;
  /** Of these the last, whose vectors were made. */
  readonly cold: number;
}

type OrderInputs = Pick<BuildInputs, 'in' | 'out' | 'dims' | 'removed'> & {
  readonly products: Pick<ProductTable, 'products'>;
};

/** True also of no values at all. */
const isZero = (values: Float32Array): boolean => values.every((value) => value === 0);

/** A product has a vector of its own where neither its IN nor its OUT row is zero; those that deltas added have none. */
export const hasVector =
  ({ in: input, out: output, dims }: Pick<OrderInputs, 'in' | 'out' | 'dims'>) =>
  (row: number): boolean => {
    const [start, end] = [row * dims, (row + 1) * dims];
    return !isZero(input.subarray(start, end)) && !isZero(output.subarray(start, end));
  };

/** @param made rows without a vector of their own for which one was made, ascending */
export function orderRows(inputs: OrderInputs, made: Iterable<number> = []): RowOrder {
  const { products } = inputs.products;
  const own = hasVector(inputs);
  const makes = new Set(made);
  const has: number[] = [];
  const cold: number[] = [];
  const hasNot: number[] = [];
  for (let row = 0; row < products; row++) {
    if (inputs.removed?.has(row)) continue;
    (own(row) ? has : makes.has(row) ? cold : hasNot).push(row);
  }
  const from = Uint32Array.from([...has, ...cold, ...hasNot]);
  const to = new Uint32Array(products).fill(unknown32);
  from.forEach((old, row) => {
    to[old] = row;
  });
  return { from, to, trained: has.length + cold.length, cold: cold.length };
}

/** The order in which the row that was `places[i]` is row i; for the rows with vectors, each of them once. */
export function renumberRows({ from: before, to: rows, ...counts }: RowOrder, places: Uint32Array): RowOrder {
  const from = Uint32Array.from(before);
  const to = Uint32Array.from(rows);
  places.forEach((place, row) => {
    const old = before[place] as number;
    from[row] = old;
    to[old] = row;
  });
  return { ...counts, from, to };
}

/** Rows of `dims` values, of which the one that was `places[i]` is row i. */
export function moveRows(values: Float32Array, dims: number, places: Uint32Array): Float32Array {
  const result = new Float32Array(places.length * dims);
  places.forEach((place, row) => {
    result.set(values.subarray(place * dims, (place + 1) * dims), row * dims);
  });
  return result;
}

/** The rows of V × dims values that have vectors, reordered; behind them those that were made, which are in order. */
export function reorderVectors(
  values: Float32Array,
  dims: number,
  { from, trained, cold }: RowOrder,
  made: Float32Array = new Float32Array(0),
): Float32Array {
  const result = new Float32Array(trained * dims);
  for (let row = 0; row < trained - cold; row++) {
    const old = from[row] as number;
    result.set(values.subarray(old * dims, (old + 1) * dims), row * dims);
  }
  result.set(made, (trained - cold) * dims);
  return result;
}

/** A data folder's products as the catalogue's input, reordered. */
export function reorderProducts(
  table: ProductTable,
  { from }: Pick<RowOrder, 'from'>,
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

/** Scored lists of a data folder's rows, as lists of the new rows; what was left out is in none, and has none. */
export function reorderLists(
  lists: { offsets: Uint32Array; rows: Uint32Array; scores: Float32Array },
  { from, to }: Pick<RowOrder, 'from' | 'to'>,
): { offsets: Uint32Array; rows: Uint32Array; scores: Float32Array } {
  const offsets = new Uint32Array(from.length + 1);
  const rows = new Uint32Array(lists.rows.length);
  const scores = new Float32Array(lists.rows.length);
  let at = 0;
  from.forEach((old, row) => {
    // Products that deltas added stand behind the last list.
    const end = lists.offsets[old + 1] ?? 0;
    for (let i = lists.offsets[old] ?? 0; i < end; i++) {
      const other = to[lists.rows[i] as number] as number;
      if (other === unknown32) continue;
      rows[at] = other;
      scores[at++] = lists.scores[i] as number;
    }
    offsets[row + 1] = at;
  });
  return { offsets, rows: rows.slice(0, at), scores: scores.slice(0, at) };
}
