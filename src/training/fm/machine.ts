// The factorization machine of a data folder, DIR/fm.sepet.

import { existsSync } from 'node:fs';
import { SepetError } from '../../base/errors.ts';
import type { FittedFeatures } from '../../features/encode.ts';
import type { FmModel } from '../../native/index.ts';
import type { DatasetManifest } from '../../tables/dataset.ts';
import { openFmModel } from './files.ts';

export const machineFile = 'fm.sepet';

/** A trained machine and how facts become its features. */
export interface FmMachine {
  readonly model: FmModel;
  readonly fitted: FittedFeatures;
  readonly parameters: Record<string, unknown>;
}

/**
 * Opens a machine that was trained on this data (`sepet train fm DIR`); undefined where there is none. Throws `manifest_invalid`, saying
 * the remedy, where it is of other data or was not trained on a data folder, and what opening throws.
 */
export function readMachine(
  path: string,
  { hashes }: Pick<DatasetManifest, 'hashes'>,
  remedy = 'run sepet train fm on it again, or remove the file',
): FmMachine | undefined {
  if (!existsSync(path)) return undefined;
  const { model, fitted, manifest } = openFmModel(path);
  const isOwn = Object.entries(hashes).every(([name, hash]) => manifest.hashes[name] === hash);
  if (fitted === undefined || !isOwn)
    throw new SepetError('manifest_invalid', `${path} was not trained on this folder: ${remedy}.`);
  return { model, fitted, parameters: manifest.parameters };
}
