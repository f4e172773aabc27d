// What a model is worth on the validation baskets: the figures of `sepet evaluate`, by names such as `fbt.ndcg`.

import { Random } from '../../base/random.ts';
import { type ProductTable, readBaskets, readManifest, readProducts } from '../../tables/dataset.ts';
import { type TestBaskets, testBaskets } from '../evaluate/baskets.ts';
import { mean } from '../evaluate/bootstrap.ts';
import { candidateRows, type Method } from '../evaluate/methods.ts';
import { type MetricName, metricNames } from '../evaluate/metrics.ts';
import { runMethod } from '../evaluate/run.ts';

export const tasks = ['fbt', 'leaveOneOut'] as const;

/** Everything that a model can be tuned by. */
export const figureNames: readonly string[] = tasks.flatMap((task) => [
  ...metricNames.map((metric) => `${task}.${metric}`),
  `${task}.coverage`,
]);

/** The validation baskets and the catalogue that is ranked; plain enough to go to a thread. */
export interface JudgedBy {
  readonly k: number;
  readonly products: Pick<ProductTable, 'products' | 'ordersTrain'>;
  readonly candidates: Uint32Array;
  readonly test: TestBaskets;
}

export interface JudgeOptions {
  readonly k: number;
  readonly maxBaskets: number;
  readonly seed: number;
}

/** Reads the judging side of a validation part (src/training/validation-part.ts). */
export async function readJudged(
  dir: string,
  options: JudgeOptions,
): Promise<JudgedBy & { all: ProductTable }> {
  const { parameters } = await readManifest(dir);
  const all = await readProducts(dir);
  const split = await readBaskets(dir, { split: 'test' });
  const test = testBaskets(new Random(options.seed), split, all, {
    maxBasket: parameters.maxBasket,
    maxBaskets: options.maxBaskets,
  });
  const products = { products: all.products, ordersTrain: all.ordersTrain };
  return { k: options.k, products, candidates: candidateRows(all), test, all };
}

/** Entries of one product's list that a cart sums over, as `sepet evaluate` has it. */
export const judgedDepth = (k: number): number => Math.max(k, 100);

const round = (value: number): number => Number(value.toFixed(6));

/** Judges one method. Throws `cancelled` where the signal says so. */
export async function figuresOf(
  method: Method,
  { k, products, candidates, test }: JudgedBy,
  signal?: AbortSignal,
): Promise<Record<string, number>> {
  const orders = products.ordersTrain;
  const tallies = await runMethod(method, test, { k, orders, candidates, ...(signal && { signal }) });
  return Object.fromEntries(
    tasks.flatMap((task) => [
      ...metricNames.map((metric: MetricName) => [
        `${task}.${metric}`,
        round(mean(tallies[task].perBasket[metric])),
      ]),
      [`${task}.coverage`, round(tallies[task].coverage(candidates.length))],
    ]),
  );
}
