// A recommender to torment the pool with: products named for what they do to the thread that asks for them.

import { setTimeout as sleep } from 'node:timers/promises';
import { SepetError } from '../../src/base/errors.ts';
import type { RecommendAnswer } from '../../src/recommend/recommender.ts';
import type { RecommendRequest } from '../../src/recommend/request.ts';

export const toyArtifact = 'sha256:toy';

/** The answer that product `id` must get, and no other product. */
export function toyAnswer(id: string): RecommendAnswer {
  const items = ['1', '2', '3'].map((suffix) => ({
    id: `${id}-${suffix}`,
    score: Number(suffix),
    source: 'embedding' as const,
    title: `Türkçe ${id} ☕`,
  }));
  const filled = { wanted: 4, returned: 3, missing: 1, from: { embedding: 3 } };
  return { product: id, items, filled, artifact: toyArtifact, policy: 'toy@1' };
}

function answerOne({ product }: RecommendRequest): RecommendAnswer {
  if (product === 'poison') throw new TypeError('poisoned');
  if (product === 'strict') throw new SepetError('option_invalid', 'strict takes nothing.');
  if (product === 'die') process.exit(7);
  const [, milliseconds] = /^slow-(\d+)/.exec(product) ?? [];
  if (milliseconds !== undefined)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(milliseconds));
  return toyAnswer(product);
}

/** A recommender without an artifact. */
export const toyRecommender = {
  recommend: (requests: readonly RecommendRequest[]) => requests.map(answerOne),
};

/** Lets everything that is due happen until `condition` holds; fails after ten seconds. */
export async function until(condition: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error('It did not come about within ten seconds.');
    await sleep(2);
  }
}
