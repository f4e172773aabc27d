// Draws the sample that is wanted, one at a time, and says how far it is.

import type { Client } from 'sepet/client';
import { dependsOnSides, draw, type Sample } from './sample.ts';
import { canonical, type Sides } from './sides.ts';

export interface Drawn {
  readonly products: readonly string[];
  readonly state: 'drawing' | 'drawn' | 'cancelled' | 'failed';
  readonly error?: unknown;
  /** How many of how many products were asked, where they have to be asked. */
  readonly done: number;
  readonly of: number;
}

const nothingYet: Drawn = { products: [], state: 'drawing', done: 0, of: 0 };

export class Drawer {
  readonly #client: Client;
  readonly #changed: () => void;
  #key: string | undefined;
  #running: AbortController | undefined;
  #drawn = nothingYet;

  constructor(client: Client, changed: () => void) {
    this.#client = client;
    this.#changed = changed;
  }

  get drawn(): Drawn {
    return this.#drawn;
  }

  /** Draws a sample, unless it is the one that is drawn or being drawn. */
  want(sample: Sample, sides: Sides): void {
    const key = canonical(dependsOnSides(sample) ? [sample, sides] : [sample]);
    if (key === this.#key) return;
    this.#key = key;
    void this.#draw(sample, sides);
  }

  /** Draws the same anew. */
  again(sample: Sample, sides: Sides): void {
    this.#key = undefined;
    this.want(sample, sides);
  }

  cancel(): void {
    this.#running?.abort();
    if (this.#drawn.state === 'drawing') this.#set({ ...this.#drawn, state: 'cancelled' });
  }

  #set(drawn: Drawn): void {
    this.#drawn = drawn;
    this.#changed();
  }

  async #draw(sample: Sample, sides: Sides): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.#set(nothingYet);
    const { signal } = running;
    const progress = (done: number, of: number): void => {
      if (!signal.aborted) this.#set({ ...this.#drawn, done, of });
    };
    try {
      const products = await draw(this.#client, sample, sides, { signal, progress });
      if (!signal.aborted) this.#set({ ...this.#drawn, products, state: 'drawn' });
    } catch (error) {
      if (!signal.aborted) this.#set({ ...nothingYet, state: 'failed', error });
    }
  }
}
