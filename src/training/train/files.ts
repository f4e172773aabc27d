// The model and its checkpoint: Sepet files (docs/formats.md) with the sections manifest, w2v.in and w2v.out.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readKind } from '../../artifact/manifest.ts';
import { SepetError } from '../../base/errors.ts';
import { mapFile, writeFile } from '../../native/index.ts';
import type { Position, State } from './loop.ts';
import type { TrainParameters } from './parameters.ts';

export const modelPath = (dir: string): string => join(dir, 'model.sepet');
export const checkpointPath = (dir: string): string => join(dir, 'checkpoint.sepet');

const number = z.number();

const parametersSchema = z.object({
  split: z.enum(['train', 'all']),
  dims: number,
  epochs: number,
  learningRate: number,
  negatives: number,
  negativeWeight: number,
  alpha: number,
  halfLifeDays: number,
  maxBasket: number,
  seed: number,
  deterministic: z.boolean(),
});

const positionSchema = z.object({
  epoch: number,
  slice: number,
  tokens: number,
  seconds: number,
  losses: z.array(number),
  lossSum: number,
  lossTokens: number,
});

const checkpointSchema = z.object({
  kind: z.literal('sepet-checkpoint'),
  version: z.literal(1),
  parameters: parametersSchema,
  hashes: z.record(z.string(), z.string()),
  position: positionSchema,
});

/** What a model's manifest says; a checkpoint's says the same of an unfinished run. */
export interface ModelManifest {
  readonly kind: 'sepet-model' | 'sepet-checkpoint';
  readonly version: 1;
  readonly algorithm: 'word2vec';
  readonly parameters: TrainParameters;
  /** sha256 of the data folder's files. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly counts: { readonly products: number; readonly baskets: number };
  readonly position: Position;
  readonly kernel: string;
  readonly threads: number;
  readonly createdAt: string;
}

/** Writes whole or not at all: a temporary file, fsync, rename. */
export function writeState(path: string, manifest: ModelManifest, state: State): void {
  writeFile(path, [
    { name: 'manifest', data: new TextEncoder().encode(JSON.stringify(manifest)) },
    { name: 'w2v.in', data: state.in },
    { name: 'w2v.out', data: state.out },
  ]);
}

export interface Checkpoint {
  readonly parameters: TrainParameters;
  readonly hashes: Readonly<Record<string, string>>;
  /** The matrices are copies, free to be trained on. */
  readonly state: State;
}

/** The checkpoint of a data folder, or undefined. Throws `manifest_invalid` and what mapFile throws. */
export function readCheckpoint(dir: string): Checkpoint | undefined {
  const path = checkpointPath(dir);
  if (!existsSync(path)) return undefined;
  const file = mapFile(path);
  const parsed = checkpointSchema.safeParse(readKind(file, path));
  if (!parsed.success)
    throw new SepetError(
      'manifest_invalid',
      `${path} is no checkpoint of this version: remove it and train anew.`,
    );
  const { parameters, hashes, position } = parsed.data;
  const state = { in: file.f32('w2v.in').slice(), out: file.f32('w2v.out').slice(), position };
  return { parameters, hashes, state };
}
