import { describe, expect, test } from 'vitest';
import { Sieve } from '../../src/native/index.ts';
import { errorOf } from './helpers.ts';

const unknown = 0xffffffff;
const columns = () => ({
  category: Uint32Array.of(1, 2, 3, 4, unknown),
  brand: Uint32Array.of(7, 7, 8, unknown, 7),
  price: Uint32Array.of(0, 100, 200, unknown - 1, unknown),
  group: new Uint32Array(5).fill(unknown),
  gender: Uint8Array.of(0, 1, 2, 3, 255),
  band: Uint8Array.of(0, 1, 2, 3, 255),
  stock: Uint8Array.of(1, 0, 1, 0, 255),
  numeric: new Map([['margin', Float32Array.of(0.1, 0.2, 0.3, Number.NaN, -1)]]),
});
const [no, yes, open] = [1, 2, 4];

/** A sieve that holds all five rows, their places ten above. */
function filled(own = columns()): Sieve {
  const sieve = new Sieve(own, 8);
  for (let row = 0; row < 5; row++) {
    sieve.rows[row] = row;
    sieve.places[row] = row + 10;
  }
  return sieve;
}

/** What a span of prices drops, where it is on the verdicts `against`. */
function droppedBy(low: number, high: number, against: number): number[] {
  const own = columns();
  const sieve = filled(own);
  expect(sieve.add({ span: { column: own.price, low, high }, against })).toBe(true);
  const left = sieve.sift(5);
  expect(sieve.dropped(0)).toBe(5 - left);
  const kept = [...sieve.rows.subarray(0, left)];
  expect([...sieve.places.subarray(0, left)]).toEqual(kept.map((row) => row + 10));
  return [0, 1, 2, 3, 4].filter((row) => !kept.includes(row));
}

describe('a sieve', () => {
  test('keeps everything where nothing is tested', () => {
    expect(filled().sift(5)).toBe(5);
    expect(filled().sift(0)).toBe(0);
  });

  test('tests spans, whose ends may be fractions, infinite or the wrong way round', () => {
    expect(droppedBy(100, 200, no)).toEqual([0, 3]);
    expect(droppedBy(100, 200, yes)).toEqual([1, 2]);
    expect(droppedBy(100, 200, no | open)).toEqual([0, 3, 4]);
    expect(droppedBy(99.5, 100.5, yes)).toEqual([1]);
    expect(droppedBy(100.5, 199.5, yes)).toEqual([]);
    expect(droppedBy(0, Number.POSITIVE_INFINITY, yes)).toEqual([0, 1, 2, 3]);
    expect(droppedBy(200, 100, no)).toEqual([0, 1, 2, 3]);
    expect(droppedBy(2 ** 40, 2 ** 41, yes | open)).toEqual([4]);
    expect(droppedBy(unknown, unknown, yes)).toEqual([]);
  });

  test('tests several spans, and bounds of numbers', () => {
    const own = columns();
    const left = (one: Parameters<Sieve['add']>[0]): number[] => {
      const sieve = filled(own);
      expect(sieve.add(one)).toBe(true);
      return [...sieve.rows.subarray(0, sieve.sift(5))];
    };
    const spans = (...all: [number, number][]) => ({
      spans: { column: own.price, spans: all.map(([low, high]) => ({ low, high })) },
    });
    expect(left({ ...spans([0, 0], [150, 300]), against: yes })).toEqual([1, 3, 4]);
    expect(left({ ...spans([0, 0], [150, 300]), against: no | open })).toEqual([0, 2]);
    expect(left({ ...spans([100, 100]), against: no })).toEqual([1, 4]);
    expect(left({ ...spans([3, 2], [1, 0], [200.5, 200.4]), against: no })).toEqual([4]);
    const margin = own.numeric.get('margin') as Float32Array;
    const bounds = (low: number, high: number) => ({ numbers: { column: margin, low, high } });
    expect(left({ ...bounds(Math.fround(0.2), 0.5), against: no })).toEqual([1, 2, 3]);
    expect(left({ ...bounds(Number.NEGATIVE_INFINITY, 0), against: no | open })).toEqual([4]);
    expect(left({ ...bounds(0, Number.POSITIVE_INFINITY), against: yes })).toEqual([3, 4]);
  });

  test('takes as many spans as it has room for, and at least one', () => {
    const own = columns();
    const spansOf = (length: number) => Array.from({ length }, (_, i) => ({ low: 10 * i, high: 10 * i }));
    const added = (length: number, of = own.price): [boolean, number] => {
      const sieve = filled(own);
      const is = sieve.add({ spans: { column: of, spans: spansOf(length) }, against: no });
      return [is, sieve.sift(5)];
    };
    expect([added(32), added(33), added(0)]).toEqual([
      [true, 4],
      [false, 5],
      [false, 5],
    ]);
    expect(added(2, new Uint32Array(5))).toEqual([false, 5]);
  });

  test('looks no further once enough pass', () => {
    const own = columns();
    const sieve = filled(own);
    sieve.add({ span: { column: own.brand, low: 7, high: 7 }, against: no | open });
    expect([sieve.sift(5, 2), sieve.dropped(0)]).toEqual([2, 0]);
    expect([...sieve.rows.subarray(0, 2), ...sieve.places.subarray(0, 2)]).toEqual([0, 1, 10, 11]);
    for (let row = 0; row < 5; row++) sieve.rows[row] = row;
    expect([sieve.sift(5, 3), sieve.dropped(0), sieve.rows[2]]).toEqual([3, 2, 4]);
    expect([sieve.sift(5, 0), sieve.dropped(0)]).toEqual([0, 0]);
    expect(errorOf(() => sieve.sift(5, 9)).code).toBe('argument_invalid');
  });

  test('takes several tests together and counts the first that drops', () => {
    const own = columns();
    const sieve = filled(own);
    const verdicts = new Uint8Array(256).fill(2, 255).fill(1, 1, 2);
    sieve.add({ codes: { column: own.stock, verdicts }, against: no | open });
    sieve.add({ span: { column: own.brand, low: 7, high: 7 }, against: no });
    expect(sieve.sift(5)).toBe(1);
    expect([sieve.rows[0], sieve.places[0], sieve.dropped(0), sieve.dropped(1)]).toEqual([0, 10, 3, 1]);
    sieve.clear();
    expect(sieve.sift(1)).toBe(1);
  });

  test('takes tests of its own columns, as many as it has room for', () => {
    const own = columns();
    const sieve = filled(own);
    const span = { low: 0, high: 0 };
    expect(sieve.add({ against: no })).toBe(false);
    expect(sieve.add({ span: { column: new Uint32Array(5), ...span }, against: no })).toBe(false);
    let count = 0;
    while (!sieve.isFull && sieve.add({ span: { column: own.group, ...span }, against: no })) count++;
    expect([count, sieve.add({ span: { column: own.group, ...span }, against: no })]).toEqual([64, false]);
  });

  test('refuses columns and rows that do not fit', () => {
    const wrong = (other: object) => errorOf(() => new Sieve({ ...columns(), ...other }, 8));
    expect(wrong({ brand: new Uint32Array(4) }).message).toContain('equally long');
    expect(wrong({ stock: new Uint8Array(6) }).message).toContain('equally long');
    expect(wrong({ gender: new Float32Array(5) }).message).toContain('gender must be a Uint8Array');
    expect(wrong({ numeric: new Map([['m', new Float32Array(4)]]) }).message).toContain('equally long');
    expect(wrong({ numeric: new Map([['m', new Uint32Array(5)]]) }).message).toContain('Float32Array');
    const sieve = filled();
    expect(errorOf(() => sieve.sift(9)).code).toBe('argument_invalid');
    sieve.rows[4] = 5;
    expect(sieve.sift(4)).toBe(4);
    expect(errorOf(() => sieve.sift(5)).code).toBe('argument_invalid');
  });
});
