// Runs the garbage collector where waiting for it would keep memory that is not JavaScript's.

import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (how?: { readonly type: 'minor' }) => void;
let collect: Collect | undefined;

/** Between two collections other work goes on. */
const pauseMs = 10;

/**
 * Gives back the memory of mapped files that this thread has let go of. Finalizers do that, which need a garbage
 * collection and then a turn of the event loop, and an idle thread has neither for hours (a worker sleeps in
 * Atomics.wait). Two whole collections, of some 7 ms each: an index lets go of its arrays in a finalizer of its own. The arrays'
 * memory is then freed by a thread of V8's, which the small collection at the end waits for.
 */
export async function collectGarbage(): Promise<void> {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as Collect;
  }
  for (const how of [undefined, undefined, { type: 'minor' } as const]) {
    collect(how);
    await sleep(pauseMs);
    // Finalizers run as immediates, and a thread that is behind all others may be back for its timers first.
    await turn();
  }
}
