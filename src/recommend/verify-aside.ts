// Verifies an artifact that is already served, in a thread of its own, once a process.

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type ErrorCode, SepetError } from '../base/errors.ts';
import type { Pages } from '../native/index.ts';

export interface VerifyCall {
  readonly file: string;
  readonly pages: Pages;
  /** The id that the file must have: it may have been replaced since it was opened. */
  readonly artifact: string;
}

type Outcome = { code: ErrorCode; message: string } | { replaced: true } | Record<string, never>;

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
    const outcome = await new Promise<Outcome>((resolve, reject) => {
      const ended = (): void => reject(new SepetError('cancelled', 'The verification was stopped.'));
      thread.once('message', resolve).once('error', reject).once('exit', ended);
    });
    if ('code' in outcome) throw new SepetError(outcome.code, outcome.message);
    return !('replaced' in outcome);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
