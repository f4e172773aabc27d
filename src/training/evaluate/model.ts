// Reads a word2vec model for the data folder it was trained on.

import { existsSync } from 'node:fs';
import { z } from 'zod';
import { readKind } from '../../artifact/manifest.ts';
import { SepetError } from '../../base/errors.ts';
import { mapFile } from '../../native/index.ts';
import type { DatasetManifest } from '../../tables/dataset.ts';

export interface Model {
  readonly dims: number;
  /** products * dims each, in the rows of products.parquet. */
  readonly in: Float32Array;
  readonly out: Float32Array;
}

const manifestSchema = z.looseObject({
  hashes: z.record(z.string(), z.string()),
  parameters: z.looseObject({ split: z.string().optional() }),
});

/**
 * Maps a model. Throws `input_missing` where there is none, what mapFile throws of a broken file, and `manifest_invalid`
 * where it belongs to other data or has learned from the test baskets.
 */
export function readModel(path: string, dataset: DatasetManifest): Model {
  if (!existsSync(path)) {
    throw new SepetError('input_missing', `There is no model ${path}: make one with sepet train.`);
  }
  const file = mapFile(path);
  const found = readKind(file, path);
  const manifest = manifestSchema.safeParse(found);
  if (found.kind !== 'sepet-model' || !manifest.success) {
    throw new SepetError(
      'manifest_invalid',
      `${path} is a ${found.kind}, not a model: make one with sepet train.`,
    );
  }
  if (manifest.data.parameters.split === 'all') {
    throw new SepetError(
      'manifest_invalid',
      `${path} has seen the test baskets (--split all): train with --split train to evaluate.`,
    );
  }
  for (const [name, hash] of Object.entries(dataset.hashes)) {
    if (manifest.data.hashes[name] === hash) continue;
    throw new SepetError(
      'manifest_invalid',
      `${path} was trained on another ${name}: run sepet train again.`,
    );
  }
  const vectors = { in: file.f32('w2v.in'), out: file.f32('w2v.out') };
  const dims = vectors.in.length / dataset.counts.products;
  if (!Number.isInteger(dims) || dims < 1 || vectors.out.length !== vectors.in.length) {
    throw new SepetError('file_damaged', `${path} holds no vectors for ${dataset.counts.products} products.`);
  }
  return { dims, ...vectors };
}
