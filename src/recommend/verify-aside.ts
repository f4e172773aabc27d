// Verifies an artifact that is already served, in a thread of its own, once a process.

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SepetError } from '../base/errors.ts';
import { outcomeOf } from '../base/threads.ts';
import type { Pages } from '../native/index.ts';

export interface VerifyCall {
  readonly file: string;
  readonly pages: Pages;
  /** The id that the file must have: it may have been replaced since it was opened. */
  readonly artifact: string;
}

/** The extension is this file's own: `.js` in dist, `.ts` where Node strips types. */
const worker = new URL(`./verify-worker${extname(import.meta.url)}`, import.meta.url);

/**
 * Checks everything that opening with `verify` checks. Resolves to whether that could be done: false where another file
 * has taken the name. Throws `file_damaged` or `vector_not_finite`; `cancelled` once the signal is aborted. Does not keep
 * the process alive.
 */
export async function verifyAside(
  call: VerifyCall,
  { signal }: { signal?: AbortSignal } = {},
): Promise<boolean> {
  const thread = new Worker(worker, { workerData: call });
  thread.unref();
  const stop = (): void => void thread.terminate();
  signal?.addEventListener('abort', stop);
  try {
    const outcome = await outcomeOf<{ readonly replaced?: true }>(thread);
    return outcome.replaced !== true;
  } catch (error) {
    throw signal?.aborted ? new SepetError('cancelled', 'The verification was stopped.') : error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
