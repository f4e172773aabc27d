// What a blend is fitted on: the validation part of a data folder with a model of its earlier baskets, made with the parameters of the
// folder's own model.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readKind } from '../../artifact/manifest.ts';
import { SepetError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import { mapFile } from '../../native/index.ts';
import { cooccurrences, type Measure, measures, type ScoredLists } from '../../tables/cooccurrence.ts';
import { type ProductTable, readBaskets, readManifest, readProducts } from '../../tables/dataset.ts';
import { type TestBaskets, testBaskets } from '../evaluate/baskets.ts';
import { candidateRows } from '../evaluate/methods.ts';
import { type Model, readModel } from '../evaluate/model.ts';
import type { FmMachine } from '../fm/machine.ts';
import { checkpointPath, modelPath, readCheckpoint } from '../train/files.ts';
import type { TrainParameters } from '../train/parameters.ts';
import { type TrainProgress, train } from '../train/train.ts';
import type { ValidationPart } from '../validation-part.ts';

/** Entries of a co-occurrence list that a blend draws on: what `sepet build` keeps unless told otherwise. */
export const blendListLength = 50;
/** Of a longer basket the pairs of this many products are counted, as `sepet evaluate` counts. */
export const countedBasket = 50;
/** What a stop says. */
export const stopped = 'Stopped; what was trained is kept, and the same command goes on from there.';
/** Entries that the measures are judged with when they stand alone: docs/evaluation.md. */
const baselineLength = 1000;

export interface BlendWorld {
  readonly model: Model;
  /** The folder's factorization machine, where it has one. */
  readonly machine?: FmMachine | undefined;
  readonly products: ProductTable;
  readonly test: TestBaskets;
  readonly candidates: Uint32Array;
  readonly lists: ScoredLists;
  /** Every measure, at the length that it is judged with alone. */
  readonly measured: Record<Measure, ScoredLists>;
}

const modelManifest = z.looseObject({
  parameters: z.record(z.string(), z.unknown()),
  hashes: z.record(z.string(), z.string()),
});

function manifestOf(path: string): z.output<typeof modelManifest> | undefined {
  if (!existsSync(path)) return undefined;
  const parsed = modelManifest.safeParse(readKind(mapFile(path), path));
  return parsed.success ? parsed.data : undefined;
}

/** The parameters that DIR/model.sepet was trained with. Throws `input_missing`, `manifest_invalid`. */
export async function trainedWith(dir: string): Promise<TrainParameters> {
  const path = modelPath(dir);
  if (!existsSync(path))
    throw new SepetError('input_missing', `There is no model ${path}: make one with sepet train ${dir}.`);
  const found = manifestOf(path);
  const { hashes } = await readManifest(dir);
  if (found === undefined || Object.entries(hashes).some(([name, hash]) => found.hashes[name] !== hash))
    throw new SepetError(
      'manifest_invalid',
      `${path} was not trained on this folder: run sepet train ${dir} again.`,
    );
  return found.parameters as unknown as TrainParameters;
}

/** The first `length` entries of every list. */
export function shortened(lists: ScoredLists, length: number): ScoredLists {
  const products = lists.offsets.length - 1;
  const offsets = new Uint32Array(products + 1);
  const kept: number[] = [];
  for (let row = 0; row < products; row++) {
    const begin = lists.offsets[row] as number;
    const end = Math.min(begin + length, lists.offsets[row + 1] as number);
    for (let n = begin; n < end; n++) kept.push(n);
    offsets[row + 1] = kept.length;
  }
  return {
    offsets,
    rows: Uint32Array.from(kept, (n) => lists.rows[n] as number),
    scores: Float32Array.from(kept, (n) => lists.scores[n] as number),
  };
}

/**
 * Trains the part's own model, unless it lies there already; an interrupted training goes on. On one thread, so that the same folder gives
 * the same blend.
 */
export async function trainPart(
  part: ValidationPart,
  parameters: TrainParameters,
  { signal, onProgress }: { signal?: AbortSignal; onProgress: (now: TrainProgress) => void },
): Promise<void> {
  const { hashes } = await readManifest(part.dir);
  const wanted: TrainParameters = { ...parameters, split: 'train', deterministic: true };
  const isSame = (found: { parameters: object; hashes: Readonly<Record<string, string>> }): boolean =>
    Object.entries(wanted).every(([name, value]) => Object.is(Reflect.get(found.parameters, name), value)) &&
    Object.entries(hashes).every(([name, hash]) => found.hashes[name] === hash);
  const made = manifestOf(modelPath(part.dir));
  if (made !== undefined && isSame(made)) return;
  const begun = existsSync(checkpointPath(part.dir)) ? readCheckpoint(part.dir) : undefined;
  try {
    await train(part.dir, {
      parameters: wanted,
      threads: 1,
      resume: begun !== undefined && isSame(begun),
      ...(signal && { signal }),
      onProgress,
    });
  } catch (error) {
    // The trainer would name its own command.
    if (!(error instanceof SepetError) || error.code !== 'cancelled') throw error;
    throw new SepetError('cancelled', stopped);
  }
}

/** Reads the part, counts its pairs and draws the baskets to judge by. Throws `data_empty` where none is usable. */
export async function openWorld(
  part: ValidationPart,
  {
    seed,
    maxBaskets,
    machine,
  }: { readonly seed: number; readonly maxBaskets: number; readonly machine?: FmMachine | undefined },
): Promise<BlendWorld> {
  const dataset = await readManifest(part.dir);
  const model = readModel(join(part.dir, 'model.sepet'), dataset);
  const products = await readProducts(part.dir);
  const { maxBasket } = dataset.parameters;
  const split = await readBaskets(part.dir, { split: 'test' });
  const test = testBaskets(new Random(seed), split, products, { maxBasket, maxBaskets });
  if (test.heldOut.length === 0)
    throw new SepetError(
      'data_empty',
      `${part.dir} has no basket of two known products to judge a blend by.`,
    );
  const measured = await cooccurrences(part.dir, measures, {
    topN: baselineLength,
    maxBasket: countedBasket,
    halfLifeDays: 180,
  });
  const lists = shortened(measured.decayed, blendListLength);
  return { model, machine, products, test, candidates: candidateRows(products), lists, measured };
}
