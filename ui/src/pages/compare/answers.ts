// The answers of both sides, kept while one walks to and fro, and asked ahead of time.

import type { Client, Outcome, ProductFacts } from 'sepet/client';
import { imageUrl } from '../../kit/images.ts';
import { type Column, canonical, requestOf, type Side, type Sides } from './sides.ts';

export type Pair = Readonly<Record<Column, Outcome>>;

/** A product of a column's answer, and what is known of it; facts have no more than the id where it is not known. */
export interface Shown {
  readonly product: ProductFacts;
  readonly pair: Pair;
}

/** Enough for a long walk both ways. */
const mostKept = 400;

export class Answers {
  readonly #client: Client;
  readonly #kept = new Map<string, Promise<unknown>>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** Forgets everything, as after a release was moved. */
  clear(): void {
    this.#kept.clear();
  }

  /** The product with the lists of both sides. */
  async shown(product: string, sides: Sides): Promise<Shown> {
    const [facts, a, b] = await Promise.all([
      this.facts(product),
      this.#list(product, sides.a),
      this.#list(product, sides.b),
    ]);
    return { product: facts, pair: { a, b } };
  }

  /** Asks ahead. What goes wrong shows when it is really wanted. */
  prefetch(products: readonly string[], sides: Sides): void {
    for (const product of products) this.shown(product, sides).then(loadPictures, () => {});
  }

  #list(product: string, side: Side): Promise<Outcome> {
    return this.#once(`${product}\n${canonical(side)}`, async () => {
      const [outcome] = await this.#client.batch(
        [requestOf(side, product)],
        side.label === '' ? {} : { label: side.label },
      );
      if (outcome === undefined) throw new Error('The server left the answer out.');
      return outcome;
    });
  }

  /** What the main label knows of it; a product that only another label has goes by its id. */
  facts(product: string): Promise<ProductFacts> {
    return this.#once(product, () =>
      this.#client.product(product).catch((error: { readonly code?: unknown }) => {
        if (error.code === 'product_unknown') return { id: product };
        throw error;
      }),
    );
  }

  /** What is under way is waited for, what failed is asked anew. */
  #once<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const found = this.#kept.get(key);
    if (found !== undefined) return found as Promise<T>;
    const asked = ask();
    this.#kept.set(key, asked);
    asked.catch(() => this.#kept.delete(key));
    const oldest = this.#kept.keys().next().value;
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
    return asked;
  }
}

/** Has the browser fetch what the lists show. */
function loadPictures({ product, pair }: Shown): void {
  const items = [pair.a, pair.b].flatMap((outcome) => ('items' in outcome ? outcome.items : []));
  const urls = new Set([product, ...items].map(imageUrl));
  for (const url of urls) if (url !== undefined) new Image().src = url;
}
