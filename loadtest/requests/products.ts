// Which products are asked for: rank r with probability proportional to 1 / r^skew, drawn by a seed.

/** A generator of numbers in [0, 1) that gives the same ones for the same seed (xorshift128, Marsaglia 2003). */
export function seeded(seed: number): () => number {
  let [x, y, z, w] = [(seed ^ 0x9e3779b9) >>> 0, 362436069, 521288629, 88675123];
  const next = (): number => {
    const t = x ^ (x << 11);
    [x, y, z] = [y, z, w];
    w = (w ^ (w >>> 19) ^ (t ^ (t >>> 8))) >>> 0;
    return w / 2 ** 32;
  };
  for (let i = 0; i < 16; i++) next();
  return next;
}

/** Draws one of the products, which are ordered by popularity, at each call. */
export function zipfDraw(products: readonly string[], skew: number, random: () => number): () => string {
  let sum = 0;
  const cumulative = Float64Array.from(products, (_, rank) => (sum += 1 / (rank + 1) ** skew));
  return () => products[firstAtLeast(cumulative, random() * sum)] ?? '';
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
