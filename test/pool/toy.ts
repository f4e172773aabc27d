// A recommender to torment the pool with: products named for what they do to the thread that asks for them.

import { setTimeout as sleep } from 'node:timers/promises';
import { SepetError } from '../../src/base/errors.ts';
import type { Version } from '../../src/pool/version.ts';
import type { Opener } from '../../src/pool/versions.ts';
import { type Encoding, encodeAnswer } from '../../src/recommend/encode.ts';
import type { JsonBytes } from '../../src/recommend/json-bytes.ts';
import type { RecommendAnswer } from '../../src/recommend/recommender.ts';
import type { RecommendRequest } from '../../src/recommend/request.ts';

export const toyArtifact = 'sha256:toy';

/**
 * A version of the toy. Its file says what opening it does: `broken` throws, `deadly` ends the
 * thread, `slow` takes half a second, and of `poison` no answer can be had.
 */
export function toyVersion(number: number, file = 'toy'): Version {
  return { number, file, artifact: `${toyArtifact}-${number}`, policies: [], pages: 'map' };
}

/** The answer that product `id` must get of this version, and no other product. */
export function toyAnswer(id: string, artifact = toyArtifact): RecommendAnswer {
  const items = ['1', '2', '3'].map((suffix) => ({
    id: `${id}-${suffix}`,
    score: Number(suffix),
    source: 'embedding' as const,
    title: `Türkçe ${id} ☕`,
  }));
  const filled = { wanted: 4, returned: 3, missing: 1, from: { embedding: 3 } };
  return { product: id, items, filled, recommendation: `r_${id}`, artifact, policy: 'toy@1' };
}

/** Blocks the thread. */
function wait(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function answerOne({ product }: RecommendRequest, artifact?: string): RecommendAnswer {
  if (product === 'poison') throw new TypeError('poisoned');
  if (product === 'strict') throw new SepetError('option_invalid', 'strict takes nothing.');
  if (product === 'die') process.exit(7);
  const [, milliseconds] = /^slow-(\d+)/.exec(product) ?? [];
  if (milliseconds !== undefined) wait(Number(milliseconds));
  return toyAnswer(product, artifact);
}

const toy = (artifact?: string) => ({
  draft: (requests: readonly RecommendRequest[]) => requests.map((one) => answerOne(one, artifact)),
  write(answer: RecommendAnswer, encoding: Encoding, out: JsonBytes): void {
    out.add(encodeAnswer(answer, encoding));
  },
  popularIds: () => ['warm'],
  searchMs: () => 0,
});

/** A recommender without an artifact. */
export const toyRecommender = toy();

/** Opens versions as recommenders that name their version in every answer. */
export const toyOpener: Opener<typeof toyRecommender> = {
  open: ({ file, artifact }) => {
    if (file === 'broken') throw new SepetError('file_damaged', 'broken is damaged.');
    if (file === 'deadly') process.exit(9);
    if (file === 'slow') wait(500);
    return { ...toy(artifact), popularIds: () => [file] };
  },
  forgetOthers: () => false,
};

/** Lets everything that is due happen until `condition` holds; fails after half a minute. */
export async function until(condition: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error('It did not come about within half a minute.');
    await sleep(2);
  }
}
