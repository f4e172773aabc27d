// So many a second, with a burst of one second's.

export class Budget {
  readonly #rate: number;
  #left: number;
  #sinceMs = performance.now();

  constructor(rate: number) {
    this.#rate = rate;
    this.#left = Math.max(1, rate);
  }

  /** Whether one more may be; it is counted where it may. */
  take(): boolean {
    const nowMs = performance.now();
    const earned = ((nowMs - this.#sinceMs) / 1000) * this.#rate;
    this.#left = Math.min(Math.max(1, this.#rate), this.#left + earned);
    this.#sinceMs = nowMs;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
