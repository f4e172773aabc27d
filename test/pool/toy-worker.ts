// The threads' file for tests of the pool: src/pool/worker.ts with the toy instead of an artifact. Threads run
// JavaScript, so the tests start it from dist.

import { move } from 'piscina';
import { answerBatch, type Job } from '../../src/pool/answers.ts';
import { toyRecommender } from './toy.ts';

export function answer(jobs: readonly Job[]): ArrayBuffer {
  return move(answerBatch(toyRecommender, jobs)) as ArrayBuffer;
}
