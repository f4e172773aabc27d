// Files of vectors: what was written comes back, and no bytes, however wrong, do more than fail with a code.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SepetError } from '../../src/base/errors.ts';
import { bytesOf } from '../../src/training/imports/bytes.ts';
import { halfToNumber, openFvecs, openNpy, type VectorBlocks } from '../../src/training/imports/formats.ts';
import { fvecsOf, npyOf } from './vector-files.ts';

const source = (data: Uint8Array) => bytesOf('file', data);

function valuesOf(blocks: VectorBlocks): Float32Array {
  const { count, dims } = blocks;
  const values = new Float32Array(count * dims);
  const middle = count >> 1;
  blocks.read(0, middle, values);
  blocks.read(middle, count, values.subarray(middle * dims));
  return values;
}

const matrices = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 9 }))
  .chain(([dims, count]) =>
    fc.record({
      dims: fc.constant(dims),
      values: fc.float32Array({ minLength: dims * count, maxLength: dims * count }),
    }),
  );

/** Opening and reading all of it gives values or an error with a code, never anything else. */
function survives(open: () => VectorBlocks): void {
  try {
    const { count, dims } = open();
    expect(count * dims).toBeLessThan(1e6);
  } catch (error) {
    expect(error).toBeInstanceOf(SepetError);
    expect((error as SepetError).code).toBe('vectors_invalid');
  }
}

const code = (open: () => unknown): string => {
  try {
    open();
  } catch (error) {
    if (error instanceof SepetError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'nothing thrown';
};

describe('fvecs', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(matrices, ({ dims, values }) => {
        const blocks = openFvecs(source(fvecsOf(values, dims)));
        expect(blocks).toMatchObject({ dims, count: values.length / dims });
        expect(valuesOf(blocks)).toEqual(values);
      }),
      { numRuns: 50 },
    );
  });

  it('that is cut, or has other lengths inside, is refused', () => {
    const file = fvecsOf(Float32Array.of(1, 2, 3, 4), 2);
    expect(code(() => openFvecs(source(file.subarray(0, -1))))).toMatch(
      /^vectors_invalid: .*no multiple of 12/,
    );
    expect(code(() => openFvecs(source(file.subarray(0, 3))))).toMatch(/^vectors_invalid: .*too short/);
    const other = file.slice();
    other[12] = 3;
    expect(code(() => valuesOf(openFvecs(source(other))))).toMatch(
      /different lengths: 2 at first, 3 in vector 1/,
    );
    for (const dims of [0, -1, 4097, 0x7fff_ffff]) {
      const absurd = file.slice();
      new DataView(absurd.buffer).setInt32(0, dims, true);
      expect(code(() => openFvecs(source(absurd)))).toMatch(
        `vectors_invalid: file has vectors of ${dims} values`,
      );
    }
  });

  it('of any bytes at all fails with a code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        survives(() => {
          const blocks = openFvecs(source(bytes));
          valuesOf(blocks);
          return blocks;
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe('npy', () => {
  it('comes back as it was written, in each version and type', () => {
    fc.assert(
      fc.property(
        matrices,
        fc.constantFrom<1 | 2 | 3>(1, 2, 3),
        fc.constantFrom<'<f4' | '<f8'>('<f4', '<f8'),
        ({ dims, values }, version, descr) => {
          const blocks = openNpy(source(npyOf(values, dims, { version, descr })));
          expect(blocks).toMatchObject({ dims, count: values.length / dims });
          expect(valuesOf(blocks)).toEqual(values);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of half precision is read by its bits', () => {
    const known = [
      [0x3c00, 1],
      [0xc000, -2],
      [0x7bff, 65_504],
      [0x0001, 2 ** -24],
      [0x03ff, (1023 / 1024) * 2 ** -14],
      [0x3555, 0.333251953125],
      [0x7c00, Number.POSITIVE_INFINITY],
      [0xfc00, Number.NEGATIVE_INFINITY],
    ] as const;
    for (const [bits, value] of known) expect(halfToNumber(bits)).toBe(value);
    expect(halfToNumber(0x7e00)).toBeNaN();
    const file = npyOf(Float32Array.of(1, 2), 2, { descr: '<f2', bits: [0x3c00, 0xc000] });
    expect([...valuesOf(openNpy(source(file)))]).toEqual([1, -2]);
  });

  it('says what it is where it is something else', () => {
    const values = Float32Array.of(1, 2, 3, 4);
    const refused = (header: string): string => code(() => openNpy(source(npyOf(values, 2, { header }))));
    const head = (descr: string, fortran: string, shape: string): string =>
      refused(`{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }`);
    expect(head("'<f4'", 'True', '(2, 2)')).toMatch(/^vectors_invalid: .*Fortran order/);
    expect(head("'>f4'", 'False', '(2, 2)')).toMatch(/^vectors_invalid: .*big-endian/);
    expect(head("'<i8'", 'False', '(2, 2)')).toMatch(/^vectors_invalid: .*holds <i8/);
    expect(head("[('a', '<f4')]", 'False', '(2, 2)')).toMatch(/records of several fields/);
    expect(head("'<f4'", 'False', '(4,)')).toMatch(/of shape \(4\): vectors are rows/);
    expect(head("'<f4'", 'False', '()')).toMatch(/of shape \(\)/);
    expect(head("'<f4'", 'False', '(2, 2, 1)')).toMatch(/of shape \(2, 2, 1\)/);
    expect(head("'<f4'", 'False', '(3, 2)')).toMatch(/cut off or damaged/);
    expect(head("'<f4'", 'False', '(2, 100000)')).toMatch(/vectors of 100000 values/);
    expect(head("'<f4'", 'False', '(99999999999999999999, 2)')).toMatch(/1 to 16000000 are read/);
    expect(refused("{'descr': '<f4'}")).toMatch(/without descr, fortran_order or shape/);
    const file = npyOf(values, 2);
    expect(code(() => openNpy(source(file.subarray(0, -1))))).toMatch(/cut off or damaged/);
    const version = file.slice();
    version[6] = 9;
    expect(code(() => openNpy(source(version)))).toMatch(/version 9.0/);
    expect(code(() => openNpy(source(file.subarray(1))))).toMatch(/its magic is missing/);
  });

  it('of which bytes are changed or cut fails with a code, or is still one', () => {
    const file = npyOf(
      Float32Array.from({ length: 12 }, (_, i) => i),
      3,
    );
    fc.assert(
      fc.property(
        fc.nat({ max: file.length }),
        fc.array(fc.tuple(fc.nat({ max: 127 }), fc.nat({ max: 255 })), { maxLength: 4 }),
        (length, changes) => {
          const bytes = file.slice(0, length);
          for (const [at, value] of changes) if (at < length) bytes[at] = value;
          survives(() => {
            const blocks = openNpy(source(bytes));
            valuesOf(blocks);
            return blocks;
          });
        },
      ),
      { numRuns: 500 },
    );
  });
});
