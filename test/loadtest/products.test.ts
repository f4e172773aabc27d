import { describe, expect, it } from 'vitest';
import { seeded, zipfDraw } from '../../loadtest/requests/products.ts';

const products = Array.from({ length: 100 }, (_, rank) => `p${rank}`);

describe('the products of a load test', () => {
  it('are the same for the same seed and others for another', () => {
    const draw = (seed: number): string[] => Array.from({ length: 50 }, zipfDraw(products, 1, seeded(seed)));
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('follow Zipf: rank r is drawn in proportion to 1 / r^skew', () => {
    for (const skew of [0, 0.5, 1, 2]) {
      const count = 200_000;
      const drawn = Array.from({ length: count }, zipfDraw(products, skew, seeded(7)));
      const harmonic = products.reduce((sum, _, rank) => sum + 1 / (rank + 1) ** skew, 0);
      for (const rank of [0, 1, 9]) {
        const expected = count / (rank + 1) ** skew / harmonic;
        const found = drawn.filter((id) => id === `p${rank}`).length;
        expect(Math.abs(found - expected), `skew ${skew}, rank ${rank}`).toBeLessThan(
          5 * Math.sqrt(expected),
        );
      }
    }
  });

  it('come from numbers spread evenly over [0, 1)', () => {
    const random = seeded(3);
    const drawn = Float64Array.from({ length: 100_000 }, random);
    for (let bin = 0; bin < 10; bin++) {
      const found = drawn.filter((value) => Math.floor(value * 10) === bin).length;
      expect(Math.abs(found - 10_000), `bin ${bin}`).toBeLessThan(500);
    }
  });
});
