// What a thread of the pool is asked for: answers to one batch at a time, to make itself ready for a version, and to
// let go of others. Answering is synchronous: under Piscina's atomics a thread that waits for its next batch runs no
// event loop, and nothing that was begun would go on.

import { move } from 'piscina';
import type { Recommender } from '../recommend/recommender.ts';
import { type Answering, answerBatch, failureOf, type Job, type JobFailure } from './answers.ts';
import type { Version } from './version.ts';
import { type Opener, Versions } from './versions.ts';

/** A batch carries the number of its version, and the version itself only to a thread that did not know it. */
export interface Batch {
  readonly number: number;
  readonly jobs: readonly Job[];
  readonly version?: Version;
}

/** What came of a version in one thread; a thread's errors lose their codes on the way. */
export interface Prepared {
  readonly failure?: JobFailure;
}

/** A version, and what was asked lately, for the thread to warm itself by. */
export interface Preparing {
  readonly version: Version;
  readonly recent: readonly Job[];
}

/** The functions that Piscina calls by name. */
export interface WorkerSide {
  /** The answers as one buffer, which moves to the caller; an empty one where the thread does not know the version. */
  answer(batch: Batch): ArrayBuffer;
  prepare(preparing: Preparing): Prepared;
  keepOnly(kept: Pick<Version, 'number'>): Promise<void>;
}

/** A thread's side, with its own versions. */
export function workerSide(opener: Opener<Answering & Pick<Recommender, 'popularIds'>>): WorkerSide {
  const versions = new Versions(opener);
  return {
    answer({ number, jobs, version }) {
      const opened = versions.get(number) ?? (version && versions.prepare(version));
      return move(opened ? answerBatch(opened, jobs) : new ArrayBuffer(0)) as ArrayBuffer;
    },
    prepare({ version, recent }) {
      try {
        // What came of them counts for nothing: another version may know neither their products nor their policies.
        answerBatch(versions.prepare(version), recent);
        return {};
      } catch (error) {
        return { failure: failureOf(error) };
      }
    },
    keepOnly: ({ number }) => versions.keepOnly(number),
  };
}
