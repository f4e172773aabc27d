// The thread of trials with the toy instead of an artifact, for tests. Threads run JavaScript, so the tests start it from dist.

import { trialSide } from '../../src/pool/trials-side.ts';
import { toyOpener } from './toy.ts';

export const { answer, inspect } = trialSide({
  ...toyOpener,
  worldOf: () => {
    throw new Error('The toy has no catalogue.');
  },
});
