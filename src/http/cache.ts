// Answers kept in memory: of one version, bounded in bytes and in age. The least recently asked for go first.

import { LRUCache } from 'lru-cache';

export interface CachedAnswer {
  readonly body: Uint8Array;
  /** The entity tag, quotes included. */
  readonly tag: string;
}

export interface CacheOptions {
  readonly bytes: number;
  /** Policies may go by the day, so that even of one version no answer holds for ever. */
  readonly seconds: number;
}

/** What an entry takes beside key and body: the list's and the map's own (measured: 250 to 290). */
const entryBytes = 300;
/** How old an answer is taken to be is looked up so often. */
const clockMs = 250;

export class ResultCache {
  readonly #answers: LRUCache<string, CachedAnswer>;

  constructor({ bytes, seconds }: CacheOptions) {
    this.#answers = new LRUCache({
      maxSize: bytes,
      ttl: seconds * 1000,
      ttlResolution: clockMs,
      perf: performance,
    });
  }

  get(key: string): CachedAnswer | undefined {
    return this.#answers.get(key);
  }

  /** Keeps a copy of the body: answers of a batch are views on one buffer, which each of them would keep alive whole. */
  put(key: string, { body, tag }: CachedAnswer): void {
    const size = entryBytes + 2 * (key.length + tag.length) + body.length;
    this.#answers.set(key, { body: Uint8Array.from(body), tag }, { size });
  }

  /** Another way to ask for what is kept already; it ages with it. */
  alias(key: string, of: string): void {
    const answer = this.#answers.get(of);
    if (answer === undefined) return;
    const size = entryBytes + 2 * key.length;
    this.#answers.set(key, answer, { size, ttl: Math.max(1, this.#answers.getRemainingTTL(of)) });
  }

  clear(): void {
    this.#answers.clear();
  }

  get bytes(): number {
    return this.#answers.calculatedSize;
  }

  get entries(): number {
    return this.#answers.size;
  }
}
