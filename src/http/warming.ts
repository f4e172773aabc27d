// What the event loop's recommender needs for brands and title searches is made beside the requests, a millisecond at a
// time: who asks first would wait for it, and everybody with them.

import type { Served } from './served.ts';

const pieceMs = 1;
const pauseMs = 10;

export class Warming {
  #timer: NodeJS.Timeout | undefined;

  /** Begins with what is served from now on, and leaves what was begun before. */
  begin(recommender: Pick<Served['recommender'], 'warm'>): void {
    this.stop();
    const step = (): void => {
      this.#timer = undefined;
      try {
        if (!recommender.warm(pieceMs)) return;
      } catch {
        // Damage is told by verification, and by whatever request meets it.
        return;
      }
      this.#timer = setTimeout(step, pauseMs);
    };
    this.#timer = setTimeout(step, pauseMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
