// Reads the server's metrics every two seconds while the page is seen, and keeps five minutes of them.

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { client } from '../../kit/api.ts';
import { parseMetrics } from './prometheus.ts';
import {
  isWanted,
  keep,
  type Point,
  pointOf,
  type Reading,
  servedOf,
  type Totals,
  totalsOf,
} from './readings.ts';

const everyMs = 2000;

export class LiveFigures implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #served: () => void;
  #readings: Reading[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = new AbortController();
  /** What is drawn, oldest first. */
  points: Point[] = [];
  totals: Totals | undefined;
  isReady: boolean | undefined;
  /** Why the last reading failed. */
  error: unknown;

  /** `served` is called when another artifact, policy or revision comes to be served. */
  constructor(host: ReactiveControllerHost, served: () => void) {
    this.#host = host;
    this.#served = served;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stopped = new AbortController();
    document.addEventListener('visibilitychange', this.#seen, { signal: this.#stopped.signal });
    this.#seen();
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#stopped.abort();
  }

  /** Reads now, unless nobody looks. */
  readonly #seen = (): void => {
    clearTimeout(this.#timer);
    if (document.visibilityState === 'visible') void this.#read();
  };

  async #read(): Promise<void> {
    const { signal } = this.#stopped;
    try {
      const [text, isReady] = await Promise.all([client.metrics({ signal }), client.isReady({ signal })]);
      this.#take({ atMs: Date.now(), metrics: parseMetrics(text, isWanted) });
      this.isReady = isReady;
      this.error = undefined;
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
      this.isReady = undefined;
    }
    this.#host.requestUpdate();
    clearTimeout(this.#timer);
    if (!signal.aborted && document.visibilityState === 'visible')
      this.#timer = setTimeout(() => void this.#read(), everyMs);
  }

  #take(reading: Reading): void {
    const before = this.#readings.at(-1);
    this.#readings = keep(this.#readings, reading);
    const point = pointOf(this.#readings);
    if (point !== undefined) this.points = keep(this.points, point);
    this.totals = totalsOf(reading.metrics);
    if (before !== undefined && servedOf(before.metrics) !== servedOf(reading.metrics)) this.#served();
  }
}
