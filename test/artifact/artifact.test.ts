import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeCooccurrence,
  encodePopularity,
  openCooccurrence,
  openPopularity,
} from '../../src/artifact/lists.ts';
import { readArtifactManifest } from '../../src/artifact/manifest.ts';
import { encodeVectors, openVectors } from '../../src/artifact/vectors.ts';
import { unknown32 } from '../../src/base/products.ts';
import { sourceOf } from '../../src/base/sections.ts';

const json = (value: unknown) =>
  sourceOf([{ name: 'manifest', data: new TextEncoder().encode(JSON.stringify(value)) }]);

describe('popularity lists', () => {
  it('rank by orders: all, each subtree, each gender', () => {
    // Categories: 0 = A, 1 = A/B, 2 = C.
    const sections = encodePopularity({
      orders: Uint32Array.from([5, 9, 9, 1, 7]),
      category: Uint32Array.from([1, 0, 2, 1, unknown32]),
      categoryParent: Uint32Array.from([unknown32, 0, unknown32]),
      gender: Uint8Array.from([0, 255, 0, 1, 1]),
      genders: 4,
      listLength: 2,
    });
    const popularity = openPopularity(sourceOf(sections), { products: 5, categories: 3, genders: 4 });
    const list = ({ offsets, rows }: typeof popularity.gender, i: number) => [
      ...rows.subarray(offsets[i], offsets[i + 1]),
    ];
    expect([...popularity.all]).toEqual([1, 2, 4, 0, 3]);
    expect([0, 1, 2].map((n) => list(popularity.category, n))).toEqual([[1, 0], [0, 3], [2]]);
    expect([0, 1, 2, 3].map((n) => list(popularity.gender, n))).toEqual([[2, 0], [4, 3], [], []]);
  });
});

describe('co-occurrence lists', () => {
  const lists = {
    offsets: Uint32Array.from([0, 2, 2]),
    rows: Uint32Array.from([1, 0]),
    scores: Float32Array.from([0.5, 0.25]),
  };

  it('come back as they were', () => {
    expect(openCooccurrence(sourceOf(encodeCooccurrence(lists)), 2)).toEqual(lists);
  });

  it('with sizes that disagree are file_damaged', () => {
    const short = encodeCooccurrence({ ...lists, scores: new Float32Array(1) });
    expect(() => openCooccurrence(sourceOf(short), 2)).toThrow('different lengths');
    expect(() => openCooccurrence(sourceOf(encodeCooccurrence(lists)), 3)).toThrow('cooc disagree');
  });
});

describe('vectors', () => {
  it('make the inner product IN·OUT + gamma·popularity, for every gamma and scale', () => {
    const finite = fc.float({ min: -2, max: 2, noNaN: true });
    const vectors = fc.array(finite, { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(
        vectors,
        vectors,
        fc.double({ min: 0, max: 4, noNaN: true }),
        fc.double({ min: 0.1, max: 3, noNaN: true }),
        (input, output, gamma, popularityScale) => {
          const orders = [0, 10, 300];
          const { sections, mean } = encodeVectors({
            in: Float32Array.from(input),
            out: Float32Array.from(output),
            dims: 2,
            ordersTrain: Uint32Array.from(orders),
            popularityScale,
            nameOf: String,
          });
          const opened = openVectors(sourceOf(sections), { trained: 3, dims: 2 });
          const query = [...opened.in.subarray(0, 2), gamma / popularityScale];
          for (const row of [0, 1, 2]) {
            const found = query.reduce((sum, q, i) => sum + q * (opened.out[row * 3 + i] as number), 0);
            const inOut = [0, 1].reduce((sum, i) => sum + (input[i] ?? 0) * (output[row * 2 + i] ?? 0), 0);
            expect(found).toBeCloseTo(inOut + gamma * (Math.log(1 + (orders[row] ?? 0)) - mean), 3);
          }
        },
      ),
    );
  });

  it('that are not finite are refused with the product', () => {
    const bad = {
      in: Float32Array.from([1, 2, Number.NaN, 4]),
      out: new Float32Array(4),
      dims: 2,
      ordersTrain: new Uint32Array(2),
      popularityScale: 1,
      nameOf: (row: number) => `product-${row}`,
    };
    expect(() => encodeVectors(bad)).toThrow(
      expect.objectContaining({
        code: 'vector_not_finite',
        message: expect.stringContaining('"product-1" holds NaN'),
      }),
    );
    const infinite = {
      ...bad,
      in: new Float32Array(4),
      out: Float32Array.from([0, Number.NEGATIVE_INFINITY, 0, 0]),
    };
    expect(() => encodeVectors(infinite)).toThrow('OUT vector of product "product-0"');
  });
});

describe('the manifest', () => {
  it('of another kind of file is named', () => {
    expect(() => readArtifactManifest(json({ kind: 'sepet-model' }), 'm.sepet')).toThrow(
      'm.sepet is a sepet-model, not an artifact. Run `sepet build`',
    );
    expect(() => readArtifactManifest(json([1]), 'x')).toThrow('does not say what kind');
  });

  it('that lacks something says what', () => {
    expect(() => readArtifactManifest(json({ kind: 'sepet-artifact', formatVersion: 2 }), 'x')).toThrow(
      expect.objectContaining({
        code: 'manifest_invalid',
        message: expect.stringContaining('formatVersion'),
      }),
    );
  });

  it('that is not JSON is manifest_invalid', () => {
    const source = sourceOf([{ name: 'manifest', data: new TextEncoder().encode('{') }]);
    expect(() => readArtifactManifest(source, 'x')).toThrow('not JSON');
  });
});
