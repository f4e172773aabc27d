// Trials of word2vec: a pool of threads, each of which has the baskets and works off one training after another, alone on its core.
// One thread and one seed make a training repeatable to the bit, so that it does not matter which thread had it.

import { Worker } from 'node:worker_threads';
import { SepetError } from '../../base/errors.ts';
import type { ThreadFailure } from '../../base/threads.ts';
import type { TrainingData } from '../train/data.ts';
import type { TrainParameters } from '../train/parameters.ts';
import type { JudgedBy } from './judge.ts';

/** What every thread is started with. */
export interface TrialData {
  readonly data: TrainingData;
  readonly judged: JudgedBy;
  /** One shared number: 1 asks every training to stop after its slice. */
  readonly stop: Int32Array;
}

export interface TrialTask {
  readonly parameters: TrainParameters;
  readonly gamma: number;
}

export type TrialMessage =
  | { readonly kind: 'epoch' }
  | { readonly kind: 'figures'; readonly figures: Record<string, number> }
  | ({ readonly kind: 'failure' } & ThreadFailure);

/** Threads that train and judge. Close it when done; a task under way then ends after its slice. */
export class TrialThreads {
  readonly #data: TrialData;
  readonly #idle: Worker[] = [];
  readonly #all: Worker[] = [];

  constructor(data: Omit<TrialData, 'stop'>) {
    this.#data = { ...data, stop: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) };
  }

  /** Trains and judges in a free thread; starts one where none is. Throws what training throws, and `cancelled`. */
  async run(task: TrialTask, onEpoch: () => void): Promise<Record<string, number>> {
    const thread = this.#idle.pop() ?? this.#start();
    const { promise, resolve, reject } = withResolvers<Record<string, number>>();
    const listen = (message: TrialMessage): void => {
      if (message.kind === 'epoch') onEpoch();
      else if (message.kind === 'figures') resolve(message.figures);
      else reject(new SepetError(message.code, message.message));
    };
    const ended = (code: number): void => reject(new Error(`A thread ended with ${code}, without a word.`));
    thread.on('message', listen).once('error', reject).once('exit', ended);
    thread.postMessage(task);
    try {
      return await promise;
    } finally {
      thread.off('message', listen).off('error', reject).off('exit', ended);
      this.#idle.push(thread);
    }
  }

  /** Asks the trainings under way to stop: they throw `cancelled`. */
  stop(): void {
    Atomics.store(this.#data.stop, 0, 1);
  }

  async close(): Promise<void> {
    this.stop();
    await Promise.all(this.#all.map((thread) => thread.terminate()));
  }

  #start(): Worker {
    const thread = new Worker(new URL('./worker.js', import.meta.url), { workerData: this.#data });
    this.#all.push(thread);
    return thread;
  }
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
