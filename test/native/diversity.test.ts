import { describe, expect, test } from 'vitest';
import { Chooser, type DiversityWish } from '../../src/native/index.ts';
import { errorOf } from './helpers.ts';

const unknown = 0xffffffff;
/** Rows 0 and 1 are the same vector, 2 is another, 3 is of zeros, 4 has none. */
const products = () => ({
  vectors: Float32Array.of(1, 0, 1, 0, 0, 1, 0, 0),
  dims: 2,
  brand: Uint32Array.of(7, 7, 8, unknown, 7),
  category: Uint32Array.of(1, 1, 2, 2, unknown),
  group: Uint32Array.of(unknown, unknown, unknown, 5, 5),
});

/** Chooses from all rows in their order; totals fall by one each. */
function chosen(wish: DiversityWish, need = 5, reserved: readonly number[] = []): number[] {
  const chooser = new Chooser(products(), 8);
  for (let row = 0; row < 5; row++) {
    chooser.rows[row] = row;
    chooser.totals[row] = -row;
    chooser.reserved[row] = Number(reserved.includes(row));
  }
  return [...chooser.chosen.subarray(0, chooser.choose(5, need, wish))];
}

describe('a chooser', () => {
  test('takes the line as it comes where nothing is asked of it', () => {
    expect(chosen({})).toEqual([0, 1, 2, 3, 4]);
    expect(chosen({}, 2)).toEqual([0, 1]);
    expect(chosen({}, 0)).toEqual([]);
    expect(chosen({}, 8)).toEqual([0, 1, 2, 3, 4]);
  });

  test('keeps neighbours unlike and maxima, and defers where neither can be kept', () => {
    expect(chosen({ noAdjacentSame: 'brand' })).toEqual([0, 2, 1, 3, 4]);
    expect(chosen({ maxCategory: 1 })).toEqual([0, 2, 4, 1, 3]);
    expect(chosen({ maxBrand: 1, maxGroup: 1 }, 3)).toEqual([0, 2, 3]);
  });

  test('weighs unlikeness, of which zero and missing vectors have most', () => {
    expect(chosen({ mmr: 1 }, 4)).toEqual([0, 2, 3, 4]);
    expect(chosen({ mmr: 0.1 }, 2)).toEqual([0, 1]);
  });

  test('shows what is reserved, at the latest in the last slots', () => {
    expect(chosen({}, 3, [3, 4])).toEqual([0, 3, 4]);
  });

  test('takes vectors and columns that fit each other only', () => {
    const wrong = (other: object) => errorOf(() => new Chooser({ ...products(), ...other }, 8));
    expect(wrong({ brand: new Uint32Array(4) }).message).toContain('equally long');
    expect(wrong({ dims: 3 }).code).toBe('argument_invalid');
    expect(wrong({ vectors: new Float32Array(12) }).code).toBe('argument_invalid');
    expect(wrong({ category: new Float32Array(5) }).message).toContain('category must be a Uint32Array');
    expect(wrong({ dims: 0 }).code).toBe('argument_invalid');
  });

  test('refuses lines, weights and rows out of bounds', () => {
    const chooser = new Chooser(products(), 8);
    const code = (length: number, need: number, wish: DiversityWish = {}) =>
      errorOf(() => chooser.choose(length, need, wish)).code;
    expect([code(9, 1), code(-1, 1), code(Number.NaN, 1), code(1, 9), code(1, -1)]).toEqual(
      new Array(5).fill('argument_invalid'),
    );
    expect([code(1, 1, { mmr: 1.1 }), code(1, 1, { mmr: Number.NaN }), code(1, 1, { maxBrand: -1 })]).toEqual(
      new Array(3).fill('argument_invalid'),
    );
    chooser.rows[3] = 5;
    expect(chooser.choose(3, 2, {})).toBe(2);
    expect(code(4, 2)).toBe('argument_invalid');
  });

  test('ends where totals are no numbers', () => {
    const chooser = new Chooser(products(), 8);
    chooser.rows.set([0, 1, 2]);
    chooser.totals.fill(Number.NaN);
    expect(chooser.choose(3, 3, { mmr: 0.5 })).toBe(3);
    expect([...chooser.chosen.subarray(0, 3)].sort()).toEqual([0, 1, 2]);
  });

  test('notices what was detached since', () => {
    const own = products();
    const chooser = new Chooser(own, 8);
    structuredClone(own.brand.buffer, { transfer: [own.brand.buffer] });
    expect(errorOf(() => chooser.choose(1, 1, {})).message).toContain('brand was detached');
    const other = new Chooser(products(), 8);
    structuredClone(other.rows.buffer, { transfer: [other.rows.buffer as ArrayBuffer] });
    expect(errorOf(() => other.choose(1, 1, {})).code).toBe('argument_invalid');
  });
});
