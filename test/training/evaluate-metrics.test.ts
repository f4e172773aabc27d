import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { testBaskets } from '../../src/training/evaluate/baskets.ts';
import { drawResamples, interval95, mean, resampledMeans } from '../../src/training/evaluate/bootstrap.ts';
import type { BatchLists } from '../../src/training/evaluate/methods.ts';
import { judge, TaskTally } from '../../src/training/evaluate/metrics.ts';
import { filled, mergeCart } from '../../src/training/evaluate/run.ts';

const rows = (...values: number[]): Uint32Array => Uint32Array.from(values);
const among =
  (...values: number[]) =>
  (row: number): boolean =>
    values.includes(row);

describe('judge', () => {
  test('two hits of three, at the second and fourth place', () => {
    const metrics = judge(rows(9, 4, 8, 5, 7), 5, 3, among(4, 5, 6));
    expect(metrics.hitRate).toBe(1);
    expect(metrics.precision).toBeCloseTo(2 / 5, 12);
    expect(metrics.recall).toBeCloseTo(2 / 3, 12);
    expect(metrics.mrr).toBe(1 / 2);
    // Gains 1/log2(3) + 1/log2(5), over 1/log2(2) + 1/log2(3) + 1/log2(4).
    expect(metrics.ndcg).toBeCloseTo((0.63093 + 0.43068) / (1 + 0.63093 + 0.5), 4);
  });

  test('hits beyond k do not count', () => {
    expect(judge(rows(1, 2, 3), 2, 1, among(3))).toEqual({
      hitRate: 0,
      precision: 0,
      recall: 0,
      ndcg: 0,
      mrr: 0,
    });
  });

  test('a perfect list has NDCG 1 even where more is relevant than fits', () => {
    expect(judge(rows(1, 2), 2, 5, among(1, 2, 3, 4, 5))).toMatchObject({
      ndcg: 1,
      precision: 1,
      recall: 2 / 5,
    });
  });
});

describe('TaskTally', () => {
  test('averages the lists of a basket, and tells coverage and popularity lift', () => {
    const tally = new TaskTally(2, rows(10, 20, 30, 40));
    const hit = judge(rows(0), 1, 1, among(0));
    const miss = judge(rows(1), 1, 1, among(0));
    tally.add(0, 1 / 2, rows(0), hit);
    tally.add(0, 1 / 2, rows(1), miss);
    tally.add(1, 1, rows(1), miss);
    tally.addRelevant(0);
    tally.addRelevant(3);
    expect([...tally.perBasket.hitRate]).toEqual([0.5, 0]);
    expect(tally.coverage(4)).toBe(2 / 4);
    // Shown: 10, 20, 20; bought: 10, 40.
    expect(tally.popularityLift()).toBeCloseTo(50 / 3 / 25, 12);
  });
});

describe('carts', () => {
  // Product 0 lists 5, 6, 7; product 1 lists 6, 8; product 2 lists 9.
  const lists: BatchLists = {
    rows: rows(5, 6, 7, 6, 8, 9),
    weights: Float64Array.of(3, 2, 1, 2.5, 2, 50),
    start: (i) => [0, 3, 5][i] ?? 0,
    end: (i) => [3, 5, 6][i] ?? 0,
  };

  test('sum the weights over the cart, leave out the held product and what is in the cart', () => {
    const sums = new Float64Array(10);
    const merged = mergeCart(lists, { at: 0, length: 3, held: 2 }, sums, 3, among(5));
    expect([...merged]).toEqual([6, 8, 7]);
    expect(sums.every((sum) => sum === 0)).toBe(true);
  });

  test('short lists go on with the most popular', () => {
    expect([...filled(rows(3), 3, rows(7, 3, 4, 1), among(4))]).toEqual([3, 7, 1]);
  });
});

describe('bootstrap', () => {
  const values = Float64Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 1 : 0));

  test('the interval of a share is that of the normal approximation, and repeats with the seed', () => {
    const intervalOf = (seed: number) =>
      interval95(resampledMeans(values, drawResamples(new Random(seed), values.length, 2000)));
    const [low, high] = intervalOf(5);
    const half = 1.96 * Math.sqrt((0.25 * 0.75) / 400);
    expect(mean(values)).toBe(0.25);
    expect(Math.abs(low - (0.25 - half))).toBeLessThan(0.008);
    expect(Math.abs(high - (0.25 + half))).toBeLessThan(0.008);
    expect(intervalOf(5)).toEqual([low, high]);
    expect(intervalOf(6)).not.toEqual([low, high]);
  });
});

describe('test baskets', () => {
  test('lose unseen products, are cut to the length, and are drawn where there are too many', () => {
    const items = rows(0, 1, 4, 2, 4, 0, 1, 2, 3, 1, 3);
    const split = { baskets: 4, items, offsets: rows(0, 3, 5, 9, 11), timeSeconds: new Float64Array(4) };
    const products = { ordersTrain: rows(5, 4, 3, 2, 0) };
    const cut = testBaskets(new Random(1), split, products, { maxBasket: 3, maxBaskets: 10 });
    expect(cut).toMatchObject({ found: 4, usable: 3, unseenTokens: 2, tokens: 11 });
    expect([...cut.offsets]).toEqual([0, 2, 5, 7]);
    expect(cut.items).not.toContain(4);
    cut.heldOut.forEach((held, b) => {
      expect(held).toBeLessThan((cut.offsets[b + 1] ?? 0) - (cut.offsets[b] ?? 0));
    });
    const drawn = testBaskets(new Random(1), split, products, { maxBasket: 3, maxBaskets: 2 });
    expect(drawn.heldOut).toHaveLength(2);
    expect(drawn.usable).toBe(3);
  });
});
