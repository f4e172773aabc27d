// One swap at a time: those that come meanwhile wait, and of those that wait only the newest happens.

import { faultPoint } from '../base/faults.ts';
import { isSameVersion, type Version } from './version.ts';

export interface Swapping {
  /** Makes every thread ready for the version. Throws where it cannot be served. */
  prepare(version: Version): Promise<void>;
  /** From the next batch on the version answers. */
  switch(version: Version): void;
  /** Lets go of all others, once the batches that they have begun are answered. */
  keepOnly(version: Version): Promise<void>;
}

export class Swaps {
  readonly #swapping: Swapping;
  #current: Version;
  #wanted: Version;
  #line: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(swapping: Swapping, current: Version) {
    this.#swapping = swapping;
    this.#current = current;
    this.#wanted = current;
  }

  /**
   * Resolves to whether this version, or one that answers alike, is served now: false where a newer one came before
   * its turn, or the runner closed. Rejects where it cannot be served; the current one stays.
   */
  swap(version: Version): Promise<boolean> {
    this.#wanted = version;
    const turn = this.#line.then(() => this.#take(version));
    this.#line = turn.then(({ done }) => done).catch(() => {});
    return turn.then(({ isServed }) => isServed);
  }

  /** No swap begins after this one; one that is under way comes to nothing. */
  close(): void {
    this.#isClosed = true;
  }

  /** `done` is when the next one may begin: never more than two versions are open. */
  async #take(version: Version): Promise<{ isServed: boolean; done?: Promise<void> }> {
    if (this.#isClosed || this.#wanted !== version) return { isServed: false };
    if (isSameVersion(version, this.#current)) return { isServed: true };
    try {
      faultPoint('swap:before-prepare');
      await this.#swapping.prepare(version);
      if (this.#isClosed) return { isServed: false };
      faultPoint('swap:after-prepare');
      this.#swapping.switch(version);
      this.#current = version;
      faultPoint('swap:after-switch');
      return { isServed: true, done: this.#swapping.keepOnly(version) };
    } catch (error) {
      if (this.#isClosed) return { isServed: false };
      await this.#swapping.keepOnly(this.#current);
      throw error;
    }
  }
}
