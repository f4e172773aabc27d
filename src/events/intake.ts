// Takes batches of events in: checks each, drops repetitions, hands the rest to the sink, and says what came of every one.

import { setImmediate } from 'node:timers/promises';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { type EventType, type ReadEvent, readEvent, type ShopEvent } from './event.ts';
import { KnownIds } from './known-ids.ts';
import type { EventSink } from './sink.ts';

export interface RefusedEvent {
  /** Its place in the call, from 0. */
  readonly index: number;
  readonly code: 'event_invalid';
  readonly detail: string;
}

export interface TakenEvents {
  /** Events that are kept now. */
  readonly accepted: number;
  /** Events whose id came before. */
  readonly duplicates: number;
  readonly refused: readonly RefusedEvent[];
}

export type EventResult = 'accepted' | 'duplicate' | 'refused';

/** Told what the metrics need. */
export interface EventObserver {
  /** The type is absent where the event has none that is known. */
  counted(result: EventResult, type?: EventType): void;
  unavailable(): void;
  /** Events were written. */
  wrote(seconds: number, bytes: number): void;
}

/** Work that the event loop does at a stretch while others wait. */
const stretchMs = 1;

/** Reads the events, letting others have their turn. */
async function readAll(given: readonly unknown[], nowMs: number): Promise<ReadEvent[]> {
  const reads: ReadEvent[] = [];
  let sinceMs = performance.now();
  for (const one of given) {
    reads.push(readEvent(one, nowMs));
    if (performance.now() - sinceMs < stretchMs) continue;
    await setImmediate();
    sinceMs = performance.now();
  }
  return reads;
}

export class EventIntake {
  readonly #sink: EventSink;
  readonly #known: KnownIds;
  #observer: EventObserver | undefined;

  constructor(sink: EventSink, idsMax: number = limits.eventIds.default) {
    this.#sink = sink;
    this.#known = new KnownIds(idsMax);
  }

  /** Tells this observer, and no other, from now on. */
  watch(observer: EventObserver): void {
    this.#observer = observer;
    this.#sink.onWrite = (seconds, bytes) => observer.wrote(seconds, bytes);
  }

  get pendingBytes(): number {
    return this.#sink.pendingBytes;
  }

  /**
   * Resolves when the good ones among the events are kept. Throws `event_invalid` where there are none or too many at
   * once, `events_unavailable` where they cannot be kept: then the whole call may be sent again.
   */
  async take(given: readonly unknown[], nowMs = Date.now()): Promise<TakenEvents> {
    const { max } = limits.events;
    if (given.length === 0 || given.length > max)
      throw new SepetError('event_invalid', `A call takes 1 to ${max} events, not ${given.length}.`);
    const { fresh, repeated, refused } = this.#sort(await readAll(given, nowMs));
    try {
      await this.#keep(fresh, repeated);
    } catch (error) {
      this.#observer?.unavailable();
      throw error;
    }
    const observer = this.#observer;
    for (const { type } of fresh) observer?.counted('accepted', type);
    for (const { type } of repeated) observer?.counted('duplicate', type);
    for (const _ of refused) observer?.counted('refused');
    return { accepted: fresh.length, duplicates: repeated.length, refused };
  }

  #sort(reads: readonly ReadEvent[]) {
    const fresh: ShopEvent[] = [];
    const repeated: ShopEvent[] = [];
    const refused: RefusedEvent[] = [];
    const own = new Set<string>();
    for (const [index, read] of reads.entries()) {
      if ('wrong' in read) refused.push({ index, code: 'event_invalid', detail: read.wrong });
      else {
        const { id } = read.event;
        const isRepeated = id !== undefined && (own.has(id) || this.#known.has(id));
        if (id !== undefined) own.add(id);
        (isRepeated ? repeated : fresh).push(read.event);
      }
    }
    return { fresh, repeated, refused };
  }

  /** Repetitions of what is still being written are acknowledged with it, not before. */
  async #keep(fresh: readonly ShopEvent[], repeated: readonly ShopEvent[]): Promise<void> {
    const before = repeated.flatMap(({ id }) => (id === undefined ? [] : (this.#known.writing(id) ?? [])));
    if (fresh.length > 0) {
      const written = this.#sink.append(fresh);
      const ids = fresh.flatMap(({ id }) => id ?? []);
      if (ids.length > 0) this.#known.note(ids, written);
      await written;
    }
    await Promise.all(before);
  }

  close(): Promise<void> {
    return this.#sink.close();
  }
}
