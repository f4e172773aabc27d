// The sign test against known values: counted out in whole numbers, and for many products those of scipy.stats.binomtest.

import { describe, expect, it } from 'vitest';
import { signTest } from '../../src/events/sign-test.ts';

/** The p-value by counting every outcome, in whole numbers of any size. */
function counted(better: number, worse: number): number {
  const n = BigInt(better + worse);
  const k = BigInt(Math.min(better, worse));
  if (2n * k >= n) return 1;
  let choose = 1n;
  let tail = 1n;
  for (let i = 1n; i <= k; i++) {
    choose = (choose * (n - i + 1n)) / i;
    tail += choose;
  }
  // 64 bits of the fraction are more than a double keeps of it, wherever its first bit is.
  const numerator = 2n * tail;
  const shift = BigInt(Math.max(0, Number(n) - numerator.toString(2).length + 64));
  const scaled = (numerator << shift) >> n;
  const p = Number(scaled) * 2 ** -Number(shift);
  return Math.min(1, p);
}

describe('the sign test', () => {
  it('gives what a table of the binomial distribution gives', () => {
    expect(signTest(0, 0)).toBe(1);
    expect(signTest(1, 0)).toBe(1);
    expect(signTest(3, 3)).toBe(1);
    expect(signTest(4, 3)).toBe(1);
    expect(signTest(5, 0)).toBe(0.0625);
    expect(signTest(6, 0)).toBeCloseTo(0.03125, 15);
    // Of 10 coins 8 or more, or 2 or fewer: 2 * (1 + 10 + 45) / 1024.
    expect(signTest(8, 2)).toBeCloseTo(112 / 1024, 15);
    expect(signTest(2, 8)).toBe(signTest(8, 2));
  });

  it('agrees with counting for every split of up to 60 products', () => {
    for (let n = 0; n <= 60; n++)
      for (let better = 0; better <= n; better++) {
        const p = counted(better, n - better);
        expect(Math.abs(signTest(better, n - better) - p)).toBeLessThanOrEqual(1e-14 * p);
      }
  });

  it('agrees with counting for thousands, from certain to as good as impossible', () => {
    for (const [better, worse] of [
      [510, 490],
      [600, 400],
      [1040, 960],
      [2600, 2400],
      [5300, 4700],
      [3, 997],
      [0, 1000],
    ] as const) {
      const p = counted(better, worse);
      expect(signTest(better, worse) / p).toBeCloseTo(1, 11);
    }
  });

  it('holds at 100,000 products', () => {
    expect(signTest(50_000, 50_000)).toBe(1);
    // As scipy.stats.binomtest has them.
    expect(signTest(52_000, 48_000) / 1.1530938666727834e-36).toBeCloseTo(1, 10);
    expect(signTest(50_300, 49_700) / 0.058197353110190364).toBeCloseTo(1, 10);
    expect(signTest(100_000, 0)).toBe(0);
    for (let better = 50_000; better <= 50_600; better += 150) {
      const p = signTest(better, 100_000 - better);
      const next = signTest(better + 1, 100_000 - better - 1);
      expect([p <= 1, p > 0, next < p || p === 1]).toEqual([true, true, true]);
    }
  });
});
