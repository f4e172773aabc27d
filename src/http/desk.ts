// Where questions are answered: from what is kept, together with an equal question that is under way, or by a worker.

import type { Job, JobResult } from '../pool/answers.ts';
import type { Batcher, Ticket } from '../pool/batcher.ts';
import type { CachedAnswer, ResultCache } from './cache.ts';

/** One who waits for an answer. */
export interface Visitor {
  /** Called once, later, unless the visitor has left. Must not throw. */
  readonly done: (result: JobResult) => void;
  /** On the clock of `performance.now()`: work that has not begun by then is not done. */
  readonly deadlineMs: number;
}

export interface Visit {
  /** Saves the work, unless it has begun or somebody else waits for it. */
  leave(): void;
}

/** How a question that may be kept was answered. */
export type Asked = 'hit' | 'miss' | 'joined';

export interface DeskOptions {
  readonly batcher: Batcher;
  /** Absent where nothing is kept, and every question is a worker's. */
  readonly cache?: ResultCache | undefined;
  readonly onAsked: (how: Asked) => void;
}

/** One question at a worker, and who waits for it. */
class Flight {
  readonly visitors = new Set<Visitor>();
  ticket: Ticket | undefined;

  join(visitor: Visitor, onEmpty: () => void): Visit {
    this.visitors.add(visitor);
    const { ticket } = this;
    if (ticket !== undefined) ticket.deadlineMs = Math.max(ticket.deadlineMs, visitor.deadlineMs);
    return {
      leave: () => {
        this.visitors.delete(visitor);
        if (this.visitors.size > 0) return;
        if (this.ticket !== undefined) this.ticket.cancelled = true;
        onEmpty();
      },
    };
  }

  land(result: JobResult): void {
    for (const { done } of this.visitors) done(result);
  }
}

export class Desk {
  readonly #options: DeskOptions;
  /** By key, those of the version that is served now. */
  #flights = new Map<string, Flight>();

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** Whether answers are kept. */
  get keeps(): boolean {
    return this.#options.cache !== undefined;
  }

  /** The answer that is kept under the key. */
  known(key: string): CachedAnswer | undefined {
    const answer = this.#options.cache?.get(key);
    if (answer !== undefined) this.#options.onAsked('hit');
    return answer;
  }

  /** Finds what is kept under `of` under `key` too. */
  alias(key: string, of: string): void {
    this.#options.cache?.alias(key, of);
  }

  /** Another version answers from now on: what the one before said is not given to later questions. */
  forget(): void {
    this.#options.cache?.clear();
    this.#flights = new Map();
  }

  /** Asks a worker, for this visitor alone. Returns undefined where the queue is full. */
  ask(job: Job, { done, deadlineMs }: Visitor): Visit | undefined {
    const ticket = this.#options.batcher.submit(job, done, deadlineMs);
    if (ticket === undefined) return undefined;
    return {
      leave: () => {
        ticket.cancelled = true;
      },
    };
  }

  /**
   * Asks a worker, once for all who ask the same meanwhile, and keeps the answer under `key`, with its `tag`. Returns undefined
   * where the queue is full.
   */
  share(
    job: Job,
    visitor: Visitor,
    { key, tag }: { readonly key: string; readonly tag: string },
  ): Visit | undefined {
    const { batcher, cache, onAsked } = this.#options;
    if (cache === undefined) return this.ask(job, visitor);
    const flights = this.#flights;
    const forgetFlight = (): void => void flights.delete(key);
    const underWay = flights.get(key);
    if (underWay !== undefined) {
      onAsked('joined');
      return underWay.join(visitor, forgetFlight);
    }
    const flight = new Flight();
    const ticket = batcher.submit(
      job,
      (result) => {
        forgetFlight();
        // A version that came meanwhile has flights of its own, and must not be given answers of this one.
        if (flights === this.#flights && result.failure === undefined)
          cache.put(key, { body: result.body, tag });
        flight.land(result);
      },
      visitor.deadlineMs,
    );
    if (ticket === undefined) return undefined;
    onAsked('miss');
    flight.ticket = ticket;
    flights.set(key, flight);
    return flight.join(visitor, forgetFlight);
  }
}
