// What sepet train, train fm and evaluate tell of themselves to the record of runs.

import { basename } from 'node:path';
import type { Command } from 'commander';
import type { Evaluation } from '../training/evaluate/report.ts';
import type { FmTrainStart, FmTrainSummary } from '../training/fm/train.ts';
import type { TrainStart, TrainSummary } from '../training/train/train.ts';
import { collected } from './common.ts';
import { type Tracking, tracked, withTracking } from './tracked.ts';

/** Of a trained model: a version of a registered model, where --register asks for one. */
export interface RegisterFlags {
  readonly track?: boolean;
  readonly register?: string;
  readonly alias?: readonly string[];
}

/** The options of the record, for what trains a model. */
export const withModelTracking = (command: Command): Command =>
  withTracking(command)
    .option(
      '--register <name>',
      'Upload the model to the MLflow server, as a new version of this registered model',
    )
    .option(
      '--alias <name>',
      'With --register: point this alias to the new version; may be repeated',
      collected,
    );

export function trackTrainStart(tracking: Tracking, start: TrainStart): void {
  const { parameters, threads, kernel, products, baskets } = start;
  tracking.begin({
    ...{ kind: 'train', name: 'word2vec' },
    params: { ...parameters, threads, kernel, products, baskets },
  });
}

export function trackTrainEnd({ run }: Tracking, summary: TrainSummary, flags: RegisterFlags): void {
  for (const [epoch, loss] of summary.losses.entries()) run?.metrics({ loss }, epoch + 1);
  const { tokens, seconds, tokensPerSecond } = summary;
  run?.metrics({ tokens, seconds, tokensPerSecond });
  trackModel({ run }, summary.model, flags);
}

export function trackFmStart(tracking: Tracking, start: FmTrainStart): void {
  const { parameters, threads, kernel, features, trainRows, validationRows } = start;
  tracking.begin({
    ...{ kind: 'train fm', name: 'fm' },
    params: { ...parameters, threads, kernel, features, trainRows, validationRows },
  });
}

export function trackFmEnd({ run }: Tracking, summary: FmTrainSummary, flags: RegisterFlags): void {
  for (const [epoch, { trainLoss, validationLoss, validationAuc }] of summary.history.entries())
    run?.metrics(
      { trainLoss, validationLoss, ...(validationAuc !== undefined && { validationAuc }) },
      epoch + 1,
    );
  run?.metrics({ bestEpoch: summary.bestEpoch + 1, seconds: summary.seconds });
  trackModel({ run }, summary.model, flags);
}

/** Only a model that is registered is uploaded: it is large, and lies in the folder. */
function trackModel({ run }: Pick<Tracking, 'run'>, file: string, { register, alias = [] }: RegisterFlags) {
  if (register === undefined) return;
  run?.artifact({ file, name: `model/${basename(file)}` });
  run?.register({ model: register, aliases: alias, folder: 'model' });
}

/** Records a finished evaluation, with the files that it wrote. */
export async function trackEvaluation(
  dir: string,
  flags: { readonly track?: boolean },
  { methods, parameters, seconds }: Evaluation,
  files: readonly string[],
): Promise<void> {
  await tracked(dir, flags, async (tracking) => {
    const startedMs = Date.now() - Math.round(1000 * seconds);
    tracking.begin({ kind: 'evaluate', name: 'test baskets', params: parameters, startedMs });
    tracking.run?.metrics({ ...flatFigures(methods), seconds });
    for (const file of files) tracking.run?.artifact({ file, name: basename(file) });
  });
}

/** Figures by `method.task.figure`, those of every method. */
function flatFigures(methods: Evaluation['methods']): Record<string, number> {
  const flat = Object.entries(methods).flatMap(([method, tasks]) =>
    (['fbt', 'leaveOneOut'] as const).flatMap((task) =>
      Object.entries(tasks[task]).map(([figure, value]) => [`${method}.${task}.${figure}`, value]),
    ),
  );
  return Object.fromEntries(flat);
}
