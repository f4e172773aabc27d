// What a model depends on besides its data: the parameters, their defaults and how those of a resumed run are settled.

import { SepetError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';

export interface TrainParameters {
  readonly split: 'train' | 'all';
  readonly dims: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly negatives: number;
  readonly negativeWeight: number;
  readonly alpha: number;
  /** 0: no decay. */
  readonly halfLifeDays: number;
  readonly maxBasket: number;
  readonly seed: number;
  /** One thread, so that the same data and parameters give the same bits on the same kernel. */
  readonly deterministic: boolean;
}

/** Options by the name of their parameter, as the command line writes them. */
export const optionNames: Readonly<Record<keyof TrainParameters, string>> = {
  split: '--split',
  dims: '--dims',
  epochs: '--epochs',
  learningRate: '--learning-rate',
  negatives: '--negatives',
  negativeWeight: '--negative-weight',
  alpha: '--alpha',
  halfLifeDays: '--half-life-days',
  maxBasket: '--max-basket',
  seed: '--seed',
  deterministic: '--deterministic',
};

/** Basket items that the passes of a default run train together, and the fewest passes that learn enough. */
const tokensWanted = 14_000_000;
const epochsMin = 10;

/** Passes where none are asked for: fewer over more data, as each pass then shows every pair more often. */
export function defaultEpochs(tokensPerEpoch: number): number {
  const wanted = Math.ceil(tokensWanted / Math.max(1, tokensPerEpoch));
  return Math.min(limits.epochs.default, Math.max(epochsMin, wanted));
}

/** The parameters of a new run: what was asked for, and defaults. */
export function settleParameters(
  asked: Partial<TrainParameters>,
  data: { readonly maxBasket: number; readonly tokensPerEpoch: number },
): TrainParameters {
  return {
    split: asked.split ?? 'train',
    dims: asked.dims ?? limits.dims.default,
    epochs: asked.epochs ?? defaultEpochs(data.tokensPerEpoch),
    learningRate: asked.learningRate ?? limits.learningRate.default,
    negatives: asked.negatives ?? limits.negatives.default,
    negativeWeight: asked.negativeWeight ?? limits.negativeWeight.default,
    alpha: asked.alpha ?? limits.alpha.default,
    halfLifeDays: asked.halfLifeDays ?? limits.halfLifeDays.default,
    maxBasket: asked.maxBasket ?? data.maxBasket,
    seed: asked.seed ?? limits.seed.default,
    deterministic: asked.deterministic ?? false,
  };
}

/**
 * A resumed run takes its checkpoint's parameters; what was asked for anew must equal them, and so must the data.
 * Throws `checkpoint_mismatch` naming everything that differs.
 */
export function checkResumable(
  checkpoint: { readonly parameters: TrainParameters; readonly hashes: Readonly<Record<string, string>> },
  asked: Partial<TrainParameters>,
  hashes: Readonly<Record<string, string>>,
): void {
  const differing: string[] = [];
  for (const name of Object.keys(optionNames) as (keyof TrainParameters)[]) {
    const now = asked[name];
    const then = checkpoint.parameters[name];
    if (now !== undefined && now !== then) differing.push(`${optionNames[name]} ${now} (it has ${then})`);
  }
  for (const file of Object.keys(hashes))
    if (checkpoint.hashes[file] !== hashes[file]) differing.push(`${file} (it saw another)`);
  if (differing.length === 0) return;
  throw new SepetError(
    'checkpoint_mismatch',
    `The checkpoint does not fit: ${differing.join(', ')}. Resume with what it was made with, or leave --resume out to start anew.`,
  );
}
