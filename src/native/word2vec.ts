import { binding, native } from './binding.ts';
import type { KernelName } from './index.ts';

/** One pass of word2vec training over some baskets. Rows are product rows: V of them, B baskets. */
export interface Word2vecCall {
  /** Basket b holds the distinct products items[offsets[b]] up to items[offsets[b + 1]] (excluded). */
  readonly items: Uint32Array;
  /** B + 1. */
  readonly offsets: Uint32Array;
  /** B factors on the baskets' gradients, such as a decay by age. */
  readonly weights: Float32Array;
  /** V; negatives are drawn in proportion to counts^alpha, so a product that counts zero is never one. */
  readonly counts: Float64Array;
  /** The baskets of this call in the order of training. */
  readonly order: Uint32Array;
  /** V * dims, updated in place. */
  readonly in: Float32Array;
  /** V * dims, updated in place. */
  readonly out: Float32Array;
  readonly dims: number;
  /** Negatives drawn for a basket and shared by its products. */
  readonly negatives: number;
  /** What the negatives weigh together against all positives of one product. */
  readonly negativeWeight: number;
  readonly alpha: number;
  /** At the first basket; each pair of a basket of n counts 1 / (n - 1) of it. */
  readonly learningRate: number;
  /** After the last basket, linear between. */
  readonly learningRateEnd: number;
  /** A longer basket trains a random draw of this many, decided by seed and basket. */
  readonly maxBasket: number;
  readonly seed: number;
  /** With one, the result depends on the arguments and the kernel alone; with more, threads race (Hogwild). */
  readonly threads: number;
  /** Another kernel than the active one, among nativeInfo().kernels. */
  readonly kernel?: KernelName;
  /** Shared counters, laid out as `word2vecCounters`. */
  readonly progress?: BigInt64Array;
}

export interface Word2vecStep {
  /** Products trained, one for each in each basket. */
  readonly tokens: number;
  /** Ordered pairs of different products in one basket. */
  readonly pairs: number;
  /** Mean over a sample of 1 in 32 baskets' products: its positives' mean -log sigmoid plus its negatives' part. */
  readonly loss: number;
}

/** Places in `progress`. All but `cancel` and `total` are added to, so one array can run through many calls. */
export const word2vecCounters = {
  /** Another thread writes 1 to stop the call, which then throws `cancelled` with a part of the pass done. */
  cancel: 0,
  /** Baskets. */
  done: 1,
  /** Left to the caller. */
  total: 2,
  tokens: 3,
  /** Sum of sampled products' losses in millionths, and how many products that were. */
  lossMicro: 4,
  lossProducts: 5,
} as const;

/**
 * Trains skip-gram with negative sampling over whole baskets, updating `in` and `out` in place. Synchronous and
 * long: call it from a worker thread.
 *
 * Throws argument_invalid (types, lengths, a row out of range), training_diverged (a vector became NaN, infinite
 * or absurdly large; names the row), cancelled.
 */
export function word2vecTrain(call: Word2vecCall): Word2vecStep {
  return native(() => binding.word2vecTrain(call));
}
