// The blend as `sepet evaluate` asks it: candidates, scores and the merge of a basket as serving does them.

import { calibrated, type FittedBlend, tierFor } from '../../artifact/blend.ts';
import type { BatchLists } from '../evaluate/methods.ts';
import { type Gathered, type GatherWorld, gatherer } from './candidates.ts';

/** Candidates that the embedding gives a product, beside those of its co-occurrence list. */
export const embeddingDepth = 100;

/** The blended score of every candidate. `orders` are the training orders by row. */
export function blendedScores(blend: FittedBlend, gathered: Gathered, orders: Uint32Array): Float64Array {
  const { items, offsets, rows, embedding, cooccurrence, popularity } = gathered;
  const scores = new Float64Array(rows.length);
  items.forEach((item, i) => {
    const tier = tierFor(blend, orders[item] as number);
    const given = [
      { weight: tier.weights.embedding ?? 0, how: blend.calibration.embedding, values: embedding },
      { weight: tier.weights.cooccurrence ?? 0, how: blend.calibration.cooccurrence, values: cooccurrence },
    ];
    for (let n = offsets[i] as number; n < (offsets[i + 1] as number); n++) {
      let score = tier.offset + tier.popularity * (popularity[n] as number);
      for (const { weight, how, values } of given)
        if (how !== undefined && weight > 0) score += weight * calibrated(how, values[n] as number);
      scores[n] = score;
    }
  });
  return scores;
}

/** The method `blend`: lists of a product by its blended scores, of which a cart sums exp(score / temperature). */
export function blendMethod(blend: FittedBlend, world: GatherWorld, depth = embeddingDepth) {
  const { gather } = gatherer(world, { gamma: blend.gamma, depth });
  return {
    name: 'blend' as const,
    lists(items: Uint32Array): BatchLists {
      const gathered = gather(items);
      const { offsets } = gathered;
      const scores = blendedScores(blend, gathered, world.products.ordersTrain);
      const rows = new Uint32Array(scores.length);
      const weights = new Float64Array(scores.length);
      for (let i = 0; i < items.length; i++) {
        const [begin, end] = [offsets[i] as number, offsets[i + 1] as number];
        const order = Uint32Array.from({ length: end - begin }, (_, n) => begin + n).sort(
          (a, b) =>
            (scores[b] as number) - (scores[a] as number) ||
            (gathered.rows[a] as number) - (gathered.rows[b] as number),
        );
        order.forEach((from, n) => {
          rows[begin + n] = gathered.rows[from] as number;
          weights[begin + n] = Math.exp((scores[from] as number) / blend.temperature);
        });
      }
      return { rows, weights, start: (i) => offsets[i] as number, end: (i) => offsets[i + 1] as number };
    },
  };
}
