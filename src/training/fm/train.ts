// Trains a factorization machine on files of rows: splits them, settles parameters, starts or resumes, and watches the
// worker thread that does it.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { SepetError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { outcomeOf } from '../../base/threads.ts';
import type { ColumnReport } from '../../features/fit.ts';
import type { FeatureSpec } from '../../features/spec.ts';
import { fmCounters, nativeInfo } from '../../native/index.ts';
import { dataFolder, hashesOf, readData } from './data.ts';
import { type FmCheckpoint, readFmCheckpoint } from './files.ts';
import { epochCounter, type FmJob, type FmOutcome, newFmCounters, stopCounter } from './job.ts';
import type { Epoch, FmParameters, FmPosition } from './loop.ts';

export interface FmTrainOptions {
  /** What was asked for; the rest are defaults, or the checkpoint's where a run is resumed. */
  readonly parameters?: Partial<FmParameters>;
  /** How the columns of a table become features; without, files hold rows of features already. */
  readonly spec?: FeatureSpec;
  /** Rows that say when to stop; where absent, the last `validationShare` of the others. */
  readonly validation?: readonly string[];
  readonly validationShare?: number;
  readonly threads?: number;
  readonly resume?: boolean;
  readonly checkpointSeconds?: number;
  /** How many of the rows' features make a slice, between which a run is saved and stopped; the same where it is resumed. */
  readonly sliceFeatures?: number;
  /** Aborting it stops after the slice at work, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onStart?: (start: FmTrainStart) => void;
  readonly onProgress?: (progress: FmTrainProgress) => void;
}

export interface FmTrainStart {
  readonly parameters: FmParameters;
  readonly threads: number;
  readonly kernel: string;
  readonly features: number;
  readonly trainRows: number;
  readonly validationRows: number;
  /** Different items, where rows have them. */
  readonly items?: number;
  /** What the columns of a table came to. */
  readonly columns?: readonly ColumnReport[];
  /** Epochs that the checkpoint had behind it; undefined for a new run. */
  readonly resumedAtEpoch?: number;
}

export interface FmTrainProgress {
  readonly rowsDone: number;
  readonly rowsTotal: number;
  /** 1 is the first. */
  readonly epoch: number;
  readonly rowsPerSecond: number;
}

export interface FmTrainSummary extends FmTrainStart {
  readonly model: string;
  readonly history: readonly Epoch[];
  /** Of `history`, the epoch whose machine the model is; 0 is the first. */
  readonly bestEpoch: number;
  readonly seconds: number;
}

const defaults: FmParameters = {
  factorsEach: limits.fmFactors.default,
  loss: 'logistic',
  epochs: limits.fmEpochs.default,
  patience: limits.patience.default,
  learningRate: limits.fmLearningRate.default,
  l2: limits.l2.default,
  seed: limits.seed.default,
  negatives: 0,
  alpha: limits.alpha.default,
  deterministic: false,
};

const tickMs = 200;

function checkResumable(
  { manifest }: FmCheckpoint,
  asked: Partial<FmParameters>,
  hashes: Readonly<Record<string, string>>,
): void {
  const { parameters } = manifest;
  const differing = (Object.keys(asked) as (keyof FmParameters)[])
    .filter((name) => asked[name] !== undefined && asked[name] !== parameters[name])
    .map((name) => `${name} ${asked[name]} (it has ${parameters[name]})`);
  const isSame =
    Object.keys(hashes).length === Object.keys(manifest.hashes).length &&
    Object.keys(hashes).every((name) => hashes[name] === manifest.hashes[name]);
  if (!isSame) differing.push('the files (it saw others)');
  if (differing.length === 0) return;
  throw new SepetError(
    'checkpoint_mismatch',
    `The checkpoint does not fit: ${differing.join(', ')}. Resume with what it was made with, or leave --resume out to start anew.`,
  );
}

/**
 * Trains on libSVM or libFFM files, whose rows are in the order of time, or on a table with a feature spec, and writes the
 * model to `out`. Throws what
 * reading throws, `option_invalid`, `checkpoint_mismatch`, `training_diverged` (no model is written, an older one stays)
 * and `cancelled` (a checkpoint is left).
 */
export async function trainFm(
  files: readonly string[],
  out: string,
  options: FmTrainOptions = {},
): Promise<FmTrainSummary> {
  const startedMs = performance.now();
  const asked = options.parameters ?? {};
  const checkpoint = options.resume === true ? readFmCheckpoint(out) : undefined;
  const { spec } = options;
  // Baskets, and tables without labels, hold positives alone.
  const usual =
    dataFolder(files) !== undefined || (spec !== undefined && spec.label === undefined)
      ? limits.fmNegatives.default
      : 0;
  const parameters = checkpoint?.manifest.parameters ?? { ...defaults, negatives: usual, ...asked };
  const { data, fitted, columns } = await readData(files, parameters, options);
  const hashes = await hashesOf([...files, ...(options.validation ?? [])], spec);
  if (checkpoint) checkResumable(checkpoint, asked, hashes);
  if (parameters.deterministic && (options.threads ?? 1) !== 1)
    throw new SepetError('option_invalid', 'A deterministic run has one thread: leave --threads out.');
  const counts = {
    features: data.features,
    trainRows: data.train.labels.length,
    validationRows: data.validation.labels.length,
  };
  const start: FmTrainStart = {
    ...{ parameters, ...counts },
    ...(data.items && { items: data.items.counts.length }),
    ...(columns && { columns }),
    threads: parameters.deterministic ? 1 : (options.threads ?? availableParallelism()),
    kernel: nativeInfo().kernel,
    ...(checkpoint && { resumedAtEpoch: checkpoint.state.position.epoch }),
  };
  options.onStart?.(start);
  const job: FmJob = {
    ...{ out, data, threads: start.threads, progress: newFmCounters() },
    ...(fitted && { fitted }),
    ...(checkpoint && { start: checkpoint.state }),
    manifest: { version: 1, parameters, hashes, counts, kernel: start.kernel },
    checkpointSeconds: options.checkpointSeconds ?? limits.checkpointSeconds.default,
    ...(options.sliceFeatures !== undefined && { sliceFeatures: options.sliceFeatures }),
  };
  const { history, best } = await runInWorker(job, start, options);
  const seconds = (performance.now() - startedMs) / 1000;
  return { ...start, model: out, history, bestEpoch: best, seconds };
}

async function runInWorker(job: FmJob, start: FmTrainStart, options: FmTrainOptions): Promise<FmPosition> {
  const { progress } = job;
  const stop = (): void => {
    Atomics.store(progress, stopCounter, 1n);
  };
  if (options.signal?.aborted) stop();
  options.signal?.addEventListener('abort', stop);
  const startedMs = performance.now();
  const timer = setInterval(() => {
    const done = Number(Atomics.load(progress, fmCounters.done));
    const before = (start.resumedAtEpoch ?? 0) * start.trainRows;
    options.onProgress?.({
      rowsDone: before + done,
      rowsTotal: start.parameters.epochs * start.trainRows,
      epoch: 1 + Number(Atomics.load(progress, epochCounter)),
      rowsPerSecond: done / ((performance.now() - startedMs) / 1000),
    });
  }, tickMs);
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: job });
  try {
    const outcome = await outcomeOf<FmOutcome>(worker);
    if (outcome.finished) return outcome.position;
    throw new SepetError(
      'cancelled',
      `Stopped in epoch ${outcome.position.epoch + 1}. Go on with the same command and --resume.`,
    );
  } finally {
    clearInterval(timer);
    options.signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
