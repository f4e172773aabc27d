// The threads' file for tests of the pool: src/pool/worker.ts with the toy instead of an artifact. Threads run
// JavaScript, so the tests start it from dist.

import { workerSide } from '../../src/pool/worker-side.ts';
import { toyOpener } from './toy.ts';

export const { answer, prepare, keepOnly } = workerSide(toyOpener);
