// Where events go. One interface, so that a queue or a database can follow; test/events/conformance.ts is what each has to
// hold.

import type { ShopEvent } from './event.ts';

export interface EventSink {
  /**
   * Keeps events. Resolves once they will outlive this process, however it ends; all of them are kept then, in their
   * order. Rejects with `events_unavailable` where they cannot be kept now: then none is promised, and the same call may be
   * tried again.
   */
  append(events: readonly ShopEvent[]): Promise<void>;
  /** Bytes that wait to be written; bounded, beyond that `append` rejects. */
  readonly pendingBytes: number;
  /** Told of each write, where somebody wants to know. */
  onWrite: ((seconds: number, bytes: number) => void) | undefined;
  /** Writes what waits and lets go. Appending afterwards rejects; a second call changes nothing. */
  close(): Promise<void>;
}
