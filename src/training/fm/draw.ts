// Drawing items as negatives.

import { Random } from '../../base/random.ts';

/** Draws items in proportion to counts^alpha; those that were never counted are never drawn. */
export function drawer(counts: Float64Array, alpha: number, seed: number): () => number {
  const random = new Random(seed);
  const ends = new Float64Array(counts.length);
  let sum = 0;
  for (const [i, n] of counts.entries()) {
    if (n > 0) sum += n ** alpha;
    ends[i] = sum;
  }
  return () => {
    const at = random.float() * sum;
    let [low, high] = [0, ends.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ends[middle] as number) > at) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
