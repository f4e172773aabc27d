// Confidence intervals by resampling baskets (Efron 1979, percentile method).

import type { Random } from '../../base/random.ts';

export type Interval = readonly [low: number, high: number];

/** Of more baskets, those that are equal modulo this are drawn together: the interval is the same, and memory has a bound. */
const mostUnits = 10_000;

/** What is resampled: baskets, or where there are very many, groups of them of one size. */
export const unitsOf = (baskets: number): number => Math.min(baskets, mostUnits);

/** How often each unit is drawn in each resample: every figure of a run shares them, so differences are paired. */
export function drawResamples(random: Random, units: number, resamples: number): Uint16Array[] {
  return Array.from({ length: resamples }, () => {
    const times = new Uint16Array(units);
    for (let i = 0; i < units; i++) {
      const unit = random.below(units);
      times[unit] = (times[unit] as number) + 1;
    }
    return times;
  });
}

/** Values of baskets, summed by unit. */
export function unitSums(values: Float64Array, units: number): Float64Array {
  if (values.length === units) return values;
  const sums = new Float64Array(units);
  for (let i = 0; i < values.length; i++)
    sums[i % units] = (sums[i % units] as number) + (values[i] as number);
  return sums;
}

/** The mean of each resample: sums over weights, both by unit. NaN where a resample has no weight. */
export function resampledRatios(
  sums: Float64Array,
  weights: Float64Array,
  resamples: readonly Uint16Array[],
): Float64Array {
  return Float64Array.from(resamples, (times) => {
    let sum = 0;
    let weight = 0;
    for (let i = 0; i < sums.length; i++) {
      sum += (sums[i] as number) * (times[i] as number);
      weight += (weights[i] as number) * (times[i] as number);
    }
    return sum / weight;
  });
}

/** The mean over baskets of each resample. */
export function resampledMeans(values: Float64Array, resamples: readonly Uint16Array[]): Float64Array {
  const units = resamples[0]?.length ?? values.length;
  return resampledRatios(
    unitSums(values, units),
    unitSums(new Float64Array(values.length).fill(1), units),
    resamples,
  );
}

/** The middle 95 % of resampled figures; those that are no number are left out. */
export function interval95(figures: Float64Array): Interval {
  const sorted = figures.filter((value) => !Number.isNaN(value)).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return [at(0.025), at(0.975)];
}

export function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
