// `sepet evaluate`: every method on the same test baskets, and what its figures are worth.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SepetError } from '../../base/errors.ts';
import { checkLimit } from '../../base/limits.ts';
import { Random } from '../../base/random.ts';
import { type CountingOptions, cooccurrences, measures } from '../../tables/cooccurrence.ts';
import { readBaskets, readManifest, readProducts } from '../../tables/dataset.ts';
import { testBaskets } from './baskets.ts';
import { drawResamples } from './bootstrap.ts';
import {
  candidateRows,
  cooccurrenceMethod,
  fmMethod,
  inInMethod,
  type Method,
  popularityMethod,
  word2vecMethod,
} from './methods.ts';
import { readMachine, readModel } from './model.ts';
import { type Evaluation, report } from './report.ts';
import { runMethod, type Tallies } from './run.ts';

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
  readonly k: number;
  readonly gamma: number;
  readonly maxBaskets: number;
  readonly seed: number;
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

/**
 * Evaluates a trained data folder. Throws `input_missing` where a step before is missing, `data_empty` without usable test
 * baskets, `vector_not_finite` for a broken model, `option_invalid`, `cancelled`.
 */
export async function evaluate(dir: string, options: EvaluateOptions): Promise<Evaluation> {
  checkLimit('evaluateK', options.k);
  checkLimit('evaluateBaskets', options.maxBaskets);
  checkLimit('gamma', options.gamma, false);
  checkLimit('seed', options.seed);
  const started = performance.now();
  const dataset = await readManifest(dir);
  const modelPath = options.model ?? join(dir, 'model.sepet');
  const model = readModel(modelPath, dataset);
  const machinePath = join(dir, 'fm.sepet');
  const machine = readMachine(machinePath, dataset);
  const products = await readProducts(dir);
  const random = new Random(options.seed);
  const { maxBasket } = dataset.parameters;
  const test = testBaskets(random, await readBaskets(dir, { split: 'test' }), products, {
    maxBasket,
    maxBaskets: options.maxBaskets,
  });
  if (test.heldOut.length === 0) {
    throw new SepetError(
      'data_empty',
      `${dir} has no test basket of two known products: ingest it with a larger test part.`,
    );
  }
  const candidates = candidateRows(products);
  const depth = Math.max(options.k, scanDepth);
  const vectorMethods = [
    word2vecMethod(model, products, candidates, { gamma: options.gamma, depth }),
    inInMethod(model, candidates, depth),
    ...(machine === undefined ? [] : [fmMethod(machine, products, candidates, depth)]),
  ];
  const methodCount = 1 + measures.length + vectorMethods.length;
  const tell = (step: string, done: number): void =>
    options.onProgress?.({ step, done, total: methodCount * test.heldOut.length });
  tell('counting pairs', 0);
  const counting = { topN: listLength, maxBasket: countedBasket, halfLifeDays };
  const methods = [
    popularityMethod(products, candidates, depth),
    ...(await countedMethods(dir, counting)),
    ...vectorMethods,
  ];
  const results: { name: Method['name']; tallies: Tallies }[] = [];
  for (const method of methods) {
    const tallies = await runMethod(method, test, {
      k: options.k,
      orders: products.ordersTrain,
      candidates,
      ...(options.signal && { signal: options.signal }),
      onProgress: (done) => tell(method.name, results.length * test.heldOut.length + done),
    });
    results.push({ name: method.name, tallies });
  }
  tell('resampling', methodCount * test.heldOut.length);
  return report(results, {
    k: options.k,
    catalogue: candidates.length,
    resamples: drawResamples(random, test.heldOut.length, resamples),
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
    },
    parameters: {
      k: options.k,
      gamma: options.gamma,
      seed: options.seed,
      maxBaskets: options.maxBaskets,
      maxBasket,
      dims: model.dims,
      scanDepth: depth,
      listLength,
      countedBasket,
      halfLifeDays,
      resamples,
    },
    hashes: {
      ...dataset.hashes,
      'model.sepet': await sha256(modelPath),
      ...(machine && { 'fm.sepet': await sha256(machinePath) }),
    },
    seconds: () => round((performance.now() - started) / 1000),
  });
}

async function countedMethods(dir: string, options: CountingOptions): Promise<Method[]> {
  const lists = await cooccurrences(dir, measures, options);
  return measures.map((measure) => cooccurrenceMethod(measure, lists[measure]));
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

const round = (value: number): number => Number(value.toFixed(4));
