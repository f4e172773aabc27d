// What a factorization machine is trained on, from files of rows (libSVM, libFFM) or from a table with a feature spec, split into
// what it learns from and what says when to stop.

import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SepetError } from '../../base/errors.ts';
import { fileHash } from '../../base/file-hash.ts';
import { limits } from '../../base/limits.ts';
import type { FittedFeatures } from '../../features/encode.ts';
import { factSpec } from '../../features/facts.ts';
import type { ColumnReport } from '../../features/fit.ts';
import type { FeatureSpec } from '../../features/spec.ts';
import { basketsFile, productsFile } from '../../tables/manifest.ts';
import { readLibsvm } from './libsvm.ts';
import type { FmData, FmParameters } from './loop.ts';
import { readBasketPairs } from './pairs.ts';
import { type FmRows, featuresOf, rowsBetween } from './rows.ts';
import { readInteractions } from './table.ts';

export interface FmDataOptions {
  readonly spec?: FeatureSpec;
  readonly validation?: readonly string[];
  readonly validationShare?: number;
  readonly signal?: AbortSignal;
}

export interface FmRead {
  readonly data: FmData;
  /** Of a table. */
  readonly fitted?: FittedFeatures;
  readonly columns?: readonly ColumnReport[];
}

/** Of every file by its name, and of the spec. */
export async function hashesOf(
  paths: readonly string[],
  spec: FeatureSpec | undefined,
): Promise<Record<string, string>> {
  const entries = hashedFiles(paths).map(async (path) => {
    return [basename(path), await fileHash(path)] as const;
  });
  const own = spec && createHash('sha256').update(JSON.stringify(spec)).digest('hex');
  return { ...Object.fromEntries(await Promise.all(entries)), ...(own && { 'feature spec': own }) };
}

/** Labels of 1 and above 0 are positive, others negative, as libSVM files have them. */
function asOdds(rows: FmRows): FmRows {
  return { ...rows, labels: rows.labels.map((label) => Number(label > 0)) };
}

async function readRows(
  files: readonly string[],
  { loss }: FmParameters,
  { validation = [], validationShare = limits.testShare.default }: FmDataOptions,
): Promise<FmData> {
  const fit = (rows: FmRows): FmRows => (loss === 'logistic' ? asOdds(rows) : rows);
  const all = fit(await readLibsvm(files));
  const rows = all.labels.length;
  const split = validation.length > 0 ? rows : rows - Math.max(1, Math.round(rows * validationShare));
  if (split < 1)
    throw new SepetError('data_empty', `${rows} rows are too few to keep some of them for validation.`);
  const held = validation.length > 0 ? fit(await readLibsvm(validation)) : rowsBetween(all, split, rows);
  return { train: rowsBetween(all, 0, split), validation: held, features: featuresOf(all, held) };
}

/** The one data folder that is to be learned from; undefined where files are. */
export function dataFolder(files: readonly string[]): string | undefined {
  const folder = files.find((file) => statSync(file, { throwIfNoEntry: false })?.isDirectory());
  if (folder !== undefined && files.length > 1)
    throw new SepetError('option_invalid', `${folder} is a folder: give it alone.`);
  return folder;
}

/** Files that are hashed: of a folder those that its manifest names. */
const hashedFiles = (files: readonly string[]): readonly string[] => {
  const folder = dataFolder(files);
  return folder === undefined ? files : [join(folder, basketsFile), join(folder, productsFile)];
};

/** Reads what to train on. Throws what reading throws, and `option_invalid` for options that do not go together. */
export async function readData(
  files: readonly string[],
  parameters: FmParameters,
  options: FmDataOptions,
): Promise<FmRead> {
  const { spec, validation = [], validationShare = limits.testShare.default, signal } = options;
  const { negatives, alpha, seed, loss } = parameters;
  const invalid = (said: string): SepetError => new SepetError('option_invalid', said);
  const folder = dataFolder(files);
  if (folder !== undefined) {
    if (validation.length > 0)
      throw invalid('The last training baskets of the folder say when to stop: leave --validation out.');
    if (loss === 'squared') throw invalid('Baskets are learned by the logistic loss.');
    return readBasketPairs(folder, {
      ...{ spec: spec ?? factSpec, validationShare, negatives, alpha, seed },
      ...(signal && { signal }),
    });
  }
  if (spec === undefined) {
    if (negatives > 0)
      throw invalid(
        'Negatives are drawn among items, which rows of features do not tell: give a feature spec.',
      );
    return { data: await readRows(files, parameters, options) };
  }
  const [path, ...others] = files;
  if (path === undefined || others.length > 0) throw invalid('With a feature spec, give one table.');
  if (validation.length > 0)
    throw invalid('With a feature spec the last rows of the table say when to stop: leave --validation out.');
  if (loss === 'squared' && negatives > 0)
    throw invalid('Negatives are drawn for the logistic loss; ratings need none.');
  return readInteractions(path, {
    ...{ spec, validationShare, negatives, alpha, seed },
    ...(signal && { signal }),
  });
}
