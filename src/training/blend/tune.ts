// `sepet tune blend`: fits how the sources of an artifact are put together, on the later part of the training baskets.

import { join } from 'node:path';
import type { FittedBlend } from '../../artifact/blend.ts';
import { SepetError } from '../../base/errors.ts';
import { fileHash } from '../../base/file-hash.ts';
import { checkLimit } from '../../base/limits.ts';
import { readManifest } from '../../tables/dataset.ts';
import { mean } from '../evaluate/bootstrap.ts';
import { cooccurrenceMethod, type Method } from '../evaluate/methods.ts';
import { runMethod } from '../evaluate/run.ts';
import { machineFile, readMachine } from '../fm/machine.ts';
import { validationPart } from '../validation-part.ts';
import { type BlendDocument, type BlendFigures, type BlendRecord, writeBlend } from './file.ts';
import { fitBlend, judgedLength, round, type Tell } from './fit.ts';
import { blendMethod, embeddingDepth } from './method.ts';
import {
  type BlendWorld,
  blendListLength,
  countedBasket,
  openWorld,
  stopped,
  trainedWith,
  trainPart,
} from './world.ts';

export interface TuneBlendOptions {
  /** Share of the training baskets, the latest ones, that judge; that of the test part if absent. */
  readonly share?: number;
  readonly maxBaskets: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: {
    readonly step: string;
    readonly done: number;
    readonly total: number;
  }) => void;
}

export interface TunedBlend {
  readonly blend: FittedBlend;
  readonly report: BlendRecord & { readonly file: string };
}

/** Wanted of the best co-occurrence's coverage: a little more, as the time after differs a little. */
const coverageMargin = 1.015;

/**
 * Fits DIR/blend.json. Throws what reading, splitting and training the folder throw, `data_empty` without usable baskets and
 * `cancelled`; what was trained until then is kept in DIR/validation and used by the next run.
 */
export async function tuneBlend(dir: string, options: TuneBlendOptions): Promise<TunedBlend> {
  checkLimit('evaluateBaskets', options.maxBaskets);
  checkLimit('seed', options.seed);
  const started = performance.now();
  const tell: Tell = (step, done = 0, total = 1) => {
    if (options.signal?.aborted) throw new SepetError('cancelled', stopped);
    options.onProgress?.({ step, done, total });
  };
  const parameters = await trainedWith(dir);
  tell('splitting');
  const part = await validationPart(dir, options.share === undefined ? {} : { share: options.share });
  await trainPart(part, parameters, {
    ...(options.signal && { signal: options.signal }),
    onProgress: (now) => tell('training on the earlier baskets', now.basketsDone, now.basketsTotal),
  });
  tell('counting pairs');
  const machine = readMachine(join(dir, machineFile), await readManifest(dir));
  const world = await openWorld(part, { ...options, machine });
  const baseline = await bestBaseline(world, tell);
  const fitted = await fitBlend(world, baseline.coverage * coverageMargin, options.seed, tell);
  const blend = await judged(blendMethod(fitted.blend, world), world, (done, total) =>
    tell('judging the blend', done, total),
  );
  const record: BlendRecord = {
    seed: options.seed,
    hashes: await hashesOf(dir, machine !== undefined),
    share: options.share ?? (await readManifest(part.dir)).parameters.testShare ?? 0,
    trainBaskets: part.trainBaskets,
    validationBaskets: part.validationBaskets,
    judgedBaskets: world.test.heldOut.length,
    asked: world.test.items.length,
    products: fitted.products,
    ...{ embeddingDepth, listLength: blendListLength, countedBasket },
    trainParameters: { ...parameters },
    baseline,
    blend,
    coverageWanted: round(baseline.coverage * coverageMargin),
    frontier: fitted.frontier,
    seconds: round((performance.now() - started) / 1000),
  };
  const document: BlendDocument = { ...fitted.blend, fitted: record };
  return { blend: fitted.blend, report: { ...record, file: await writeBlend(dir, document) } };
}

async function judged(
  method: Method,
  { test, products, candidates }: BlendWorld,
  onProgress: (done: number, total: number) => void,
): Promise<BlendFigures> {
  const tallies = await runMethod(method, test, {
    k: judgedLength,
    orders: products.ordersTrain,
    candidates,
    onProgress: (done) => onProgress(done, test.heldOut.length),
  });
  return {
    ndcgAt10: round(mean(tallies.fbt.perBasket.ndcg)),
    leaveOneOutHitRateAt10: round(mean(tallies.leaveOneOut.perBasket.hitRate)),
    coverage: round(tallies.fbt.coverage(candidates.length)),
  };
}

/** Of the data and of the models that were fitted on: with others the blend is stale. */
async function hashesOf(dir: string, hasMachine: boolean): Promise<Record<string, string>> {
  const { hashes } = await readManifest(dir);
  const models = ['model.sepet', ...(hasMachine ? [machineFile] : [])];
  const own = models.map(async (name) => [name, await fileHash(join(dir, name))] as const);
  return { ...hashes, ...Object.fromEntries(await Promise.all(own)) };
}

/** The co-occurrence measure with the best NDCG on the validation baskets. */
async function bestBaseline(world: BlendWorld, tell: Tell): Promise<BlendRecord['baseline']> {
  let best: BlendRecord['baseline'] | undefined;
  for (const name of ['conditional', 'salton', 'decayed'] as const) {
    const figures = await judged(cooccurrenceMethod(name, world.measured[name]), world, (done, total) =>
      tell(`judging ${name}`, done, total),
    );
    if (best === undefined || figures.ndcgAt10 > best.ndcgAt10) best = { name, ...figures };
  }
  return best as BlendRecord['baseline'];
}
