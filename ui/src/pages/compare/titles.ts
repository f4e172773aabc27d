// Titles of products that were judged but are not on the page: asked once each, and not too many.

import type { ProductFacts } from 'sepet/client';

const most = 200;

export class Titles {
  readonly #ask: (product: string) => Promise<ProductFacts>;
  readonly #changed: () => void;
  readonly #asked = new Set<string>();
  #known: ReadonlyMap<string, string> = new Map();

  constructor(ask: (product: string) => Promise<ProductFacts>, changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  /** By id; another map whenever something was added. */
  get known(): ReadonlyMap<string, string> {
    return this.#known;
  }

  want(products: Iterable<string>): void {
    for (const product of products) {
      if (this.#asked.size >= most) return;
      if (!this.#asked.has(product)) void this.#load(product);
    }
  }

  async #load(product: string): Promise<void> {
    this.#asked.add(product);
    try {
      const { title } = await this.#ask(product);
      if (title === undefined) return;
      this.#known = new Map(this.#known).set(product, title);
      this.#changed();
    } catch {
      // It goes by its id.
    }
  }
}
