// Which trials are trained for how long: one bracket of successive halving (Jamieson and Talwalkar 2016, with the arithmetic of
// Hyperband: Li et al. 2018), or plain random search, which is the bracket of one rung.

import { SepetError } from '../../base/errors.ts';

export interface Rung {
  /** Trials that are trained on it: the best so many of the rung below. */
  readonly trials: number;
  /** Passes over the baskets. */
  readonly epochs: number;
}

export interface Bracket {
  /** Trials of the first rung. */
  readonly trials: number;
  /** Passes of the last rung, and the fewest of the first. */
  readonly epochs: number;
  readonly epochsMin: number;
  /** From rung to rung one in so many goes on, for so many times the passes; 0 or 1 keeps to one rung. */
  readonly eta: number;
}

/**
 * The rungs of a bracket: as many as `epochsMin` and `trials` allow, the i-th of s + 1 with trials / eta^i trials and
 * epochs · eta^(i-s) passes. Throws `option_invalid` where the fewest passes are more than the most.
 */
export function rungsOf({ trials, epochs, epochsMin, eta }: Bracket): Rung[] {
  if (epochsMin > epochs)
    throw new SepetError(
      'option_invalid',
      `The fewest epochs (${epochsMin}) are more than the most (${epochs}).`,
    );
  let steps = 0;
  if (eta > 1) while (epochs >= epochsMin * eta ** (steps + 1) && trials >= eta ** (steps + 1)) steps++;
  return Array.from({ length: steps + 1 }, (_, i) => ({
    trials: Math.floor(trials / eta ** i),
    epochs: i === steps ? epochs : Math.max(1, Math.round(epochs / eta ** (steps - i))),
  }));
}

export interface Ranked {
  readonly trial: number;
  /** Larger is better; undefined where the trial failed. */
  readonly score: number | undefined;
}

/** Best first, the earlier trial where two are equal; failed ones last. */
export function byScore(a: Ranked, b: Ranked): number {
  const [x, y] = [a.score ?? Number.NEGATIVE_INFINITY, b.score ?? Number.NEGATIVE_INFINITY];
  return x === y ? a.trial - b.trial : y - x;
}

/** The trials that go on to the next rung, best first: at most `trials`, and none that failed. */
export function promoted(results: readonly Ranked[], trials: number): number[] {
  return results
    .filter(({ score }) => score !== undefined)
    .toSorted(byScore)
    .slice(0, trials)
    .map(({ trial }) => trial);
}
