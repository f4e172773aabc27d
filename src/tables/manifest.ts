// The manifest of a data folder: what was read, what was dropped and why, and the hashes of what was written.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SepetError } from '../base/errors.ts';

const count = z.number().int().nonnegative();
const text = z.string();

const manifestSchema = z.object({
  kind: z.literal('sepet-baskets'),
  version: z.literal(1),
  /** The files that were read, with their SHA-256. */
  source: z.object({
    preset: text.nullable(),
    orders: z.array(z.object({ file: text, bytes: count, sha256: text })),
    products: z.array(z.object({ file: text, bytes: count, sha256: text })),
  }),
  parameters: z.object({
    /** Training draws this many products of a longer basket, anew each epoch. */
    maxBasket: count,
    contextColumns: z.array(text),
    /** Exactly one of the two is a number. */
    testShare: z.number().nullable(),
    testDays: z.number().nullable(),
    /** Mapped columns of the orders and of the product table, by field. */
    columns: z.object({
      orders: z.record(text, z.array(text)),
      products: z.record(text, z.array(text)),
      /** Columns of the product table by numeric field. */
      fields: z.record(text, text).default({}),
      /** Columns of the orders by the name that baskets keep them under. */
      keep: z.record(text, text).default({}),
    }),
  }),
  counts: z.object({
    lines: count,
    /** Lines that became a product in a basket: lines = kept + the sum of dropped. */
    kept: count,
    dropped: z.record(text, count),
    orders: count,
    /** Customers of the kept lines, where a customer column is mapped. */
    customers: count.nullable(),
    baskets: count,
    trainBaskets: count,
    testBaskets: count,
    /** Baskets longer than `maxBasket`. */
    longBaskets: count,
    products: count,
    tokens: count,
    /** Prices that were dropped to unknown: unreadable, or beyond 2^32 - 2 minor units. */
    pricesUnknown: count,
    /** Products with a known value, by numeric field. */
    fields: z.record(text, count).default({}),
    /** Different values of the kept columns. */
    keep: z.record(text, count).default({}),
    /** Lines of the product table: lines = kept + the sum of dropped. */
    catalogue: z.object({ lines: count, kept: count, dropped: z.record(text, count) }).nullable(),
  }),
  /** Of the baskets, ISO 8601 in UTC; a basket is a test basket from `split` on. */
  time: z.object({ first: text, last: text, split: text.nullable() }),
  hashes: z.object({ 'baskets.parquet': text, 'products.parquet': text }),
  currency: text.nullable(),
  /** The product table has the deltas of a store up to this revision in it. */
  deltas: z.object({ revision: count }).optional(),
  createdAt: text,
});

export type DatasetManifest = z.infer<typeof manifestSchema>;

export const manifestFile = 'manifest.json';
export const basketsFile = 'baskets.parquet';
export const productsFile = 'products.parquet';

/**
 * Reads and checks a data folder's manifest. Throws `input_missing` where there is none and `manifest_invalid` where it
 * is damaged, of another kind or of another version.
 */
export async function readManifest(dir: string): Promise<DatasetManifest> {
  const path = join(dir, manifestFile);
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (cause) {
    throw new SepetError('input_missing', `${dir} holds no ${manifestFile}: make it with sepet ingest.`, {
      cause,
    });
  }
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (cause) {
    throw new SepetError('manifest_invalid', `${path} is not JSON: run sepet ingest again.`, { cause });
  }
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
  throw new SepetError(
    'manifest_invalid',
    `${path} is no manifest of this version${where}: run sepet ingest again.`,
  );
}
