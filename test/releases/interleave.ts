// Several actors on one store, a call at a time, in an order that follows from a seed: the interleavings that real
// processes meet by chance, each of them replayable.

import { SepetError } from '../../src/base/errors.ts';
import type { Random } from '../../src/base/random.ts';
import type { Store } from '../../src/store/store.ts';

export interface InterleaveOptions {
  readonly random: Random;
  /** How often a write succeeds and its answer is lost, so that asking again meets one's own writing. */
  readonly lostAnswers?: number;
}

export type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/** Runs the actors, each on the store as it sees it. Resolves once all have ended. */
export async function interleave<T>(
  store: Store,
  actors: readonly ((store: Store) => Promise<T>)[],
  { random, lostAnswers = 0 }: InterleaveOptions,
): Promise<Outcome<T>[]> {
  const waiting: (() => Promise<void>)[] = [];
  let active = actors.length;

  /** Waits for its turn, then runs alone until the store has answered. */
  const inTurn = <R>(call: () => Promise<R>): Promise<R> =>
    new Promise<R>((resolve, reject) => {
      waiting.push(async () => {
        try {
          resolve(await call());
        } catch (error) {
          reject(error);
        }
      });
    });

  const own: Store = {
    url: store.url,
    probe: () => inTurn(() => store.probe()),
    read: (key) => inTurn(() => store.read(key)),
    readIfChanged: (key, etag) => inTurn(() => store.readIfChanged(key, etag)),
    write: (key, bytes, expected) =>
      inTurn(async () => {
        const etag = await store.write(key, bytes, expected);
        if (random.chance(lostAnswers)) throw new SepetError('store_conflict', `${key} is not as expected.`);
        return etag;
      }),
    upload: (key, path, options) => inTurn(() => store.upload(key, path, options)),
    download: (key, path, options) => inTurn(() => store.download(key, path, options)),
    list: (prefix) => inTurn(() => store.list(prefix)),
    remove: (key) => inTurn(() => store.remove(key)),
    close: () => undefined,
  };

  const outcomes = Promise.all(
    actors.map(async (actor): Promise<Outcome<T>> => {
      try {
        return { value: await actor(own) };
      } catch (error) {
        return { error };
      } finally {
        active--;
      }
    }),
  );
  while (active > 0) {
    // What follows an answer runs until the next question.
    await new Promise((resolve) => setImmediate(resolve));
    if (waiting.length === 0) continue;
    const [turn] = waiting.splice(random.below(waiting.length), 1);
    await turn?.();
  }
  return outcomes;
}
