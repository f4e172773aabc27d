// DIR/content.sepet: imported vectors of what products are, kept by product row.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readKind } from '../../artifact/manifest.ts';
import { SepetError } from '../../base/errors.ts';
import { mapFile, writeFile } from '../../native/index.ts';
import type { DatasetManifest } from '../../tables/dataset.ts';
import type { Content } from '../cold/content.ts';

export const contentPath = (dir: string): string => join(dir, 'content.sepet');

const manifestSchema = z.looseObject({
  kind: z.literal('sepet-content'),
  version: z.literal(1),
  dims: z.number().int().positive(),
  hashes: z.looseObject({ 'products.parquet': z.string() }),
});

/** Writes whole or not at all. */
export function writeContent(
  dir: string,
  content: Content,
  facts: { readonly hashes: Readonly<Record<string, string>>; readonly source: Record<string, unknown> },
): void {
  const manifest = {
    ...{ kind: 'sepet-content', version: 1, dims: content.dims },
    counts: { vectors: content.rows.length },
    ...facts,
    createdAt: new Date().toISOString(),
  };
  writeFile(contentPath(dir), [
    { name: 'manifest', data: new TextEncoder().encode(JSON.stringify(manifest)) },
    { name: 'content.rows', data: content.rows },
    { name: 'content.vectors', data: content.vectors },
  ]);
}

/**
 * The content vectors of a data folder, or undefined where it has none. Throws `manifest_invalid` where they were imported
 * for another product table, `file_damaged`, and what mapFile throws.
 */
export function readContent(
  dir: string,
  dataset: Pick<DatasetManifest, 'hashes'> & { readonly counts: { readonly products: number } },
): Content | undefined {
  const path = contentPath(dir);
  if (!existsSync(path)) return undefined;
  const file = mapFile(path);
  const manifest = manifestSchema.safeParse(readKind(file, path));
  const own = dataset.hashes['products.parquet'];
  if (!manifest.success || manifest.data.hashes['products.parquet'] !== own)
    throw new SepetError(
      'manifest_invalid',
      `${path} was imported for other products: run sepet import --content again, or remove the file.`,
    );
  const { dims } = manifest.data;
  const [rows, vectors] = [file.u32('content.rows'), file.f32('content.vectors')];
  const isOrdered = rows.every(
    (row, i) => row < dataset.counts.products && (i === 0 || row > (rows[i - 1] as number)),
  );
  if (vectors.length !== rows.length * dims || !isOrdered)
    throw new SepetError('file_damaged', `${path} does not hold a vector a product.`);
  return { dims, rows, vectors };
}
