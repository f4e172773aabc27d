// What is told while a long run goes on: one line that is written over on a terminal, a line every few seconds elsewhere.

import type { Progress } from './drive/drive.ts';

const lineEveryMs = 5000;

export class Teller {
  readonly #quiet: boolean;
  readonly #isTerminal = process.stderr.isTTY === true;
  #toldMs = performance.now();
  #isOpen = false;

  constructor(quiet: boolean) {
    this.#quiet = quiet;
  }

  /** A line that stays. */
  say(text: string): void {
    if (this.#quiet) return;
    this.close();
    process.stderr.write(`${text}\n`);
    this.#toldMs = performance.now();
  }

  /** Follows a run of so many seconds. */
  follow(what: string, seconds: number): (progress: Progress) => void {
    const beganMs = performance.now();
    return ({ answers, failures }) => {
      if (this.#quiet || (!this.#isTerminal && performance.now() - this.#toldMs < lineEveryMs)) return;
      this.#toldMs = performance.now();
      const passed = Math.min(seconds, (performance.now() - beganMs) / 1000);
      const failed = failures === 0 ? '' : `, ${failures.toLocaleString('en')} failed`;
      const text = `${what}: ${passed.toFixed(0)} of ${seconds.toFixed(0)} s, ${answers.toLocaleString('en')} answers${failed}`;
      process.stderr.write(this.#isTerminal ? `\r\u001b[K${text}` : `${text}\n`);
      this.#isOpen = this.#isTerminal;
    };
  }

  /** Leaves the terminal to what comes on stdout. */
  close(): void {
    if (this.#isOpen) process.stderr.write('\r\u001b[K');
    this.#isOpen = false;
  }
}
