import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { coldBaskets, testBaskets } from '../../src/training/evaluate/baskets.ts';
import {
  drawResamples,
  interval95,
  mean,
  resampledMeans,
  resampledRatios,
  unitSums,
  unitsOf,
} from '../../src/training/evaluate/bootstrap.ts';
import { largest } from '../../src/training/evaluate/ease.ts';
import { inverse } from '../../src/training/evaluate/inverse.ts';
import type { BatchLists } from '../../src/training/evaluate/methods.ts';
import { judge, TaskTally } from '../../src/training/evaluate/metrics.ts';
import { filled, mergeCart } from '../../src/training/evaluate/run.ts';
import { categorySlicing, popularitySlicing } from '../../src/training/evaluate/slices.ts';
import { plainInverse } from './evaluate-reference.ts';

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
    // Of 100 orders: 10 are log2(10) bits, 20 log2(5) twice.
    expect(tally.novelty()).toBeCloseTo((Math.log2(10) + 2 * Math.log2(5)) / 3, 12);
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

describe('very many baskets', () => {
  test('are resampled in groups, with the same interval', () => {
    const baskets = 40_000;
    const random = new Random(2);
    const values = Float64Array.from({ length: baskets }, () => (random.chance(0.3) ? 1 : 0));
    const share = mean(values);
    const units = unitsOf(baskets);
    expect(units).toBeLessThan(baskets);
    expect(unitSums(values, units).reduce((a, b) => a + b, 0)).toBeCloseTo(share * baskets, 6);
    const [low, high] = interval95(resampledMeans(values, drawResamples(new Random(1), units, 400)));
    const half = 1.96 * Math.sqrt((0.3 * 0.7) / baskets);
    expect(Math.abs(share - half - low)).toBeLessThan(0.3 * half);
    expect(Math.abs(share + half - high)).toBeLessThan(0.3 * half);
  });

  test('the mean of a slice is of those that are in it', () => {
    const one = [Uint16Array.of(2, 1, 0)];
    const [ratio] = resampledRatios(Float64Array.of(1, 0.5, 9), Float64Array.of(2, 1, 9), one);
    expect(ratio).toBeCloseTo((2 * 1 + 0.5) / (2 * 2 + 1), 12);
    const nothing = resampledRatios(new Float64Array(3), new Float64Array(3), one);
    expect(interval95(Float64Array.of(...nothing, 1, 2))).toEqual([1, 2]);
  });
});

describe('slices', () => {
  test('the head holds half of the orders, the mid the next up to 0.8', () => {
    // By orders: rows 1 (40), 3 (25), 0 (20), 2 (10), 4 (5); row 5 has none.
    const { of, names } = popularitySlicing(rows(20, 40, 10, 25, 5, 0), rows(1, 3, 0, 2, 4));
    expect(Array.from(of, (slice) => names[slice])).toEqual(['mid', 'head', 'tail', 'head', 'tail', 'tail']);
  });

  test('categories by the top of their path, the most asked first, and the others together', () => {
    const categories = ['A/x', 'A/y', 'B', 'C/z', null];
    const slicing = categorySlicing({ products: 5, categories }, rows(2, 2, 2, 0, 1, 3, 4), 2);
    expect(slicing?.names.slice(0, 2)).toEqual(['B', 'A']);
    expect(Array.from(slicing?.of ?? [], (slice) => slicing?.names[slice])).toEqual([
      ...['A', 'A', 'B', 'other categories', 'no category'],
    ]);
    expect(categorySlicing({ products: 1, categories: [null] }, rows(0), 2)).toBeUndefined();
  });
});

describe('the inverse', () => {
  const n = 196;
  /** X'X + 3 I, the lower half; what is above it is not looked at. */
  function positive(): Float64Array {
    const random = new Random(3);
    const x = Array.from({ length: n }, () => Array.from({ length: 50 }, () => random.normal()));
    const a = new Float64Array(n * n).fill(Number.NaN);
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) {
        const sum = (x[i] ?? []).reduce((all, value, t) => all + value * (x[j]?.[t] ?? 0), 0);
        a[i * n + j] = sum + (i === j ? 3 : 0);
      }
    return a;
  }

  test('over several blocks is that of Gauss and Jordan', async () => {
    const a = positive();
    const at = (values: Float64Array, i: number, j: number): number =>
      values[Math.max(i, j) * n + Math.min(i, j)] ?? Number.NaN;
    const plain = plainInverse(
      Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => at(a, i, j))),
    );
    const told: number[] = [];
    const found = await inverse(a, n, async (done, total) => void told.push(done / total));
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) expect(at(found, i, j)).toBeCloseTo(plain[i]?.[j] ?? Number.NaN, 10);
    expect(told).toEqual([...told].sort((x, y) => x - y));
    expect(told.at(-1)).toBe(1);
  });

  test('of what has none is refused by name, and a stop is heard', async () => {
    const a = positive();
    a[100 * n + 100] = -1;
    await expect(inverse(a, n)).rejects.toMatchObject({ code: 'argument_invalid' });
    const stop = async (): Promise<void> => {
      throw new Error('stopped');
    };
    await expect(inverse(positive(), n, stop)).rejects.toThrow('stopped');
  });

  test('the largest values come first, the earlier of equals before the later', () => {
    expect([...largest(Float64Array.of(1, 3, Number.NEGATIVE_INFINITY, 3, 2), 3)]).toEqual([1, 3, 4]);
    expect([...largest(Float64Array.of(1, Number.NEGATIVE_INFINITY), 3)]).toEqual([0]);
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

  test('of new products have some that are known too, and hold out a new one', () => {
    const items = rows(0, 1, 4, 4, 5, 0, 1, 5, 4, 0, 1, 2);
    const split = {
      baskets: 4,
      items,
      offsets: rows(0, 3, 5, 7, 12),
      timeSeconds: new Float64Array(4),
    };
    const products = { ordersTrain: rows(5, 4, 3, 2, 0, 0) };
    const cold = coldBaskets(new Random(1), split, products, { maxBasket: 3, maxBaskets: 10 });
    // The second is all new, the third all known.
    expect(cold.usable).toBe(2);
    expect([...cold.offsets]).toEqual([0, 3, 6]);
    expect([...cold.heldOut]).toEqual([0, 0]);
    expect(cold.items[0]).toBe(4);
    const last = [...cold.items.subarray(3)];
    expect(new Set(last.slice(0, 2))).toEqual(new Set([4, 5]));
    expect(products.ordersTrain[last[2] ?? 4]).toBeGreaterThan(0);
  });
});
