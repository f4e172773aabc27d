// Counters of what stands before and beside recommendations: limits by client, administration, events.

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ErrorCode } from '../base/errors.ts';
import { type EventType, eventTypes } from '../events/event.ts';
import type { EventObserver, EventResult } from '../events/intake.ts';

export class GuardMetrics {
  readonly #limited: Counter;
  readonly #refused: Counter<'code'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#limited = new Counter({
      name: 'sepet_http_limited_total',
      help: 'Requests refused because their client asks too often.',
      registers,
    });
    this.#refused = new Counter({
      name: 'sepet_admin_refused_total',
      help: 'Requests to /admin that were not let in, by error code.',
      labelNames: ['code'],
      registers,
    });
  }

  readonly limited = (): void => this.#limited.inc();

  readonly adminRefused = (code: ErrorCode): void => this.#refused.inc({ code });
}

const writeSeconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

export class EventMetrics implements EventObserver {
  readonly #events: Counter<'type' | 'result'>;
  readonly #unavailable: Counter;
  readonly #write: Histogram;
  readonly #bytes: Counter;

  constructor(registry: Registry, pendingBytes: () => number) {
    const registers = [registry];
    this.#events = new Counter({
      name: 'sepet_events_total',
      help: 'Events by type (unknown where it is none) and result: accepted, duplicate or refused.',
      labelNames: ['type', 'result'],
      registers,
    });
    for (const type of eventTypes)
      for (const result of ['accepted', 'duplicate'] satisfies EventResult[])
        this.#events.inc({ type, result }, 0);
    this.#unavailable = new Counter({
      name: 'sepet_events_unavailable_total',
      help: 'Calls whose events could not be kept.',
      registers,
    });
    this.#write = new Histogram({
      name: 'sepet_events_write_seconds',
      help: 'Writing the events of one or several calls, until they may be acknowledged.',
      buckets: writeSeconds,
      registers,
    });
    this.#bytes = new Counter({
      name: 'sepet_events_written_bytes_total',
      help: 'Bytes of events written.',
      registers,
    });
    new Gauge({
      name: 'sepet_events_pending_bytes',
      help: 'Bytes of events that wait to be written.',
      registers,
      collect() {
        this.set(pendingBytes());
      },
    });
  }

  counted(result: EventResult, type?: EventType): void {
    this.#events.inc({ type: type ?? 'unknown', result });
  }

  unavailable(): void {
    this.#unavailable.inc();
  }

  wrote(seconds: number, bytes: number): void {
    this.#write.observe(seconds);
    this.#bytes.inc(bytes);
  }
}
