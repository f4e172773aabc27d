// The worker's side of the pool. Piscina imports this file in each of its threads and calls `answer` with one
// batch at a time. The thread opens its own recommender on first use (its scratch is its own; the mapped file
// under it is shared by the process) and keeps it. Everything inside a task is synchronous: under Piscina's
// atomics a thread that waits for its next batch runs no event loop.

import { move, workerData } from 'piscina';
import { openRecommender } from '../recommend/open.ts';
import type { Recommender } from '../recommend/recommender.ts';
import { answerBatch, type Job } from './answers.ts';
import type { WorkerSetup } from './runner.ts';

let recommender: Recommender | undefined;

function open(): Recommender {
  const { artifact, policies, file, ...options } = workerData as WorkerSetup;
  const opened = openRecommender(file, { policy: policies, ...options });
  if (opened.info.artifact !== artifact)
    throw new Error(`${file} was replaced while it was served; restart the server to serve the new one.`);
  return opened;
}

/** Answers a batch (an empty one only makes the thread ready). The buffer moves to the caller. */
export function answer(jobs: readonly Job[]): ArrayBuffer {
  recommender ??= open();
  return move(answerBatch(recommender, jobs)) as ArrayBuffer;
}
