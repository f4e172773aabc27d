// A data folder's baskets as rows for a factorization machine: each product of a basket asked with, some of the others
// as what it should find. Products are encoded once; rows copy what they need.

import { SepetError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { unknown32 } from '../../base/products.ts';
import { Random } from '../../base/random.ts';
import {
  type ColumnEncoder,
  columnEncodersOf,
  encodersOf,
  type FittedFeatures,
} from '../../features/encode.ts';
import {
  basketColumnsOf,
  checkFactColumns,
  factReader,
  isOfQuery,
  type ProductFactsOf,
  queryReader,
} from '../../features/facts.ts';
import { fitFeatures } from '../../features/fit.ts';
import type { Averaged, SparseRows } from '../../native/index.ts';
import { type BasketColumns, readBasketColumns, readKeptColumns } from '../../tables/basket-columns.ts';
import {
  type Baskets,
  type ProductTable,
  readBaskets,
  readManifest,
  readProducts,
} from '../../tables/dataset.ts';
import { drawer } from './draw.ts';
import type { FmRows } from './rows.ts';
import { RowsBuilder } from './rows.ts';
import type { TableData, TableOptions } from './table.ts';

/** The facts of a row of the product table. */
export function factsOf(products: ProductTable): (row: number) => ProductFactsOf {
  const { ids, categories, brands, genders, groups, prices, numeric } = products;
  return (row) => (name) => {
    if (name === 'id') return ids[row];
    if (name === 'category') return categories[row];
    if (name === 'brand') return brands[row];
    if (name === 'gender') return genders[row];
    if (name === 'group') return groups[row];
    if (name === 'price') return prices[row] === unknown32 ? null : prices[row];
    const value = numeric.get(name)?.[row];
    return value === undefined || Number.isNaN(value) ? null : value;
  };
}

export interface ProductRows {
  /** Each product as the one that is asked with, and as an item. */
  readonly queries: SparseRows;
  readonly items: SparseRows;
}

/** Encodes every product of a table. Columns of the basket are missing in the queries. */
export function productRows(fitted: FittedFeatures, products: ProductTable): ProductRows {
  const facts = factsOf(products);
  const encoders = encodersOf(fitted);
  const [queries, items] = [new RowsBuilder(), new RowsBuilder()];
  for (let row = 0; row < products.products; row++) {
    const own = facts(row);
    const asQuery = queryReader(own);
    const emit = (feature: number, x: number): void => queries.addFeature(feature, x);
    encoders.user(asQuery, emit);
    encoders.context(asQuery, emit);
    queries.endRow(0);
    encoders.item(factReader(own), (feature, x) => items.addFeature(feature, x));
    items.endRow(0);
  }
  return { queries: queries.finish(), items: items.finish() };
}

/** The encoders of the columns that the product asked with has, or of those that the basket has. */
const besideEncoders = (fitted: FittedFeatures, ofQuery: boolean): ColumnEncoder[] =>
  (['user', 'context'] as const)
    .flatMap((group) => columnEncodersOf(fitted, group))
    .filter(({ columns: [first = ''] }) => isOfQuery(first) === ofQuery);

/** Encodes what every product has as the one that is asked with, without the columns of the basket. */
function queryRows(fitted: FittedFeatures, products: ProductTable): SparseRows {
  const facts = factsOf(products);
  const encoders = besideEncoders(fitted, true);
  const rows = new RowsBuilder();
  for (let row = 0; row < products.products; row++) {
    const read = queryReader(facts(row));
    for (const { encode } of encoders) encode(read, (feature, x) => rows.addFeature(feature, x));
    rows.endRow(0);
  }
  return rows.finish();
}

/** What stands for the average of a basket's column: its missing value, and values that are new. */
function averagedColumns(fitted: FittedFeatures, train: SparseRows, weights: Float32Array): Averaged[] {
  const sums = new Float64Array(fitted.features);
  let all = 0;
  for (let row = 0; row < weights.length; row++) {
    const weight = weights[row] as number;
    all += weight;
    for (let i = train.offsets[row] as number; i < (train.offsets[row + 1] as number); i++) {
      const feature = train.features[i] as number;
      sums[feature] = (sums[feature] as number) + weight * (train.values?.[i] ?? 1);
    }
  }
  const columns = [...fitted.user, ...fitted.context].filter(({ column }) => !isOfQuery(column));
  return columns.map(({ kind, first, size }) => {
    const named = kind === 'dictionary' || kind === 'hash' || kind === 'multi';
    return {
      first,
      shares: Float32Array.from(sums.subarray(first, first + size), (sum) => sum / all),
      fills: named ? Array.from({ length: size }, (_, i) => i) : [size - 1],
    };
  });
}

/** Encodes the columns of `count` baskets. */
export function basketRows(fitted: FittedFeatures, columns: BasketColumns, count: number): SparseRows {
  const encoders = besideEncoders(fitted, false);
  const rows = new RowsBuilder();
  for (let basket = 0; basket < count; basket++) {
    const read = (column: string) => columns.get(column)?.[basket];
    for (const { encode } of encoders) encode(read, (feature, x) => rows.addFeature(feature, x));
    rows.endRow(0);
  }
  return rows.finish();
}

/** Adds a row's features. */
export function copyRow(rows: SparseRows, row: number, into: RowsBuilder): void {
  for (let i = rows.offsets[row] as number; i < (rows.offsets[row + 1] as number); i++)
    into.addFeature(rows.features[i] as number, rows.values?.[i] ?? 1);
}

interface Pair {
  readonly basket: number;
  readonly query: number;
  readonly item: number;
  /** All pairs of a product in a basket weigh 1 together. */
  readonly weight: number;
}

/** Each product of the baskets with up to `partners` others of its basket. */
function* pairsOf(baskets: Baskets, from: number, to: number, random: Random): Generator<Pair> {
  const { default: partners } = limits.fmPartners;
  for (let b = from; b < to; b++) {
    const items = baskets.items.subarray(baskets.offsets[b], baskets.offsets[b + 1]);
    for (const query of items) {
      const others = items.filter((item) => item !== query);
      const chosen = others.length > partners ? random.shuffle(others).subarray(0, partners) : others;
      for (const item of chosen) yield { basket: b, query, item, weight: 1 / chosen.length };
    }
  }
}

/** The baskets from `from` on as whole rows, with drawn negatives: what says when to stop. */
function heldPairs(
  { queries, items, baskets }: ProductRows & { readonly baskets: SparseRows },
  pairs: Iterable<Pair>,
  { draw, negatives }: { readonly draw: () => number; readonly negatives: number },
): FmRows {
  const builder = new RowsBuilder();
  for (const { basket, query, item } of pairs) {
    for (let n = 0; n <= negatives; n++) {
      copyRow(queries, query, builder);
      copyRow(baskets, basket, builder);
      copyRow(items, n === 0 ? item : draw(), builder);
      builder.endRow(Number(n === 0));
    }
  }
  return builder.finish();
}

/**
 * Reads a data folder's training baskets; the last of them say when to stop. Throws `input_missing`, `data_empty`,
 * `feature_spec_invalid`, `option_invalid`, and what reading throws.
 */
export async function readBasketPairs(dir: string, options: TableOptions): Promise<TableData> {
  const { spec, validationShare, negatives, alpha, seed } = options;
  if (negatives === 0)
    throw new SepetError('option_invalid', 'Baskets hold positives alone: --negatives must be 1 or more.');
  await readManifest(dir);
  const products = await readProducts(dir);
  const kept = await readKeptColumns(dir);
  checkFactColumns(spec, { fields: [...products.numeric.keys()], kept });
  const baskets = await readBaskets(dir, { split: 'train' });
  const from = baskets.baskets - Math.max(1, Math.round(baskets.baskets * validationShare));
  if (from < 1)
    throw new SepetError(
      'data_empty',
      `${dir} has ${baskets.baskets} training baskets: too few to learn from.`,
    );
  const counts = new Float64Array(products.products);
  for (const row of baskets.items.subarray(0, baskets.offsets[from]))
    counts[row] = (counts[row] as number) + 1;
  const seen = Array.from(counts.keys()).filter((row) => (counts[row] as number) > 0);
  const columnsBeside = await readBasketColumns(dir, basketColumnsOf(spec), 'train');
  const facts = factsOf(products);
  // A product counts once, however often it was ordered: what is learned of it is in its rows.
  const { fitted, columns } = fitFeatures(spec, function* (column, group) {
    if (group !== 'item' && !isOfQuery(column)) yield* columnsBeside.get(column)?.slice(0, from) ?? [];
    else
      for (const row of seen) {
        const own = facts(row);
        yield group === 'item' ? factReader(own)(column) : queryReader(own)(column);
      }
  });
  const rows = {
    queries: queryRows(fitted, products),
    items: productRows(fitted, products).items,
    baskets: basketRows(fitted, columnsBeside, baskets.baskets),
  };
  const random = new Random(seed);
  const train = new RowsBuilder();
  const item: number[] = [];
  const weights: number[] = [];
  for (const pair of pairsOf(baskets, 0, from, random)) {
    copyRow(rows.queries, pair.query, train);
    copyRow(rows.baskets, pair.basket, train);
    train.endRow(1);
    item.push(pair.item);
    weights.push(pair.weight);
  }
  const contexts = train.finish();
  const averaged = averagedColumns(fitted, contexts, Float32Array.from(weights));
  const held = pairsOf(baskets, from, baskets.baskets, random);
  const draw = drawer(counts, alpha, seed);
  return {
    data: {
      train: contexts,
      weights: Float32Array.from(weights),
      items: { rows: rows.items, item: Uint32Array.from(item), counts },
      validation: heldPairs(rows, held, { draw, negatives }),
      features: fitted.features,
      averaged,
    },
    ...{ fitted, columns },
  };
}
