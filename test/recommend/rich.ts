// A shop's artifact with all that it may hold: a folded machine, lists of similar products, a fitted blend. Random numbers,
// from a seed, over an artifact of test/recommend/shop.ts.

import type { FittedBlend } from '../../src/artifact/blend.ts';
import { Random } from '../../src/base/random.ts';
import { fmWidth, Index } from '../../src/native/index.ts';
import type { Artifact, FmPart } from '../../src/recommend/artifact.ts';
import { buildIndex } from '../../src/training/build/index-sections.ts';

const factors = 6;

/** Eighths: their products add up exactly in any order, so ties are ties everywhere. */
const eighths = (random: Random, length: number): Float32Array =>
  Float32Array.from({ length }, () => (random.below(17) - 8) / 8);

/** With a user column `kind` of two words, and a context column `place` of one. */
export function makeMachine(products: number, seed: number): FmPart {
  const random = new Random(seed);
  const features = 7;
  const out = eighths(random, products * (factors + 1));
  const askedFactors = new Float32Array(features * fmWidth(factors));
  for (let feature = 0; feature < features; feature++)
    askedFactors.set(eighths(random, factors), feature * fmWidth(factors));
  const made = {
    ...{ vectors: out, dims: factors + 1, M: 8, efConstruction: 64 },
    ...{ threads: 1, seed, codeBits: 0 as const },
  };
  const column = { kind: 'dictionary' as const };
  return {
    ...{ factors, w0: 0.25, out },
    in: eighths(random, products * factors),
    bias: eighths(random, products),
    fitted: {
      ...{ version: 1, features, item: [] },
      user: [{ ...column, column: 'kind', first: 0, size: 4, entries: ['new', 'old'] }],
      context: [{ ...column, column: 'place', first: 4, size: 3, entries: ['home'] }],
    },
    linear: eighths(random, features),
    askedFactors,
    index: new Index({ vectors: out, dims: factors + 1, ...buildIndex(made) }),
  };
}

/** Each product lists four others. */
export function makeSimilar(products: number) {
  const each = 4;
  const rows = Array.from(
    { length: products * each },
    (_, i) => (Math.floor(i / each) + 7 * (1 + (i % each))) % products,
  );
  return {
    offsets: Uint32Array.from({ length: products + 1 }, (_, row) => row * each),
    rows: Uint32Array.from(rows),
    scores: Float32Array.from(rows, (_, i) => 1 - (i % each) / 8),
  };
}

export const fittedBlend: FittedBlend = {
  ...{ version: 1, gamma: 0.75, temperature: 0.5 },
  calibration: {
    embedding: { log: false, scale: 1.5, offset: -2, unknown: -4 },
    cooccurrence: { log: true, scale: 0.75, offset: 0.5, unknown: -3 },
    fm: { log: false, scale: 0.5, offset: -1, unknown: -2 },
  },
  tiers: [
    { orders: 0, weights: { embedding: 0.75, cooccurrence: 0.25 }, popularity: -0.5, offset: 0.5 },
    { orders: 100, weights: { embedding: 0.5, cooccurrence: 0.25, fm: 0.25 }, popularity: 0.25, offset: 0 },
    { orders: 1000, weights: { cooccurrence: 0.5, fm: 0.5 }, popularity: 0, offset: -1 },
  ],
};

/** The artifact with them; without a blend where none is wanted. */
export function enriched(
  artifact: Artifact,
  { blend = fittedBlend }: { blend?: FittedBlend | null } = {},
): Artifact {
  const { products } = artifact.catalog;
  return {
    ...artifact,
    fm: makeMachine(products, 3),
    similar: makeSimilar(products),
    ...(blend && { blend }),
  };
}
