// A data folder as the trainer wants it.

import { SepetError } from '../../base/errors.ts';
import { type DatasetManifest, readBaskets } from '../../tables/dataset.ts';
import type { TrainParameters } from './parameters.ts';

export interface TrainingData {
  readonly products: number;
  readonly baskets: number;
  /** Basket b holds the product rows items[offsets[b]] up to items[offsets[b + 1]] (excluded). */
  readonly items: Uint32Array;
  readonly offsets: Uint32Array;
  /** Of the baskets; rising. */
  readonly timeSeconds: Float64Array;
}

/** Reads the baskets of one side of the time split, or all. Throws `data_empty` where there are none. */
export async function readTrainingData(
  dir: string,
  manifest: DatasetManifest,
  split: TrainParameters['split'],
): Promise<TrainingData> {
  const baskets = await readBaskets(dir, split === 'all' ? {} : { split });
  if (baskets.baskets === 0)
    throw new SepetError(
      'data_empty',
      `${dir} holds no ${split === 'all' ? '' : 'training '}basket of two or more products, so there is nothing to learn from.`,
    );
  return { products: manifest.counts.products, ...baskets };
}

/** Products that one pass trains: all of each basket, `maxBasket` of a longer one. */
export function tokensPerEpoch(data: TrainingData, maxBasket: number): number {
  let tokens = 0;
  for (let b = 0; b < data.baskets; b++)
    tokens += Math.min(maxBasket, (data.offsets[b + 1] as number) - (data.offsets[b] as number));
  return tokens;
}

/** How many baskets hold each product. */
export function countProducts(data: TrainingData): Float64Array {
  const counts = new Float64Array(data.products);
  for (const row of data.items) counts[row] = (counts[row] as number) + 1;
  return counts;
}

/**
 * What each basket weighs: half for every `halfLifeDays` that it is older than the last one, scaled to a mean of one so
 * that the learning rate means the same with and without decay.
 */
export function basketWeights(data: TrainingData, halfLifeDays: number): Float32Array {
  const last = data.timeSeconds.at(-1) ?? 0;
  const halfLifeSeconds = halfLifeDays * 86_400;
  const weights = Float32Array.from(data.timeSeconds, (time) =>
    halfLifeDays === 0 ? 1 : 2 ** ((time - last) / halfLifeSeconds),
  );
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  return weights.map((weight) => weight / mean);
}
