// Confidence intervals by resampling baskets (Efron 1979, percentile method).

import type { Random } from '../../base/random.ts';

export type Interval = readonly [low: number, high: number];

/** How often each basket is drawn in each resample: every figure of a run shares them, so differences are paired. */
export function drawResamples(random: Random, baskets: number, resamples: number): Uint16Array[] {
  return Array.from({ length: resamples }, () => {
    const times = new Uint16Array(baskets);
    for (let i = 0; i < baskets; i++) {
      const basket = random.below(baskets);
      times[basket] = (times[basket] as number) + 1;
    }
    return times;
  });
}

/** The mean of each resample. */
export function resampledMeans(values: Float64Array, resamples: readonly Uint16Array[]): Float64Array {
  return Float64Array.from(resamples, (times) => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += (values[i] as number) * (times[i] as number);
    return sum / values.length;
  });
}

/** The middle 95 % of resampled figures. */
export function interval95(figures: Float64Array): Interval {
  const sorted = figures.slice().sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return [at(0.025), at(0.975)];
}

export function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
