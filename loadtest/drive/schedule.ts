// When requests are due at a constant rate. Timers of Node.js tick in whole milliseconds, so at 8,000 requests a second
// they would send eight at a time and count up to a millisecond that the server never had. A thread of its own keeps the
// time (metronome.ts) in ticks of a quarter of a millisecond; requests are due at a tick, spread evenly.

/** A thread wakes a tenth of a millisecond late; finer ticks would cost more than they bring. */
const finestTickMs = 0.25;

export interface ScheduleOptions {
  readonly rate: number;
  readonly startMs: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
}

export class Schedule {
  readonly tickMs: number;
  readonly #perTick: number;
  readonly #startMs: number;
  readonly #total: number;
  readonly #warmup: number;
  readonly #measuredMs: number;

  /** From `startMs` for `seconds`, of which the first `warmupSeconds` are not measured. */
  constructor({ rate, startMs, seconds, warmupSeconds }: ScheduleOptions) {
    this.tickMs = Math.max(finestTickMs, 1000 / rate);
    this.#perTick = (rate * this.tickMs) / 1000;
    this.#startMs = startMs;
    this.#total = Math.round(rate * seconds);
    this.#warmup = Math.round(rate * warmupSeconds);
    this.#measuredMs = startMs + warmupSeconds * 1000;
  }

  /** Requests in all. */
  get total(): number {
    return this.#total;
  }

  /** When the nth request (from 0) is due. */
  dueMs(n: number): number {
    return this.#startMs + Math.floor(n / this.#perTick + 1e-9) * this.tickMs;
  }

  /**
   * Which request is next where the nth would be: once the measurement has begun, what a cold server left behind of the
   * warm-up is not sent any more. It would keep what is measured waiting.
   */
  nextAfter(n: number, nowMs: number): number {
    return nowMs >= this.#measuredMs ? Math.max(n, this.#warmup) : n;
  }

  /** Whether the nth request is due at a time. */
  isDue(n: number, nowMs: number): boolean {
    return n < this.#total && this.dueMs(n) <= nowMs;
  }
}
