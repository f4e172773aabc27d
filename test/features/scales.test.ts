import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { fitLambda, fitScale, scaled, wilson, yeoJohnson } from '../../src/features/scales.ts';

/** Log likelihood written as the paper has it. */
function likelihoodPlainly(values: readonly number[], lambda: number): number {
  const ys = values.map((x) => yeoJohnson(x, lambda));
  const mean = ys.reduce((sum, y) => sum + y, 0) / ys.length;
  const variance = ys.reduce((sum, y) => sum + (y - mean) ** 2, 0) / ys.length;
  const jacobian = values.reduce((sum, x) => sum + Math.sign(x) * Math.log(Math.abs(x) + 1), 0);
  return (-ys.length / 2) * Math.log(variance) + (lambda - 1) * jacobian;
}

describe('the power transform', () => {
  it('is the identity at 1, and logarithms at 0 and 2', () => {
    for (const x of [-3, -0.5, 0, 0.25, 7]) expect(yeoJohnson(x, 1)).toBeCloseTo(x, 12);
    expect(yeoJohnson(Math.E - 1, 0)).toBeCloseTo(1, 12);
    expect(yeoJohnson(1 - Math.E, 2)).toBeCloseTo(-1, 12);
    expect(yeoJohnson(3, 0.5)).toBeCloseTo(2, 12);
  });

  it('keeps the order of values', () => {
    const lambda = fc.double({ min: -2, max: 4, noNaN: true });
    const x = fc.double({ min: -1e3, max: 1e3, noNaN: true });
    fc.assert(fc.property(x, x, lambda, (a, b, l) => a >= b || yeoJohnson(a, l) <= yeoJohnson(b, l) + 1e-9));
  });

  it('finds the exponent that a search of a grid finds', () => {
    const random = new Random(3);
    for (const skew of [(z: number) => Math.exp(z), (z: number) => z, (z: number) => -Math.exp(z)]) {
      const values = Array.from({ length: 2000 }, () => skew(random.normal()));
      const grid = Array.from({ length: 601 }, (_, i) => -2 + i / 100);
      const best = grid.reduce((a, b) =>
        likelihoodPlainly(values, b) > likelihoodPlainly(values, a) ? b : a,
      );
      expect(Math.abs(fitLambda(Float64Array.from(values)) - best)).toBeLessThan(0.011);
    }
  });
});

describe('a scale', () => {
  it('ends in mean 0 and deviation 1, and clips what is wild', () => {
    const random = new Random(5);
    const values = Float64Array.from({ length: 5000 }, () => Math.exp(random.normal()));
    for (const kind of ['standard', 'log', 'yeo-johnson'] as const) {
      const scale = fitScale(values, kind);
      const ys = values.map((x) => scaled(x, scale));
      const mean = ys.reduce((sum, y) => sum + y, 0) / ys.length;
      expect(Math.abs(mean)).toBeLessThan(0.02);
      expect(scaled(1e300, scale)).toBeLessThanOrEqual(8);
      expect(scaled(-1e300, scale)).toBeGreaterThanOrEqual(-8);
    }
    expect(scaled(17, fitScale(values, 'none'))).toBe(17);
  });

  it('survives values that are all the same', () => {
    for (const kind of ['standard', 'log', 'yeo-johnson'] as const)
      expect(scaled(4, fitScale(Float64Array.of(4, 4, 4), kind))).toBe(0);
  });
});

describe("Wilson's lower bound", () => {
  // Agresti and Coull 1998, and R's binom.wilson.
  it.each([
    [0, 10, 0],
    [5, 10, 0.2366],
    [10, 10, 0.7225],
    [81, 263, 0.2553],
  ])('of %i in %i is %f', (successes, trials, bound) => {
    expect(wilson(successes, trials, 1.96)).toBeCloseTo(bound, 4);
  });

  it('grows with the trials at one rate, and is unknown without any', () => {
    expect(wilson(300, 400, 1.96)).toBeGreaterThan(wilson(3, 4, 1.96));
    expect(wilson(0, 0, 1.96)).toBeNaN();
  });
});
