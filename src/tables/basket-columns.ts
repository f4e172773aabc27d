// What is known of baskets beside their products: the context that they were separated by, their time, and the order columns
// that ingest was told to keep.

import { basketsFrom } from './dataset.ts';
import { identifier } from './duckdb.ts';

/** An order column that ingest was told to keep stands in the table under its name with this before it. */
export const keptPrefix = 'keep_';

/** Columns of baskets by name, a text or null each, in the order of `readBaskets`. */
export type BasketColumns = ReadonlyMap<string, readonly (string | null)[]>;

const ownColumns: Readonly<Record<string, string>> = {
  context: "nullif(context, '')",
  'time.hour': 'CAST(hour(time) AS VARCHAR)',
  'time.weekday': 'CAST(isodow(time) AS VARCHAR)',
  'time.month': 'CAST(month(time) AS VARCHAR)',
};

/** The names of the order columns that a data folder's baskets kept. Throws `input_missing`, `input_unreadable`. */
export function readKeptColumns(dir: string): Promise<string[]> {
  return basketsFrom(dir, async (database, path) => {
    const described = await database.rows<{ column_name: string }>(
      'DESCRIBE SELECT * FROM read_parquet($path)',
      { path },
    );
    return described.flatMap(({ column_name: name }) =>
      name.startsWith(keptPrefix) ? [name.slice(keptPrefix.length)] : [],
    );
  });
}

/** Reads columns of one side's baskets, each of which must be there. Throws `input_missing`, `input_unreadable`. */
export function readBasketColumns(
  dir: string,
  names: readonly string[],
  split: 'train' | 'test',
): Promise<BasketColumns> {
  if (names.length === 0) return Promise.resolve(new Map());
  return basketsFrom(dir, async (database, path) => {
    const chosen = names.map(
      (name, i) => `${ownColumns[name] ?? `nullif(${identifier(keptPrefix + name)}, '')`} AS n${i}`,
    );
    const columns = await database.columns(
      `SELECT ${chosen.join(', ')} FROM read_parquet($path) WHERE split = $split ORDER BY basket`,
      Object.fromEntries(names.map((_, i) => [`n${i}`, 'text' as const])),
      { path, split },
    );
    return new Map(names.map((name, i) => [name, columns[`n${i}`] ?? []]));
  });
}
