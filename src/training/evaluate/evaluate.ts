// `sepet evaluate`: every method on the same test baskets, and what its figures are worth.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SepetError } from '../../base/errors.ts';
import { fileHash } from '../../base/file-hash.ts';
import { checkLimit, limits } from '../../base/limits.ts';
import { Random } from '../../base/random.ts';
import { type Baskets, readBaskets, readManifest, readProducts } from '../../tables/dataset.ts';
import { blendFile, readBlend } from '../blend/file.ts';
import { machineFile, readMachine } from '../fm/machine.ts';
import { coldBaskets, type TestBaskets, testBaskets } from './baskets.ts';
import { drawResamples, unitsOf } from './bootstrap.ts';
import { judgeAll, type Subject } from './judging.ts';
import { folderMakers, type MethodMaker, type World } from './makers.ts';
import { candidateRows } from './methods.ts';
import { readModel } from './model.ts';
import { type Evaluation, report } from './report.ts';
import { categorySlicing, popularitySlicing } from './slices.ts';

export interface EvaluateProgress {
  /** What is being done: `counting pairs`, a method's name or `resampling`. */
  readonly step: string;
  /** Baskets judged by all methods together, of `total`. */
  readonly done: number;
  readonly total: number;
}

export interface EvaluateOptions {
  /** The model file; `model.sepet` in the folder if absent. */
  readonly model?: string;
  /** The main length of the lists. */
  readonly k: number;
  /** Further lengths. */
  readonly ks?: readonly number[];
  readonly gamma: number;
  readonly maxBaskets: number;
  readonly seed: number;
  /** EASE is judged where no more products are ranked; `easeProducts` if absent, 0 for never. */
  readonly easeProducts?: number;
  /** `easeLambda` if absent. */
  readonly easeLambda?: number;
  /** Methods beside those of the folder, such as what an artifact serves. */
  readonly further?: (world: World) => {
    readonly makers: readonly MethodMaker[];
    readonly hashes: Record<string, string>;
  };
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EvaluateProgress) => void;
}

/** Entries of one product's list that a cart sums over, of scanned and of counted lists: docs/evaluation.md. */
const scanDepth = 100;
const listLength = 1000;
const resamples = 500;
const halfLifeDays = 180;
/** Of longer training baskets the pairs of this many products are counted: see docs/evaluation.md. */
const countedBasket = 50;

function checkOptions({ k, ks = [], maxBaskets, gamma, seed, easeProducts, easeLambda }: EvaluateOptions) {
  for (const length of [k, ...ks]) checkLimit('evaluateK', length);
  checkLimit('evaluateBaskets', maxBaskets);
  checkLimit('gamma', gamma, false);
  checkLimit('seed', seed);
  if (easeProducts !== undefined) checkLimit('easeProducts', easeProducts);
  if (easeLambda !== undefined) checkLimit('easeLambda', easeLambda, false);
}

/**
 * Evaluates a trained data folder. Throws `input_missing` where a step before is missing, `data_empty` without usable test
 * baskets, `vector_not_finite` for a broken model, `manifest_invalid` for parts that do not belong together, `option_invalid`,
 * `cancelled`.
 */
export async function evaluate(dir: string, options: EvaluateOptions): Promise<Evaluation> {
  checkOptions(options);
  const started = performance.now();
  const { world, hashes, staleBlend } = await readWorld(dir, options);
  const { dataset, products, candidates } = world;
  const random = new Random(options.seed);
  const sizes = { maxBasket: dataset.parameters.maxBasket, maxBaskets: options.maxBaskets };
  const split = await readBaskets(dir, { split: 'test' });
  const test = testBaskets(random, split, products, sizes);
  if (test.heldOut.length === 0) {
    throw new SepetError(
      'data_empty',
      `${dir} has no test basket of two known products: ingest it with a larger test part.`,
    );
  }
  const further = options.further?.(world);
  const makers = [...folderMakers(world), ...(further?.makers ?? [])];
  const { summaries, slices } = await judgeAll(makers, world, {
    ...options,
    subject: subjectOf(random, test, split, world, sizes),
  });
  return report(summaries, {
    k: options.k,
    slices,
    data: {
      folder: dir,
      testBaskets: test.found,
      usableBaskets: test.usable,
      judgedBaskets: test.heldOut.length,
      sampled: test.heldOut.length < test.usable,
      queries: test.items.length,
      products: products.products,
      catalogue: candidates.length,
      unseenShare: round(test.tokens === 0 ? 0 : test.unseenTokens / test.tokens),
      ...(staleBlend && { staleBlend }),
    },
    parameters: {
      k: options.k,
      gamma: options.gamma,
      seed: options.seed,
      maxBaskets: options.maxBaskets,
      maxBasket: sizes.maxBasket,
      dims: world.model.dims,
      scanDepth: world.depth,
      listLength,
      countedBasket,
      halfLifeDays,
      easeProducts: world.ease.products,
      easeLambda: world.ease.lambda,
      resamples,
    },
    hashes: { ...dataset.hashes, ...hashes, ...further?.hashes },
    seconds: () => round((performance.now() - started) / 1000),
  });
}

interface ReadWorld {
  readonly world: World;
  /** sha256 of the models that are judged. */
  readonly hashes: Record<string, string>;
  /** There is a blend of other data or another model. */
  readonly staleBlend: boolean;
}

/** The folder's parts, each checked against the others. */
async function readWorld(dir: string, options: EvaluateOptions): Promise<ReadWorld> {
  const dataset = await readManifest(dir);
  const path = (name: string): string =>
    name === 'model.sepet' ? (options.model ?? join(dir, name)) : join(dir, name);
  const model = readModel(path('model.sepet'), dataset);
  const machine = readMachine(path(machineFile), dataset);
  const products = await readProducts(dir);
  const hashes: Record<string, string> = {};
  for (const name of ['model.sepet', machineFile])
    if (existsSync(path(name))) hashes[name] = await fileHash(path(name));
  const found = await readBlend(dir);
  const own: Record<string, string> = { ...dataset.hashes, ...hashes };
  const isOwn =
    found !== undefined && Object.entries(found.hashes).every(([name, hash]) => own[name] === hash);
  if (isOwn) hashes[blendFile] = await fileHash(path(blendFile));
  const { gamma, easeProducts, easeLambda } = options;
  const longest = Math.max(options.k, ...(options.ks ?? []));
  const world: World = {
    ...{ dir, dataset, products, model, machine, gamma },
    blend: isOwn ? found.blend : undefined,
    candidates: candidateRows(products),
    longest,
    depth: Math.max(longest, scanDepth),
    counting: { topN: listLength, maxBasket: countedBasket, halfLifeDays },
    ease: {
      lambda: easeLambda ?? limits.easeLambda.default,
      products: easeProducts ?? limits.easeProducts.default,
    },
  };
  return { world, hashes, staleBlend: found !== undefined && !isOwn };
}

/** What is asked, of whom, and what intervals are drawn from. */
function subjectOf(
  random: Random,
  test: TestBaskets,
  split: Baskets,
  { products, candidates }: World,
  sizes: { readonly maxBasket: number; readonly maxBaskets: number },
): Subject {
  const drawFor = (baskets: number): Uint16Array[] => drawResamples(random, unitsOf(baskets), resamples);
  const categories = categorySlicing(products, test.items, limits.sliceCategories.default);
  const main = drawFor(test.heldOut.length);
  const cold = coldBaskets(random, split, products, sizes);
  return {
    test,
    resamples: main,
    slicings: [popularitySlicing(products.ordersTrain, candidates), ...(categories ? [categories] : [])],
    ...(cold.heldOut.length > 0 && { cold, coldResamples: drawFor(cold.heldOut.length) }),
  };
}

const round = (value: number): number => Number(value.toFixed(4));
