// Folds the changes of deltas into what an artifact is built from: products that changed, that came and that went.

import { unknown8, unknown32, unknownDay } from '../../base/products.ts';
import type { ProductChange } from '../../catalog/changes.ts';
import type { ProductTable } from '../../tables/dataset.ts';
import type { BuildInputs } from './inputs.ts';

export interface Folding {
  /** Merged from the deltas that came after the data was ingested. */
  readonly changes: ReadonlyMap<string, ProductChange>;
  /** Of the last of them. */
  readonly revision: number;
}

/** What came of the changes; each product is counted once. */
export interface FoldReport {
  readonly changed: number;
  readonly added: number;
  readonly removed: number;
  /** Changes to products that the data lacks, without the title that would add them. */
  readonly ignored: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer V)[] ? V[] : T[K] };

function longer<A extends Uint8Array | Uint32Array | Int32Array | Float32Array>(
  column: A,
  length: number,
  unknown: number,
): A {
  const copy = new (column.constructor as new (length: number) => A)(length).fill(
    unknown,
    column.length,
  ) as A;
  copy.set(column);
  return copy;
}

/** A copy of the table that may be written to, with room for more products, of which nothing is known. */
function grown(table: ProductTable, ids: readonly string[]): Mutable<ProductTable> {
  const products = table.products + ids.length;
  const nulls: null[] = ids.map(() => null);
  return {
    products,
    ids: [...table.ids, ...ids],
    titles: [...table.titles, ...nulls],
    categories: [...table.categories, ...nulls],
    brands: [...table.brands, ...nulls],
    genders: [...table.genders, ...nulls],
    prices: longer(table.prices, products, unknown32),
    currencies: [...table.currencies, ...nulls],
    stock: longer(table.stock, products, unknown8),
    released: longer(table.released, products, unknownDay),
    images: [...table.images, ...nulls],
    groups: [...table.groups, ...nulls],
    numeric: new Map(
      Array.from(table.numeric, ([name, column]) => [name, longer(column, products, Number.NaN)]),
    ),
    orders: longer(table.orders, products, 0),
    ordersTrain: longer(table.ordersTrain, products, 0),
  };
}

function write(
  table: Mutable<ProductTable>,
  row: number,
  change: ProductChange,
  currency: string | null,
): void {
  const { title, image, category, brand, group, gender, price, stock, released, numeric = {} } = change;
  if (title !== undefined) table.titles[row] = title;
  if (image !== undefined) table.images[row] = image;
  if (category !== undefined) table.categories[row] = category;
  if (brand !== undefined) table.brands[row] = brand;
  if (group !== undefined) table.groups[row] = group;
  if (gender !== undefined) table.genders[row] = gender;
  if (price !== undefined) {
    table.prices[row] = price;
    table.currencies[row] = currency;
  }
  if (stock !== undefined) table.stock[row] = Number(stock);
  if (released !== undefined) table.released[row] = released;
  // A field that the data lacks is no field of the artifact: a server that applies the delta leaves it out as well.
  for (const [name, value] of Object.entries(numeric)) {
    const column = table.numeric.get(name);
    if (column !== undefined) column[row] = value;
  }
}

/**
 * The inputs as the changes have them. Added products stand behind all others, in the order of their ids, as a server that
 * applies the deltas has them; removed ones stay in the table and are named in `removed`, for the build to leave out.
 */
export function foldInputs(
  inputs: BuildInputs,
  changes: ReadonlyMap<string, ProductChange>,
): { inputs: BuildInputs; report: FoldReport } {
  const { products: table, currency } = inputs;
  const removed = new Set<number>();
  const rows = new Map<string, number>();
  table.ids.forEach((id, row) => {
    const change = changes.get(id);
    if (change === undefined) return;
    rows.set(id, row);
    if (change.removed === true) removed.add(row);
  });
  const added = [...changes.values()]
    .filter(({ id, title, removed: gone }) => !rows.has(id) && title !== undefined && gone !== true)
    .map(({ id }) => id)
    .sort();
  added.forEach((id, i) => {
    rows.set(id, table.products + i);
  });
  const products = grown(table, added);
  for (const [id, row] of rows) write(products, row, changes.get(id) as ProductChange, currency);
  return {
    inputs: { ...inputs, products, removed },
    report: {
      changed: rows.size - added.length - removed.size,
      ...{ added: added.length, removed: removed.size, ignored: changes.size - rows.size },
    },
  };
}
