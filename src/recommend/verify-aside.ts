// Verifies an artifact in a thread of its own: one that is served already, or one that is to be.

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SepetError } from '../base/errors.ts';
import { outcomeOf } from '../base/threads.ts';
import type { Pages } from '../native/index.ts';

export interface VerifyCall {
  readonly file: string;
  readonly pages: Pages;
  /** The id that the file must have, as it may have been replaced since it was opened; absent for one that is not open yet. */
  readonly artifact?: string;
}

/** What the thread finds. */
export interface Verified {
  readonly artifact: string;
  /** Absent of one that was replaced meanwhile. */
  readonly facts?: ArtifactFacts;
}

/** What can be told of an artifact by who does not open it. */
export interface ArtifactFacts {
  readonly name: string;
  readonly createdAt: string;
  readonly products: number;
  readonly dims: number;
}

/** The extension is this file's own: `.js` in dist, `.ts` where Node strips types. */
const worker = new URL(`./verify-worker${extname(import.meta.url)}`, import.meta.url);

/**
 * Checks everything that opening with `verify` checks. Resolves to whether that could be done: false where another file
 * has taken the name. Throws `file_damaged` or `vector_not_finite`; `cancelled` once the signal is aborted. Does not keep
 * the process alive.
 */
export async function verifyAside(
  call: Required<VerifyCall>,
  { signal }: { signal?: AbortSignal } = {},
): Promise<boolean> {
  const thread = new Worker(worker, { workerData: call });
  thread.unref();
  const stop = (): void => void thread.terminate();
  signal?.addEventListener('abort', stop);
  try {
    return (await outcomeOf<Verified>(thread)).artifact === call.artifact;
  } catch (error) {
    throw signal?.aborted ? new SepetError('cancelled', 'The verification was stopped.') : error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/**
 * Checks an artifact that is to be served and hands its id, and what can be told of it, to `use`; until that is done the thread keeps the memory that it
 * has read the file into, so that opening it costs nothing. Throws what opening with `verify` throws.
 */
export async function verifyFirst<T>(
  call: VerifyCall,
  use: (artifact: string, facts: ArtifactFacts) => Promise<T>,
): Promise<T> {
  const thread = new Worker(worker, { workerData: call });
  try {
    const { artifact, facts } = await outcomeOf<Required<Verified>>(thread);
    return await use(artifact, facts);
  } finally {
    await thread.terminate();
  }
}
