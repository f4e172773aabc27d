// `sepet tune model`: looks for the parameters that train the best model, on a validation part of the training time. The test
// baskets are never read.

import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { SepetError } from '../../base/errors.ts';
import { checkLimit, limits } from '../../base/limits.ts';
import { suggestion } from '../../base/nearest.ts';
import { readManifest } from '../../tables/dataset.ts';
import { validationPart } from '../validation-part.ts';
import { fmTrials } from './fm-trials.ts';
import { Journal, journalPath, type TrialResult } from './journal.ts';
import { figureNames, type JudgeOptions } from './judge.ts';
import { type Rung, rungsOf } from './schedule.ts';
import { type Job, search } from './search.ts';
import { defaultSpace, drawTrial, type Space, type TrialParameters, tunables } from './space.ts';
import { word2vecTrials } from './word2vec-trials.ts';

export const strategies = ['halving', 'random'] as const;
export type Strategy = (typeof strategies)[number];

export interface TuneOptions {
  /** What is searched; the default space of word2vec if absent. */
  readonly space?: Space;
  readonly strategy?: Strategy;
  readonly trials?: number;
  /** Passes of the longest trainings; as many as `sepet train` makes if absent. */
  readonly epochs?: number;
  readonly epochsMin?: number;
  readonly eta?: number;
  readonly figure?: string;
  readonly k?: number;
  readonly maxBaskets?: number;
  readonly validationShare?: number;
  readonly seed?: number;
  /** Trainings at once, each on one thread; the cores if absent. Changes no result. */
  readonly parallel?: number;
  /** Throws away the journal of an earlier run of the same search. */
  readonly restart?: boolean;
  readonly signal?: AbortSignal;
  readonly onStart?: (start: TuneStart) => void;
  readonly onProgress?: (progress: TuneProgress) => void;
  readonly onResult?: (result: TrialResult) => void;
}

export interface TuneStart {
  readonly space: Space;
  readonly strategy: Strategy;
  readonly rungs: readonly Rung[];
  readonly figure: string;
  readonly parallel: number;
  readonly trainBaskets: number;
  readonly validationBaskets: number;
  /** Of them, those of two known products, at most `maxBaskets`. */
  readonly judgedBaskets: number;
  readonly journal: string;
  /** Trainings that the journal had already. */
  readonly resumed: number;
}

export interface TuneProgress {
  /** Passes over the baskets. */
  readonly done: number;
  readonly total: number;
  readonly best?: TrialResult;
}

export interface TuneSummary extends Omit<TuneStart, 'space'> {
  readonly kind: 'sepet-tune';
  readonly method: Space['method'];
  readonly dimensions: Space['dimensions'];
  readonly k: number;
  readonly seed: number;
  /** Each trial by its longest training, best first. */
  readonly results: readonly TrialResult[];
  readonly best: TrialResult;
  /** Command lines that make the best model, and judge it once on the test baskets. */
  readonly commands: readonly string[];
  readonly seconds: number;
}

/** How trials of a method are trained and judged. */
export interface Trials {
  /** Passes where nobody says how many. */
  readonly defaultEpochs: number;
  readonly judgedBaskets: number;
  /** Trains and judges; throws what training throws. `onEpoch` is told of each finished pass. */
  run(parameters: TrialParameters, epochs: number, onEpoch: () => void): Promise<Record<string, number>>;
  close(): Promise<void>;
}

/**
 * Searches. Throws `input_missing`, `manifest_invalid`, `option_invalid`, `data_empty`, `file_io`, and `cancelled` where the
 * signal says so: what is finished is in the journal, and the same call goes on from there.
 */
export async function tuneModel(dir: string, options: TuneOptions = {}): Promise<TuneSummary> {
  const started = performance.now();
  const settled = settle(options);
  const { space, strategy, seed, figure, k, maxBaskets, parallel } = settled;
  const dataset = await readManifest(dir);
  const part = await validationPart(dir, {
    ...(options.validationShare !== undefined && { share: options.validationShare }),
  });
  const judge: JudgeOptions = { k, maxBaskets, seed };
  const trials = await (space.method === 'fm' ? fmTrials : word2vecTrials)(part.dir, judge, options.signal);
  let journal: Journal | undefined;
  try {
    const epochs = options.epochs ?? trials.defaultEpochs;
    const bracket = { trials: settled.trials, epochs, epochsMin: Math.min(epochs, settled.epochsMin) };
    const rungs = rungsOf({ ...bracket, eta: strategy === 'halving' ? settled.eta : 1 });
    const identity = {
      ...{ hashes: dataset.hashes, split: part.split, space, strategy, rungs, seed, figure, k, maxBaskets },
    };
    const path = journalPath(dir, `model-${space.method}`, identity);
    journal = Journal.open(path, identity, options.restart);
    const { trainBaskets, validationBaskets } = part;
    const start: TuneStart = {
      ...{ space, strategy, rungs, figure, parallel, trainBaskets, validationBaskets },
      ...{ judgedBaskets: trials.judgedBaskets, journal: path, resumed: journal.results.length },
    };
    options.onStart?.(start);
    const results = await search({
      ...{ rungs, figure, parallel, journal },
      parametersOf: (trial) => drawTrial(space, seed, trial),
      run: runner(trials, start, journal, options),
      ...(options.onResult && { onResult: options.onResult }),
    });
    const best = results[0];
    if (best?.figures === undefined)
      throw new SepetError('training_diverged', 'Every trial failed: search lower learning rates.');
    const { space: _, ...rest } = start;
    return {
      ...{ kind: 'sepet-tune', ...rest, method: space.method, dimensions: space.dimensions, k, seed },
      ...{ results, best, commands: commandsOf(dir, space, best, seed) },
      seconds: Number(((performance.now() - started) / 1000).toFixed(2)),
    };
  } catch (error) {
    if (!(error instanceof SepetError) || error.code !== 'cancelled' || journal === undefined) throw error;
    const finished = journal.results.length;
    throw new SepetError(
      'cancelled',
      `Stopped; ${finished} finished ${finished === 1 ? 'training is' : 'trainings are'} in ${journal.path}. The same command goes on from there.`,
    );
  } finally {
    journal?.close();
    await trials.close();
  }
}

function settle(options: TuneOptions) {
  const { space = defaultSpace('word2vec'), strategy = 'halving', figure = 'fbt.ndcg' } = options;
  if (!figureNames.includes(figure))
    throw new SepetError(
      'option_invalid',
      `There is no figure "${figure}" to tune by.${suggestion(figure, figureNames)} Known: ${figureNames.join(', ')}.`,
    );
  if (strategy === 'halving' && space.dimensions.epochs !== undefined)
    throw new SepetError(
      'option_invalid',
      'Successive halving spends epochs as its budget: take epochs out of the search space, or search at random.',
    );
  const given = {
    trials: checkLimit('tuneTrials', options.trials ?? limits.tuneTrials.default),
    epochsMin: checkLimit('tuneEpochsMin', options.epochsMin ?? limits.tuneEpochsMin.default),
    eta: checkLimit('tuneEta', options.eta ?? limits.tuneEta.default),
    k: checkLimit('evaluateK', options.k ?? limits.evaluateK.default),
    maxBaskets: checkLimit('evaluateBaskets', options.maxBaskets ?? limits.evaluateBaskets.default),
    seed: checkLimit('seed', options.seed ?? limits.seed.default),
    parallel: checkLimit('trainThreads', options.parallel ?? availableParallelism()),
  };
  if (options.epochs !== undefined) checkLimit('epochs', options.epochs);
  return { space, strategy, figure, ...given };
}

/** Runs one training; one that fails by itself (a rate too high) is a result, a stop is not. */
function runner(trials: Trials, { rungs, figure }: TuneStart, journal: Journal, options: TuneOptions) {
  const total = rungs.reduce((sum, rung) => sum + rung.trials * rung.epochs, 0);
  let done = journal.results.reduce((sum, result) => sum + result.epochs, 0);
  const tell = (): void => {
    const best = journal.results
      .filter((result) => result.figures !== undefined)
      .toSorted((a, b) => (b.figures?.[figure] ?? 0) - (a.figures?.[figure] ?? 0))[0];
    options.onProgress?.({ done: Math.min(done, total), total, ...(best && { best }) });
  };
  return async ({ trial, rung, epochs, parameters }: Job): Promise<TrialResult> => {
    const began = performance.now();
    let passed = 0;
    const outcome = await trials
      .run(parameters, epochs, () => {
        done++;
        passed++;
        tell();
      })
      .then(
        (figures) => ({ figures }),
        (error: unknown) => {
          if (error instanceof SepetError && failures.has(error.code)) return { failed: error.code };
          throw error;
        },
      );
    done += epochs - passed;
    const seconds = Number(((performance.now() - began) / 1000).toFixed(2));
    return { trial, rung, epochs, parameters, ...outcome, seconds };
  };
}

const failures: ReadonlySet<string> = new Set(['training_diverged', 'vector_not_finite']);

/** The command lines that train the best model of a search on the whole training time and judge it. */
export function commandsOf(dir: string, space: Space, best: TrialResult, seed: number): string[] {
  const { gamma, epochs: _, ...trained } = best.parameters;
  const options = Object.entries(trained).map(
    ([name, value]) => `${tunables[space.method][name]?.option} ${value}`,
  );
  const command = space.method === 'fm' ? 'sepet train fm' : 'sepet train';
  const judged = gamma === undefined ? '' : ` --gamma ${gamma}`;
  return [
    `${command} ${dir} --epochs ${best.epochs} ${options.join(' ')} --seed ${seed}`,
    `sepet evaluate ${dir}${judged}`,
  ];
}

/** `model-word2vec-1a2b3c4d`: what files of a search are called. */
export const searchName = ({ journal }: Pick<TuneStart, 'journal'>): string => basename(journal, '.jsonl');
