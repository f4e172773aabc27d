// What the tests of ingest share: temporary folders, files written by hand, and a look into the result.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type IngestOptions, type IngestResult, ingest } from '../../src/dataprep/ingest.ts';
import { withDatabase } from '../../src/tables/duckdb.ts';

export interface Folder {
  readonly dir: string;
  readonly out: string;
  file(name: string, content: string | Uint8Array): string;
  remove(): void;
}

export function makeFolder(): Folder {
  const dir = mkdtempSync(join(tmpdir(), 'sepet-ingest-'));
  return {
    dir,
    out: join(dir, 'out'),
    file(name, content) {
      const path = join(dir, name);
      writeFileSync(path, name.endsWith('.gz') ? gzipSync(content) : content);
      return path;
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

export interface SeenBasket {
  time: string;
  context: string;
  split: string;
  items: string[];
}

/** The baskets in their order, with product ids in place of rows. */
export function seenBaskets(out: string): Promise<SeenBasket[]> {
  return withDatabase(async (database) => {
    const rows = await database.rows<Record<'time' | 'context' | 'split' | 'items', string>>(
      `SELECT strftime(time, '%Y-%m-%d %H:%M:%S') AS time, context, split,
         (SELECT string_agg(id, ' ' ORDER BY id) FROM read_parquet('${out}/products.parquet') WHERE list_contains(items, row)) AS items
       FROM read_parquet('${out}/baskets.parquet') ORDER BY basket`,
    );
    return rows.map((row) => ({ ...row, items: row.items.split(' ') }));
  });
}

export type SeenProduct = Record<
  'id' | 'title' | 'category' | 'brand' | 'gender' | 'currency' | 'released' | 'image' | 'group',
  string | null
> & {
  row: number;
  price_minor: number | null;
  in_stock: boolean | null;
  orders: number;
  orders_train: number;
};

export const seenProducts = (out: string): Promise<SeenProduct[]> =>
  withDatabase((database) =>
    database.rows<SeenProduct>(`SELECT * FROM read_parquet('${out}/products.parquet') ORDER BY row`),
  );

/** Ingests one file's text and returns everything that can be seen of it. */
export async function ingestText(
  text: string | Uint8Array,
  options: Partial<IngestOptions> = {},
  name = 'orders.csv',
): Promise<IngestResult & { baskets: SeenBasket[]; products: SeenProduct[] }> {
  const folder = makeFolder();
  try {
    const file = folder.file(name, text);
    const result = await ingest({ files: [file], out: folder.out, testShare: 0, ...options });
    return { ...result, baskets: await seenBaskets(folder.out), products: await seenProducts(folder.out) };
  } finally {
    folder.remove();
  }
}

export const sharedData = join(dirname(dirname(dirname(import.meta.dirname))), 'shared', 'data');
