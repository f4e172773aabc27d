// Vectors of products without orders: against a plain comparison of every pair, and on what must hold whatever the shop.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { alikeOf, profileOf } from '../../src/training/cold/alike.ts';
import { type ColdCall, coldVectors } from '../../src/training/cold/cold.ts';
import { type ColdProducts, factsOf } from '../../src/training/cold/facts.ts';

const dims = 4;

interface Shop {
  readonly products: ColdProducts;
  readonly isTrained: (row: number) => boolean;
}

function shopOf(seed: number, count: number): Shop {
  const random = new Random(seed);
  const each = <T>(values: readonly T[]): T[] => Array.from({ length: count }, () => random.pick(values));
  const paths = ['A', 'A/B', 'A/B/C', 'A/B/D', 'A/E', 'F', 'F/B', ' F // B ', null];
  const orders = each([0, 0, 1, 2, 2, 5]);
  return {
    products: {
      products: count,
      categories: each(paths),
      brands: each(['x', 'y', null]),
      genders: each(['female', 'male', null]),
      prices: Uint32Array.from({ length: count }, () => (random.chance(0.2) ? 0xffff_ffff : random.below(9))),
      ordersTrain: Uint32Array.from(orders),
    },
    isTrained: (row) => (orders[row] as number) > 0,
  };
}

function callOf({ products, isTrained }: Shop, more: Partial<ColdCall> = {}): ColdCall {
  const random = new Random(9);
  const matrix = (): Float32Array =>
    Float32Array.from({ length: products.products * dims }, (_, i) =>
      isTrained(Math.floor(i / dims)) ? random.normal() : 0,
    );
  return { products, in: matrix(), out: matrix(), dims, isTrained, ...more };
}

/** Compares a row with every known one, and sorts. */
function plainlyAlike({ products, isTrained }: Shop, row: number, count: number): number[] {
  const facts = factsOf(products);
  const parts = (one: number): string[] =>
    (products.categories[one] ?? '')
      .split('/')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  const shared = (one: number): number => {
    const [a, b] = [parts(row), parts(one)];
    let level = 0;
    while (level < a.length && a[level] === b[level]) level++;
    return level;
  };
  const same = (column: ArrayLike<number>, one: number): number =>
    Number(column[row] !== 0 && column[row] === column[one]);
  const key = (one: number): number[] => [
    ...[shared(one), same(facts.brand, one), same(facts.gender, one), same(facts.band, one)],
    ...[products.ordersTrain[one] as number, -one],
  ];
  const rows = Array.from({ length: products.products }, (_, one) => one).filter(
    (one) => isTrained(one) && (shared(one) > 0 || same(facts.brand, one) === 1),
  );
  const before = (a: number[], b: number[]): number => {
    const at = a.findIndex((value, i) => value !== b[i]);
    return at < 0 ? 0 : (b[at] as number) - (a[at] as number);
  };
  return rows.sort((a, b) => before(key(a), key(b))).slice(0, count);
}

describe('cold products', () => {
  it('have the neighbours that a comparison with every known product gives', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 12 }), (seed, count) => {
        const shop = shopOf(seed, 60);
        const { products, isTrained } = shop;
        const rows = Array.from({ length: 60 }, (_, row) => row);
        const known = rows
          .filter(isTrained)
          .sort((a, b) => (products.ordersTrain[b] as number) - (products.ordersTrain[a] as number) || a - b);
        const cold = rows.filter((row) => !isTrained(row));
        const facts = factsOf(products);
        const alike = alikeOf(facts, Uint32Array.from(cold), Uint32Array.from(known), count);
        for (const row of cold)
          expect(alike.get(profileOf(facts, row))?.rows).toEqual(plainlyAlike(shop, row, count));
      }),
      { numRuns: 25 },
    );
  });

  it('get the mean of their vectors, and those that nothing is like get none', () => {
    const shop = shopOf(3, 80);
    const call = callOf(shop, { neighbours: 4 });
    const { rows, report, ...made } = coldVectors(call);
    const cold = Array.from({ length: 80 }, (_, row) => row).filter((row) => !shop.isTrained(row));
    const expected = cold.filter((row) => plainlyAlike(shop, row, 4).length > 0);
    expect([...rows]).toEqual(expected);
    expected.forEach((row, i) => {
      const near = plainlyAlike(shop, row, 4);
      for (const side of ['in', 'out'] as const)
        for (let t = 0; t < dims; t++) {
          const mean =
            near.reduce((sum, one) => sum + (call[side][one * dims + t] as number), 0) / near.length;
          expect(made[side][i * dims + t]).toBeCloseTo(mean, 5);
        }
    });
    const levels = Object.values(report.byCategoryLevels).reduce((sum, n) => sum + n, 0);
    expect(report).toMatchObject({ cold: cold.length, byContent: 0, without: cold.length - levels });
    expect(levels).toBe(rows.length);
  });

  it('leave out what was removed', () => {
    const shop = shopOf(3, 80);
    const all = coldVectors(callOf(shop));
    const removed = all.rows[0] as number;
    const { rows } = coldVectors(callOf(shop, { isRemoved: (row) => row === removed }));
    expect([...rows]).toEqual([...all.rows].slice(1));
  });

  it('are made of the nearest by content where there is some', () => {
    const shop = shopOf(5, 40);
    const cold = Array.from({ length: 40 }, (_, row) => row).filter((row) => !shop.isTrained(row));
    const known = Array.from({ length: 40 }, (_, row) => row).filter(shop.isTrained);
    const [first, second] = [known[3] as number, known[7] as number];
    const asked = cold[2] as number;
    const vectors = Float32Array.of(...[3, 0, 0.1], ...[0, 9, 0], ...[7, 0, 0.2]);
    const content = { dims: 3, rows: Uint32Array.of(first, second, asked), vectors };
    const call = callOf(shop, { neighbours: 1, content });
    const made = coldVectors(call);
    const place = made.rows.indexOf(asked);
    expect(made.report.byContent).toBe(1);
    expect([...made.in.subarray(place * dims, (place + 1) * dims)]).toEqual([
      ...call.in.subarray(first * dims, (first + 1) * dims),
    ]);
    const without = coldVectors(callOf(shop, { neighbours: 1 }));
    const other = without.rows.findIndex((row) => row !== asked);
    const row = without.rows[other] as number;
    const at = made.rows.indexOf(row);
    expect([...made.out.subarray(at * dims, (at + 1) * dims)]).toEqual([
      ...without.out.subarray(other * dims, (other + 1) * dims),
    ]);
  });

  it('are many without being compared with everything', () => {
    // 100,000 known and 20,000 cold products in one category: two thousand million pairs if each were looked at.
    const count = 120_000;
    const products: ColdProducts = {
      products: count,
      categories: Array<string>(count).fill('A/B'),
      brands: Array.from({ length: count }, (_, row) => `brand ${row % 500}`),
      genders: Array<null>(count).fill(null),
      prices: Uint32Array.from({ length: count }, (_, row) => row % 997),
      ordersTrain: Uint32Array.from({ length: count }, (_, row) => Math.max(0, 100_000 - row)),
    };
    const facts = factsOf(products);
    const known = Uint32Array.from({ length: 100_000 }, (_, row) => row);
    const cold = Uint32Array.from({ length: 20_000 }, (_, i) => 100_000 + i);
    const alike = alikeOf(facts, cold, known, 10);
    expect(alike.size).toBeLessThanOrEqual(500 * 5);
    const near = alike.get(profileOf(facts, 100_000))?.rows ?? [];
    expect(near.map((row) => products.brands[row])).toEqual(Array(10).fill('brand 0'));
  });
});
