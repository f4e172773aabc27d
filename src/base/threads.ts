// The end of a worker thread that works off one thing: it says one message, or fails.

import type { Worker } from 'node:worker_threads';
import { type ErrorCode, SepetError } from './errors.ts';

/** What a thread says where an expected error ended its work: errors lose their class on the way. */
export interface ThreadFailure {
  readonly code: ErrorCode;
  readonly message: string;
}

/**
 * Resolves to the one message of a thread. Throws the SepetError that the message is of, what else the thread threw, and
 * where it ended without a word (stopped, or out of memory), that.
 */
export async function outcomeOf<Outcome extends object>(thread: Worker): Promise<Outcome> {
  const outcome = await new Promise<Outcome | ThreadFailure>((resolve, reject) => {
    const ended = (code: number): void => reject(new Error(`A thread ended with ${code}, without a word.`));
    thread.once('message', resolve).once('error', reject).once('exit', ended);
  });
  if ('code' in outcome) throw new SepetError(outcome.code, outcome.message);
  return outcome;
}
