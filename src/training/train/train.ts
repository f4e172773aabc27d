// Trains a data folder's model: settles parameters, starts or resumes, and watches the worker thread that does it.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { SepetError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { outcomeOf } from '../../base/threads.ts';
import { nativeInfo, word2vecCounters } from '../../native/index.ts';
import { type DatasetManifest, readManifest } from '../../tables/dataset.ts';
import { readTrainingData, type TrainingData, tokensPerEpoch } from './data.ts';
import { type Checkpoint, modelPath, readCheckpoint } from './files.ts';
import { newCounters, type Outcome, stopCounter, type TrainJob, transfers } from './job.ts';
import { initialState, type Position } from './loop.ts';
import { checkResumable, settleParameters, type TrainParameters } from './parameters.ts';

export interface TrainOptions {
  /** What was asked for; the rest are defaults, or the checkpoint's where a run is resumed. */
  readonly parameters?: Partial<TrainParameters>;
  readonly threads?: number;
  readonly resume?: boolean;
  readonly checkpointSeconds?: number;
  /** Aborting it stops after the slice at work, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onStart?: (start: TrainStart) => void;
  readonly onProgress?: (progress: TrainProgress) => void;
}

export interface TrainStart {
  readonly parameters: TrainParameters;
  readonly threads: number;
  readonly kernel: string;
  readonly products: number;
  readonly baskets: number;
  readonly tokensPerEpoch: number;
  /** Epochs that the checkpoint had behind it; undefined for a new run. */
  readonly resumedAtEpoch?: number;
  /** A checkpoint that a new run will overwrite. */
  readonly abandons?: Position;
}

export interface TrainProgress {
  readonly basketsDone: number;
  readonly basketsTotal: number;
  /** 1 is the first. */
  readonly epoch: number;
  /** Of the last moments; undefined until a basket has been sampled. */
  readonly loss?: number;
  /** Of this session. */
  readonly tokensPerSecond: number;
  readonly secondsLeft: number;
}

export interface TrainSummary extends TrainStart {
  readonly model: string;
  readonly tokens: number;
  readonly seconds: number;
  readonly tokensPerSecond: number;
  /** Mean loss of each epoch. */
  readonly losses: readonly number[];
}

const tickMs = 200;

/**
 * Trains `dir`'s model.sepet. Throws `input_missing`, `manifest_invalid`, `data_empty`, `checkpoint_mismatch`,
 * `option_invalid`, `training_diverged` (no model is written, an older one stays) and `cancelled` (a checkpoint is left).
 */
export async function train(dir: string, options: TrainOptions = {}): Promise<TrainSummary> {
  const manifest = await readManifest(dir);
  const checkpoint = readCheckpoint(dir);
  const resumed = options.resume ? checkpoint : undefined;
  const asked = options.parameters ?? {};
  if (resumed) checkResumable(resumed, asked, manifest.hashes);
  const split = resumed?.parameters.split ?? asked.split ?? 'train';
  const data = await readTrainingData(dir, manifest, split);
  const start = settle(data, manifest, options, { resumed, found: checkpoint });
  options.onStart?.(start);
  const job: TrainJob = {
    dir,
    data,
    start: resumed?.state ?? initialState(data, start.parameters),
    manifest: {
      version: 1,
      algorithm: 'word2vec',
      parameters: start.parameters,
      hashes: manifest.hashes,
      counts: { products: data.products, baskets: data.baskets },
      kernel: start.kernel,
      threads: start.threads,
    },
    checkpointSeconds: options.checkpointSeconds ?? limits.checkpointSeconds.default,
    progress: newCounters(),
  };
  const position = await runInWorker(job, start, options);
  return {
    ...start,
    model: modelPath(dir),
    tokens: position.tokens,
    seconds: position.seconds,
    tokensPerSecond: position.tokens / position.seconds,
    losses: position.losses,
  };
}

function settle(
  data: TrainingData,
  manifest: DatasetManifest,
  options: TrainOptions,
  checkpoints: { readonly resumed: Checkpoint | undefined; readonly found: Checkpoint | undefined },
): TrainStart {
  const { resumed, found } = checkpoints;
  const asked = options.parameters ?? {};
  const maxBasket = resumed?.parameters.maxBasket ?? asked.maxBasket ?? manifest.parameters.maxBasket;
  const tokens = tokensPerEpoch(data, maxBasket);
  const parameters = resumed?.parameters ?? settleParameters(asked, { maxBasket, tokensPerEpoch: tokens });
  if (parameters.deterministic && (options.threads ?? 1) !== 1)
    throw new SepetError('option_invalid', 'A deterministic run has one thread: leave --threads out.');
  return {
    parameters,
    threads: parameters.deterministic ? 1 : (options.threads ?? availableParallelism()),
    kernel: nativeInfo().kernel,
    products: data.products,
    baskets: data.baskets,
    tokensPerEpoch: tokens,
    ...(resumed && { resumedAtEpoch: resumed.state.position.epoch }),
    ...(found && !resumed && { abandons: found.state.position }),
  };
}

async function runInWorker(job: TrainJob, start: TrainStart, options: TrainOptions): Promise<Position> {
  const { epochs } = start.parameters;
  Atomics.store(job.progress, word2vecCounters.total, BigInt(epochs * job.data.baskets));
  const stop = (): void => {
    Atomics.store(job.progress, stopCounter, 1n);
  };
  if (options.signal?.aborted) stop();
  options.signal?.addEventListener('abort', stop);
  const watch = watcher(job, start);
  const timer = setInterval(() => options.onProgress?.(watch()), tickMs);
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: job,
    transferList: transfers(job),
  });
  try {
    const outcome = await outcomeOf<Outcome>(worker);
    if (!outcome.finished)
      throw new SepetError(
        'cancelled',
        `Stopped in epoch ${outcome.position.epoch + 1} of ${epochs}. Continue with: sepet train ${job.dir} --resume`,
      );
    return outcome.position;
  } finally {
    clearInterval(timer);
    options.signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

/** Reads the shared counters; the loss is that of the baskets sampled since the last look that saw any. */
function watcher(job: TrainJob, start: TrainStart): () => TrainProgress {
  const read = (counter: number): number => Number(Atomics.load(job.progress, counter));
  const basketsTotal = read(word2vecCounters.total);
  const slicesBefore = job.start.position.tokens / start.tokensPerEpoch;
  const basketsBefore = Math.round(slicesBefore * job.data.baskets);
  const began = performance.now();
  let seen = { sum: 0, products: 0 };
  let loss: number | undefined;
  return () => {
    const now = {
      sum: read(word2vecCounters.lossMicro) / 1e6,
      products: read(word2vecCounters.lossProducts),
    };
    if (now.products > seen.products) loss = (now.sum - seen.sum) / (now.products - seen.products);
    seen = now;
    const done = read(word2vecCounters.done);
    const basketsDone = Math.min(basketsTotal, basketsBefore + done);
    const seconds = (performance.now() - began) / 1000;
    return {
      basketsDone,
      basketsTotal,
      epoch: Math.min(start.parameters.epochs, 1 + Math.floor(basketsDone / job.data.baskets)),
      ...(loss !== undefined && { loss }),
      tokensPerSecond: read(word2vecCounters.tokens) / seconds,
      secondsLeft: done === 0 ? Number.POSITIVE_INFINITY : (seconds * (basketsTotal - basketsDone)) / done,
    };
  };
}
