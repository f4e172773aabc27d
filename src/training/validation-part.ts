// The validation part of a data folder: its training time cut once more. What comes out is a data folder of its own
// (DIR/validation), whose training baskets are the earlier and whose test baskets the later part, so that whatever trains,
// counts or judges works on it as it stands. The test baskets of DIR are not in it: nothing that is tuned here has seen them.

import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SepetError } from '../base/errors.ts';
import { checkLimit, limits } from '../base/limits.ts';
import type { DatasetManifest } from '../tables/dataset.ts';
import { type Database, literal, withDatabase } from '../tables/duckdb.ts';
import { basketsFile, manifestFile, productsFile, readManifest } from '../tables/manifest.ts';

export interface ValidationPart {
  /** A data folder (docs/ingest.md): `train` baskets to learn from, `test` baskets to judge by. */
  readonly dir: string;
  /** ISO 8601: from then on a basket is for judging. */
  readonly split: string;
  readonly trainBaskets: number;
  readonly validationBaskets: number;
}

export interface ValidationOptions {
  /** Share of the training baskets, the latest ones, to judge by; that of the test part if absent. */
  readonly share?: number;
}

const sourceFile = 'validation.json';

/**
 * Makes DIR/validation, or takes what lies there where it was made of the same data with the same share. A product's
 * `orders_train` are its baskets in the earlier part (orders of one product alone are not known any more).
 * Throws `input_missing`, `manifest_invalid`, `option_invalid`, `file_io`, and `data_empty` where a side would be empty.
 */
export async function validationPart(dir: string, options: ValidationOptions = {}): Promise<ValidationPart> {
  const dataset = await readManifest(dir);
  const share = checkLimit(
    'testShare',
    options.share ?? (dataset.parameters.testShare || limits.testShare.default),
    false,
  );
  if (share === 0)
    throw new SepetError(
      'option_invalid',
      'A share of 0 leaves nothing to judge by: ask for some validation.',
    );
  const out = join(dir, 'validation');
  const source = `${JSON.stringify({ hashes: dataset.hashes, share })}\n`;
  const kept = await keptPart(out, source);
  const manifest = kept ?? (await makePart(dir, dataset, { share, out, source }));
  const { trainBaskets, testBaskets } = manifest.counts;
  return { dir: out, split: String(manifest.time.split), trainBaskets, validationBaskets: testBaskets };
}

async function keptPart(out: string, source: string): Promise<DatasetManifest | undefined> {
  const found = await readFile(join(out, sourceFile), 'utf8').catch(() => undefined);
  return found === source ? readManifest(out).catch(() => undefined) : undefined;
}

async function makePart(
  dir: string,
  dataset: DatasetManifest,
  part: { readonly share: number; readonly out: string; readonly source: string },
): Promise<DatasetManifest> {
  const making = `${part.out}.${process.pid}.tmp`;
  try {
    await mkdir(making, { recursive: true });
    const figures = await withDatabase((database) => writeTables(database, dir, making, part.share));
    const manifest: DatasetManifest = {
      ...dataset,
      parameters: { ...dataset.parameters, testShare: part.share, testDays: null },
      counts: { ...dataset.counts, ...figures.counts },
      time: { ...dataset.time, last: figures.last, split: figures.split },
      hashes: {
        [basketsFile]: await sha256(join(making, basketsFile)),
        [productsFile]: await sha256(join(making, productsFile)),
      },
    };
    await writeFile(join(making, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`);
    await writeFile(join(making, sourceFile), part.source);
    for (const name of [basketsFile, productsFile, manifestFile, sourceFile])
      await synced(join(making, name));
    await rm(part.out, { recursive: true, force: true });
    await rename(making, part.out);
    return manifest;
  } catch (cause) {
    if (cause instanceof SepetError) throw cause;
    const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new SepetError('file_io', `${part.out} cannot be written: ${why}`, { cause });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

async function writeTables(database: Database, dir: string, out: string, share: number) {
  const from = (file: string): string => `read_parquet(${literal(join(dir, file))})`;
  await database.run(`CREATE TEMP TABLE old AS SELECT * FROM ${from(basketsFile)} WHERE split = 'train'`);
  // As ingest cuts: baskets of one time stay together, and the earlier side is never empty.
  const { cut } = await database.row<{ cut: string | null }>(
    `SELECT strftime(min(time), '%Y-%m-%d %H:%M:%S.%f') AS cut FROM old WHERE time > (SELECT min(time) FROM old) AND time >=
       (SELECT time FROM old ORDER BY basket LIMIT 1
         OFFSET (SELECT count(*) - greatest(1, round(count(*) * ${share})::BIGINT) FROM old))`,
  );
  if (cut === null)
    throw new SepetError(
      'data_empty',
      `The training baskets of ${dir} are too few, or all of one time: they cannot be split for validation.`,
    );
  const later = `time >= TIMESTAMP ${literal(cut)}`;
  const copy = (query: string, file: string): Promise<void> =>
    database.run(`COPY (${query}) TO ${literal(join(out, file))} (FORMAT parquet, COMPRESSION zstd)`);
  await copy(
    `SELECT * REPLACE (CASE WHEN ${later} THEN 'test' ELSE 'train' END AS split) FROM old ORDER BY basket`,
    basketsFile,
  );
  await copy(
    `SELECT product.* REPLACE (CAST(coalesce(seen.n, 0) AS UINTEGER) AS orders_train) FROM ${from(productsFile)} product
       LEFT JOIN (SELECT item, count(*) AS n FROM (SELECT unnest(items) AS item FROM old WHERE NOT (${later})) GROUP BY item)
         AS seen ON seen.item = product.row ORDER BY product.row`,
    productsFile,
  );
  const { split, last, ...counts } = await database.row<{
    split: string;
    last: string;
    baskets: number;
    trainBaskets: number;
    testBaskets: number;
  }>(
    `SELECT count(*) AS baskets, count(*) FILTER (NOT (${later})) AS "trainBaskets", count(*) FILTER (${later}) AS "testBaskets",
            strftime(TIMESTAMP ${literal(cut)}, '%Y-%m-%dT%H:%M:%SZ') AS split, strftime(max(time), '%Y-%m-%dT%H:%M:%SZ') AS last
       FROM old`,
  );
  return { split, last, counts };
}

async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

async function synced(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
