// Platt's calibration (1999): a logistic curve from a source's score to the chance that the candidate is in the rest of the basket.

import type { Calibration } from '../../artifact/blend.ts';
import type { Observed } from './observed.ts';

const steps = 50;
const tolerance = 1e-9;

export interface Trials {
  readonly scores: ArrayLike<number>;
  /** Of each score, how often it was tried and how often that was right. */
  readonly tried: ArrayLike<number>;
  readonly right: ArrayLike<number>;
}

/** Of something that was right so often of all tries, and never infinite. */
export const logOdds = (right: number, tried: number): number =>
  Math.log((right + 0.5) / (tried - right + 0.5));

/** The slope and offset of the log-odds by maximum likelihood (Newton's steps). Scores that do not help get a slope of 0. */
export function fitLogistic({ scores, tried, right }: Trials): { scale: number; offset: number } {
  const n = scores.length;
  let [total, successes, sum, square] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [x, weight] = [scores[i] as number, tried[i] as number];
    total += weight;
    successes += right[i] as number;
    sum += weight * x;
    square += weight * x * x;
  }
  const mean = total === 0 ? 0 : sum / total;
  const deviation = Math.sqrt(Math.max(0, square / Math.max(1, total) - mean * mean));
  const flat = logOdds(successes, total);
  if (!(deviation > 0)) return { scale: 0, offset: flat };
  // Over standardised scores, with a weak pull of the slope to 0, so that separable scores have an end.
  const pull = 1e-3;
  let [a, b] = [0, flat];
  for (let step = 0; step < steps; step++) {
    let [ga, gb, haa, hab, hbb] = [-pull * a, 0, pull, 0, 1e-12];
    for (let i = 0; i < n; i++) {
      const x = ((scores[i] as number) - mean) / deviation;
      const p = 1 / (1 + Math.exp(-(a * x + b)));
      const residual = (right[i] as number) - (tried[i] as number) * p;
      const curve = (tried[i] as number) * p * (1 - p);
      ga += residual * x;
      gb += residual;
      haa += curve * x * x;
      hab += curve * x;
      hbb += curve;
    }
    const determinant = haa * hbb - hab * hab;
    if (!(determinant > 0)) break;
    const da = (ga * hbb - gb * hab) / determinant;
    const db = (gb * haa - ga * hab) / determinant;
    a += da;
    b += db;
    if (Math.abs(da) + Math.abs(db) < tolerance) break;
  }
  if (!Number.isFinite(a) || !Number.isFinite(b) || a <= 0) return { scale: 0, offset: flat };
  return { scale: a / deviation, offset: b - (a * mean) / deviation };
}

/**
 * The calibration of one source over all candidates, whose scores are `values`; those whose score is NaN, or that have no logarithm, are
 * unknown to it.
 */
export function calibrationOf(observed: Observed, values: Float32Array, log: boolean): Calibration {
  const [scores, tried, right]: [number[], number[], number[]] = [[], [], []];
  let [unknownTried, unknownRight] = [0, 0];
  for (let i = 0; i < observed.items.length; i++) {
    const asked = observed.asked[i] as number;
    for (let n = observed.offsets[i] as number; n < (observed.offsets[i + 1] as number); n++) {
      const x = log ? Math.log(values[n] as number) : (values[n] as number);
      if (!Number.isFinite(x)) {
        unknownTried += asked;
        unknownRight += observed.hits[n] as number;
        continue;
      }
      scores.push(x);
      tried.push(asked);
      right.push(observed.hits[n] as number);
    }
  }
  const fitted = fitLogistic({ scores, tried, right });
  return {
    log,
    ...fitted,
    unknown: unknownTried === 0 ? fitted.offset : logOdds(unknownRight, unknownTried),
  };
}
