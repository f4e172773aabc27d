// The blend on Online Retail: fitted on the validation part, then judged on the test baskets against every co-occurrence measure.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Random } from '../src/base/random.ts';
import { ingest } from '../src/dataprep/ingest.ts';
import { cooccurrences, type Measure, measures } from '../src/tables/cooccurrence.ts';
import { readBaskets, readManifest, readProducts } from '../src/tables/dataset.ts';
import { blendMethod } from '../src/training/blend/method.ts';
import { tuneBlend } from '../src/training/blend/tune.ts';
import { blendListLength, countedBasket, shortened } from '../src/training/blend/world.ts';
import { testBaskets } from '../src/training/evaluate/baskets.ts';
import {
  drawResamples,
  type Interval,
  interval95,
  mean,
  resampledMeans,
} from '../src/training/evaluate/bootstrap.ts';
import { candidateRows, cooccurrenceMethod, type Method } from '../src/training/evaluate/methods.ts';
import { readModel } from '../src/training/evaluate/model.ts';
import { runMethod, type Tallies } from '../src/training/evaluate/run.ts';
import { train } from '../src/training/train/train.ts';

const onlineRetail = '../shared/data/online-retail/online-retail-2010-2011.csv.gz';

export interface BlendBench {
  /** The co-occurrence measure with the best NDCG@10, which the ratios are over. */
  readonly blendBaseline: Measure;
  readonly blendNdcgRatio: number;
  readonly blendNdcgInterval: Interval;
  readonly blendLeaveOneOutRatio: number;
  readonly blendLeaveOneOutInterval: Interval;
  readonly blendCoverage: number;
  readonly blendBaselineCoverage: number;
  /** The measure with the best leave-one-out hit rate, and the blend's over it. */
  readonly blendLeaveOneOutBest: Measure;
  readonly blendLeaveOneOutOverBest: number;
  readonly blendLeaveOneOutOverBestInterval: Interval;
}

/** Chosen on the validation part: slower and more recent than the default. */
const training = { epochs: 150, learningRate: 0.1, halfLifeDays: 90, deterministic: true };
const k = 10;

/** Undefined where Online Retail is not beside the checkout. */
export async function measureBlend(seed: number): Promise<BlendBench | undefined> {
  const file = resolve(onlineRetail);
  if (!existsSync(file)) return undefined;
  const dir = mkdtempSync(join(tmpdir(), 'sepet-bench-'));
  try {
    await ingest({ files: [file], out: dir, preset: 'online-retail' });
    await train(dir, { parameters: { ...training, seed }, threads: 1 });
    const { blend } = await tuneBlend(dir, { seed, maxBaskets: 5000 });
    return await judgeOnTest(dir, seed, blend);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function judgeOnTest(
  dir: string,
  seed: number,
  blend: Parameters<typeof blendMethod>[0],
): Promise<BlendBench> {
  const dataset = await readManifest(dir);
  const model = readModel(join(dir, 'model.sepet'), dataset);
  const products = await readProducts(dir);
  const random = new Random(seed);
  const { maxBasket } = dataset.parameters;
  const split = await readBaskets(dir, { split: 'test' });
  const test = testBaskets(random, split, products, { maxBasket, maxBaskets: 5000 });
  const candidates = candidateRows(products);
  const counted = await cooccurrences(dir, measures, {
    topN: 1000,
    maxBasket: countedBasket,
    halfLifeDays: 180,
  });
  const judge = (method: Method): Promise<Tallies> =>
    runMethod(method, test, { k, orders: products.ordersTrain, candidates });
  const lists = shortened(counted.decayed, blendListLength);
  const own = await judge(blendMethod(blend, { model, products, candidates, lists }));
  const others: [Measure, Tallies][] = [];
  for (const measure of measures)
    others.push([measure, await judge(cooccurrenceMethod(measure, counted[measure]))]);
  const ndcg = ({ fbt }: Tallies): Float64Array => fbt.perBasket.ndcg;
  const leaveOneOut = (tallies: Tallies): Float64Array => tallies.leaveOneOut.perBasket.hitRate;
  const bestBy = (of: typeof ndcg) => others.reduce((a, b) => (mean(of(b[1])) > mean(of(a[1])) ? b : a));
  const [baseline, theirs] = bestBy(ndcg);
  const [best, bestTallies] = bestBy(leaveOneOut);
  const resamples = drawResamples(random, test.heldOut.length, 500);
  const ratio = (of: typeof ndcg, over: Tallies): [number, Interval] => {
    const below = resampledMeans(of(over), resamples);
    const each = resampledMeans(of(own), resamples).map((value, i) => value / (below[i] as number));
    const [low, high] = interval95(each);
    return [round(mean(of(own)) / mean(of(over))), [round(low), round(high)]];
  };
  const [blendNdcgRatio, blendNdcgInterval] = ratio(ndcg, theirs);
  const [blendLeaveOneOutRatio, blendLeaveOneOutInterval] = ratio(leaveOneOut, theirs);
  const [blendLeaveOneOutOverBest, blendLeaveOneOutOverBestInterval] = ratio(leaveOneOut, bestTallies);
  return {
    blendBaseline: baseline,
    ...{ blendNdcgRatio, blendNdcgInterval, blendLeaveOneOutRatio, blendLeaveOneOutInterval },
    blendCoverage: round(own.fbt.coverage(candidates.length)),
    blendBaselineCoverage: round(theirs.fbt.coverage(candidates.length)),
    blendLeaveOneOutBest: best,
    ...{ blendLeaveOneOutOverBest, blendLeaveOneOutOverBestInterval },
  };
}

const round = (value: number): number => Number(value.toFixed(4));

/** The figures as sentences. */
export function describeBlend(figures: BlendBench): string {
  const within = ([low, high]: Interval): string => `(95 %: ${low.toFixed(3)} to ${high.toFixed(3)})`;
  const { blendBaseline, blendLeaveOneOutBest } = figures;
  return [
    `Blend on the test baskets of Online Retail, fitted on the validation part:`,
    `  NDCG@10 ${figures.blendNdcgRatio.toFixed(3)} of ${blendBaseline} ${within(figures.blendNdcgInterval)}, the best co-occurrence`,
    `  leave one out, hit rate@10 ${figures.blendLeaveOneOutRatio.toFixed(3)} of it ${within(figures.blendLeaveOneOutInterval)}; ` +
      `${figures.blendLeaveOneOutOverBest.toFixed(3)} of ${blendLeaveOneOutBest} ${within(figures.blendLeaveOneOutOverBestInterval)}, the best of them there`,
    `  coverage ${figures.blendCoverage.toFixed(3)} against ${figures.blendBaselineCoverage.toFixed(3)}`,
  ].join('\n');
}
