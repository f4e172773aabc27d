// Shares and means with their intervals, 95 % each: what is said of two arms is said with how sure it is.

/** The normal deviate that 95 % lie within. */
const z = 1.959964;

export type Interval = readonly [low: number, high: number];

/** Of `hits` among `n`, at least 1: Wilson 1927. */
export function wilson(hits: number, n: number): Interval {
  const share = hits / n;
  const middle = share + (z * z) / (2 * n);
  const spread = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  const whole = 1 + (z * z) / n;
  return [Math.max(0, (middle - spread) / whole), Math.min(1, (middle + spread) / whole)];
}

/** How much larger the share of `a` is than that of `b`, by Newcombe's hybrid score interval (1998, method 10). */
export function shareDifference(
  a: { readonly hits: number; readonly n: number },
  b: { readonly hits: number; readonly n: number },
): { readonly difference: number; readonly interval: Interval } {
  const [shareA, shareB] = [a.hits / a.n, b.hits / b.n];
  const [[lowA, highA], [lowB, highB]] = [wilson(a.hits, a.n), wilson(b.hits, b.n)];
  const difference = shareA - shareB;
  return {
    difference,
    interval: [
      difference - Math.hypot(shareA - lowA, highB - shareB),
      difference + Math.hypot(highA - shareA, shareB - lowB),
    ],
  };
}

/** Numbers by their count, sum and sum of squares. */
export interface Moments {
  readonly n: number;
  readonly sum: number;
  readonly squares: number;
}

/** The variance of the mean. */
function varianceOfMean({ n, sum, squares }: Moments): number {
  return n < 2 ? 0 : Math.max(0, squares - (sum * sum) / n) / (n - 1) / n;
}

/** How much larger the mean of `a` is than that of `b`, by the normal distribution, which wants some dozens of each. */
export function meanDifference(
  a: Moments,
  b: Moments,
): { readonly difference: number; readonly interval: Interval } {
  const difference = a.sum / a.n - b.sum / b.n;
  const spread = z * Math.sqrt(varianceOfMean(a) + varianceOfMean(b));
  return { difference, interval: [difference - spread, difference + spread] };
}
