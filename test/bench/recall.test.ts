import { describe, expect, it } from 'vitest';
import { countFound, median, noRow, qpsAt } from '../../bench/ann/recall.ts';

const rows = (...values: number[]): Uint32Array => Uint32Array.from(values);

describe('recall', () => {
  it('counts rows of the truth, in any order', () => {
    expect(countFound(rows(3, 1, 9, 4, 5, 6), rows(1, 2, 3, 4, 5, 6), 3)).toEqual({ found: 5, wanted: 6 });
  });

  it('counts a row that is given twice once', () => {
    expect(countFound(rows(1, 1, 1), rows(1, 2, 3), 3)).toEqual({ found: 1, wanted: 3 });
  });

  it('wants no more than there is, and takes no empty place for a hit', () => {
    expect(countFound(rows(7, noRow, noRow), rows(7, noRow, noRow), 3)).toEqual({ found: 1, wanted: 1 });
    expect(countFound(rows(noRow, noRow), rows(1, 2), 2)).toEqual({ found: 0, wanted: 2 });
  });

  it('compares each query with the truth of its own number', () => {
    const truth = rows(0, 1, 10, 11, 20, 21);
    const found = rows(20, 21, 0, 5);
    expect(countFound(found, truth, 2, (query) => (query + 2) % 3)).toEqual({ found: 3, wanted: 4 });
    expect(countFound(found, truth, 2)).toEqual({ found: 0, wanted: 4 });
  });
});

describe('speed at a recall', () => {
  const points = [
    { ef: 10, recall: 0.9, qps: 10_000 },
    { ef: 20, recall: 0.94, qps: 4000 },
    { ef: 40, recall: 0.98, qps: 1000 },
  ];

  it('lies between two points, in the logarithm', () => {
    expect(qpsAt(points, 0.96)?.qps).toBeCloseTo(2000, 6);
    expect(qpsAt(points, 0.94)?.qps).toBeCloseTo(4000, 6);
    expect(qpsAt(points, 0.96)?.exact).toBe(true);
  });

  it('is that of the smallest width where that one gives more', () => {
    expect(qpsAt(points, 0.8)).toEqual({ qps: 10_000, exact: false });
  });

  it('is not made up where no point has the recall', () => {
    expect(qpsAt(points, 0.99)).toBeUndefined();
    expect(qpsAt([], 0.5)).toBeUndefined();
  });

  it('takes a later point that is faster: it has the recall too', () => {
    const noisy = [...points, { ef: 80, recall: 0.99, qps: 3000 }];
    expect(qpsAt(noisy, 0.98)?.qps).toBe(3000);
  });
});

describe('median', () => {
  it('is the middle, or between the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});
