// Counts what happens to the requests of one thread.

import type { ThreadOutcome } from './job.ts';
import { Latency } from './latency.ts';

interface SliceCounts {
  answers: number;
  failures: number;
  readonly latency: Latency;
}

export interface Answer {
  readonly dueMs: number;
  readonly sentMs: number;
  readonly nowMs: number;
  readonly status: number;
  readonly bytes: number;
  /** Whether its request is measured. */
  readonly counts: boolean;
}

interface Window {
  readonly startMs: number;
  readonly endMs: number;
  readonly sliceMs: number;
}

export class Recorder {
  readonly #window: Window;
  readonly #latency = new Latency();
  readonly #refused = new Latency();
  readonly #service = new Latency();
  readonly #slices: SliceCounts[] = [];
  readonly #statuses: Record<string, number> = {};
  readonly #versions: Record<string, number> = {};
  readonly #completed = { good: 0, other: 0 };
  #due = 0;
  #errors = 0;
  #unanswered = 0;
  #bytes = 0;

  constructor(window: Window) {
    this.#window = window;
  }

  /** Whether a request that was due at this time is measured. */
  counts(dueMs: number): boolean {
    return dueMs >= this.#window.startMs && dueMs < this.#window.endMs;
  }

  due(): void {
    this.#due++;
  }

  /** An answer: to a request that is measured, or to one of the warm-up, which counts only for what came when. */
  answered(answer: Answer): void {
    const { dueMs, sentMs, nowMs, status, bytes, counts } = answer;
    const isGood = status >= 200 && status < 300;
    this.#came(nowMs, nowMs - dueMs, isGood);
    if (!counts) return;
    if (isGood) this.#latency.recordMs(nowMs - dueMs);
    else this.#refused.recordMs(nowMs - sentMs);
    this.#service.recordMs(nowMs - sentMs);
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    this.#bytes += bytes;
  }

  #came(nowMs: number, milliseconds: number, isGood: boolean): void {
    const { startMs, endMs } = this.#window;
    if (nowMs < startMs) return;
    if (nowMs < endMs) this.#completed[isGood ? 'good' : 'other']++;
    const slice = this.#sliceAt(nowMs);
    if (!isGood) slice.failures++;
    else {
      slice.answers++;
      slice.latency.recordMs(milliseconds);
    }
  }

  broke(nowMs: number): void {
    this.#errors++;
    this.#sliceAt(nowMs).failures++;
  }

  /** It has waited at least until now. */
  unanswered(dueMs: number, nowMs: number): void {
    this.#unanswered++;
    this.#latency.recordMs(nowMs - dueMs);
    this.#sliceAt(nowMs).failures++;
  }

  version(name: string): void {
    this.#versions[name] = (this.#versions[name] ?? 0) + 1;
  }

  get progress(): { answers: number; failures: number } {
    const failures = this.#errors + this.#unanswered + this.#refused.count;
    return { answers: this.#latency.count, failures };
  }

  outcome(endMs: number, busy: number): ThreadOutcome {
    return {
      seconds: Math.max(0, endMs - this.#window.startMs) / 1000,
      due: this.#due,
      completed: this.#completed,
      statuses: this.#statuses,
      latency: this.#latency.encode(),
      refused: this.#refused.encode(),
      service: this.#service.encode(),
      errors: this.#errors,
      unanswered: this.#unanswered,
      bytes: this.#bytes,
      slices: Array.from(this.#slices, (slice) => ({
        answers: slice?.answers ?? 0,
        failures: slice?.failures ?? 0,
        latency: (slice?.latency ?? new Latency(2)).encode(),
      })),
      versions: this.#versions,
      busy,
    };
  }

  #sliceAt(nowMs: number): SliceCounts {
    // What is waited for at the end lies in slices beyond it.
    const { startMs, sliceMs } = this.#window;
    const index = Math.max(0, Math.floor((nowMs - startMs) / sliceMs));
    const slice = this.#slices[index] ?? { answers: 0, failures: 0, latency: new Latency(2) };
    this.#slices[index] = slice;
    return slice;
  }
}
