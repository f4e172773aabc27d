// Which products were bought together, counted in SQL: for each product a list of others by one of three
// measures. With c baskets that hold both, and n_i that hold i:
//   conditional  c / n_i                                     P(j | i)
//   salton       c / sqrt(n_i n_j)                           Salton's cosine
//   decayed      c' / (n'_i n'_j^0.25)                       baskets weighted by 0.5^(age / half-life)

import { join } from 'node:path';
import { SepetError } from '../base/errors.ts';
import type { Split } from './dataset.ts';
import { type Database, literal, withDatabase } from './duckdb.ts';
import { basketsFile, readManifest } from './manifest.ts';

export const measures = ['conditional', 'salton', 'decayed'] as const;
export type Measure = (typeof measures)[number];

/** The list of product row r is rows[offsets[r]] up to rows[offsets[r + 1]] (excluded), best first. */
export interface ScoredLists {
  readonly offsets: Uint32Array;
  readonly rows: Uint32Array;
  readonly scores: Float32Array;
}

export interface CountingOptions {
  /** Which side of the time split is counted; `train` if absent. */
  readonly split?: Split;
  /** Of a longer basket this many products are drawn, always the same ones; all are kept if absent. */
  readonly maxBasket?: number;
  /** Length of a list. */
  readonly topN: number;
  /** Days after which a basket counts half in `decayed`; 180 if absent. */
  readonly halfLifeDays?: number;
}

const formulas: Record<Measure, string> = {
  conditional: 'held / own.n',
  salton: 'held / sqrt(own.n * other.n)',
  decayed: 'pairs.weight / (own.weight * pow(other.weight, 0.25))',
};

async function countPairs(db: Database, dir: string, options: CountingOptions): Promise<void> {
  const { split = 'train', maxBasket, halfLifeDays = 180 } = options;
  const drawn =
    maxBasket === undefined
      ? 'items'
      : `CASE WHEN len(items) <= ${maxBasket} THEN items ELSE list_transform(list_slice(list_sort(
           list_transform(items, lambda x: {'h': hash(x, basket), 'i': x})), 1, ${maxBasket}), lambda x: x.i) END`;
  await db.run(`
    CREATE TEMP TABLE tokens AS
      SELECT basket, pow(0.5, (max(t) OVER () - t) / ${86_400 * halfLifeDays})::FLOAT AS w, unnest(drawn) AS item
        FROM (SELECT basket, epoch(time) AS t, ${drawn} AS drawn
                FROM read_parquet(${literal(join(dir, basketsFile))}) WHERE split = ${literal(split)})`);
  await db.run(`
    CREATE TEMP TABLE totals AS
      SELECT item, count(*)::DOUBLE AS n, sum(w)::DOUBLE AS weight FROM tokens GROUP BY item;
    CREATE TEMP TABLE pairs AS
      SELECT a.item AS i, b.item AS j, count(*)::DOUBLE AS held, sum(a.w)::DOUBLE AS weight
        FROM tokens a JOIN tokens b ON a.basket = b.basket AND a.item <> b.item GROUP BY 1, 2`);
}

async function readLists(
  db: Database,
  measure: Measure,
  topN: number,
  products: number,
): Promise<ScoredLists> {
  const { i, j, score } = await db.columns(
    `SELECT i, j, score FROM (
        SELECT pairs.i, pairs.j, (${formulas[measure]})::FLOAT AS score
          FROM pairs JOIN totals own ON own.item = i JOIN totals other ON other.item = j)
      QUALIFY row_number() OVER (PARTITION BY i ORDER BY score DESC, j) <= ${topN}
      ORDER BY i, score DESC, j`,
    { i: 'u32', j: 'u32', score: 'f32' },
  );
  const offsets = new Uint32Array(products + 1);
  for (const row of i) offsets[row + 1] = (offsets[row + 1] ?? 0) + 1;
  for (let row = 0; row < products; row++) offsets[row + 1] = (offsets[row + 1] ?? 0) + (offsets[row] ?? 0);
  return { offsets, rows: j, scores: score };
}

/**
 * The lists of each measure named, over one count of the pairs. Throws `input_missing` and `manifest_invalid` as
 * readManifest does, and `option_invalid` for a length that is no positive whole number.
 */
export async function cooccurrences<M extends Measure>(
  dir: string,
  names: readonly M[],
  options: CountingOptions,
): Promise<Record<M, ScoredLists>> {
  for (const [name, value] of Object.entries({ topN: options.topN, maxBasket: options.maxBasket ?? 2 })) {
    if (Number.isInteger(value) && value > 0) continue;
    throw new SepetError('option_invalid', `${name} must be a whole number above 0, not ${value}.`);
  }
  const { counts } = await readManifest(dir);
  return withDatabase(async (db) => {
    await countPairs(db, dir, options);
    const lists: [M, ScoredLists][] = [];
    for (const name of names) lists.push([name, await readLists(db, name, options.topN, counts.products)]);
    return Object.fromEntries(lists) as Record<M, ScoredLists>;
  });
}

/** The lists of one measure, `decayed` if none is named: see `cooccurrences`. */
export async function cooccurrence(
  dir: string,
  options: CountingOptions & { readonly measure?: Measure },
): Promise<ScoredLists> {
  const measure = options.measure ?? 'decayed';
  const lists = await cooccurrences(dir, [measure], options);
  return lists[measure];
}
