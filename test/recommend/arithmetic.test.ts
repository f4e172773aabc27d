// Brands as vectors and combinations of vectors, against the plain formulas.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unknown32 } from '../../src/base/products.ts';
import { makeOverlay } from '../../src/catalog/overlay.ts';
import { type Artifact, openArtifact } from '../../src/recommend/artifact.ts';
import { createRecommender } from '../../src/recommend/open.ts';
import type { CombineRequest, Recommender } from '../../src/recommend/recommender.ts';
import { policyOf } from './arbitraries.ts';
import { brandNames, temporaryFolder, writeShop } from './shop.ts';

const products = 400;
const folder = temporaryFolder();
let artifact: Artifact;
let recommender: Recommender;

beforeAll(async () => {
  const file = folder.path('shop.sepet');
  await writeShop(file, { seed: 21, products });
  artifact = openArtifact(file);
  recommender = createRecommender(artifact, []);
});
afterAll(folder.remove);

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
const cosine = (a: readonly number[], b: readonly number[]): number =>
  dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

function inOf(id: string): number[] {
  const { in: input, dims } = artifact.vectors;
  const row = artifact.catalog.ids.row(id);
  return [...input.subarray(row * dims, (row + 1) * dims)];
}

const hasVector = (id: string): boolean => artifact.catalog.ids.row(id) < artifact.vectors.trained;
const allIds = (): string[] => Array.from({ length: products }, (_, row) => artifact.catalog.ids.id(row));
const ofBrand = (brand: string): string[] =>
  allIds().filter((id) => recommender.product(id)?.brand === brand);

function meanOf(brand: string): number[] {
  const vectors = ofBrand(brand).filter(hasVector).map(inOf);
  return (vectors[0] ?? []).map(
    (_, i) => vectors.reduce((sum, one) => sum + (one[i] as number), 0) / vectors.length,
  );
}

function spreadOf(brand: string): number {
  const cosines = ofBrand(brand)
    .filter((id) => hasVector(id) && dot(inOf(id), inOf(id)) > 0)
    .map((id) => cosine(inOf(id), meanOf(brand)));
  return 1 - cosines.reduce((sum, one) => sum + one, 0) / cosines.length;
}

describe('similar brands', () => {
  it('are nearest by the cosine of their means, with what the means are worth', () => {
    for (const brand of brandNames) {
      const answer = recommender.similarBrands(brand, 10);
      expect(answer.products).toBe(ofBrand(brand).length);
      expect(answer.vectors).toBe(ofBrand(brand).filter(hasVector).length);
      expect(answer.spread).toBeCloseTo(spreadOf(brand), 3);
      const others = brandNames
        .filter((other) => other !== brand)
        .sort((a, b) => cosine(meanOf(brand), meanOf(b)) - cosine(meanOf(brand), meanOf(a)));
      expect(answer.brands.map((one) => one.brand)).toEqual(others);
      for (const one of answer.brands) {
        expect(one.score).toBeCloseTo(cosine(meanOf(brand), meanOf(one.brand)), 3);
        expect(one.spread).toBeCloseTo(spreadOf(one.brand), 3);
        expect(one.products).toBe(ofBrand(one.brand).length);
      }
    }
    expect(recommender.similarBrands('Acme', 1).brands).toHaveLength(1);
  });

  it('of a brand that is not there are brand_unknown, with the nearest name', () => {
    expect(() => recommender.similarBrands('Cinar', 3)).toThrow(
      expect.objectContaining({
        code: 'brand_unknown',
        status: 404,
        message: 'No product of this artifact is of the brand "Cinar". Did you mean "Çınar"?',
      }),
    );
  });

  it('stay those of the build when deltas come, and may be made a piece at a time', async () => {
    const file = folder.path('other.sepet');
    await writeShop(file, { seed: 22, products });
    const other = openArtifact(file);
    const first = createRecommender(other, []);
    let pieces = 0;
    while (first.warm(0.001)) pieces++;
    expect(pieces).toBeGreaterThan(0);
    expect(first.warm(1)).toBe(false);
    const changes = new Map([['P1', { id: 'P1', brand: 'Bolt', title: 'Zebra' }]]);
    const later = createRecommender(other, [], { overlay: makeOverlay(other.catalog, changes, 1).overlay });
    // What deltas changed is looked at anew, and nothing else.
    let again = 0;
    while (later.warm(0.001)) again++;
    expect(again).toBeLessThan(pieces);
    expect(later.similarBrands('Bolt', 4)).toEqual(first.similarBrands('Bolt', 4));
  });
});

/** The best ten of a sum at gamma 0, where sums of eighths are exact. */
function bruteForce(sum: readonly number[], passes: (id: string) => boolean): [string, number][] {
  const { out, dims } = artifact.vectors;
  const outOf = (id: string): number[] => {
    const row = artifact.catalog.ids.row(id);
    return [...out.subarray(row * (dims + 1), row * (dims + 1) + dims)];
  };
  return allIds()
    .filter((id) => hasVector(id) && passes(id))
    .map((id): [string, number] => [id, dot(sum, outOf(id))])
    .sort(([a, x], [b, y]) => y - x || artifact.catalog.ids.row(a) - artifact.catalog.ids.row(b))
    .slice(0, 10);
}

function sumOf(...parts: [number, readonly number[]][]): number[] {
  return Array.from({ length: artifact.vectors.dims }, (_, i) =>
    parts.reduce((sum, [weight, vector]) => sum + weight * (vector[i] as number), 0),
  );
}

describe('a combination', () => {
  it('finds what is nearest to the weighted sum, without what was combined', () => {
    for (const [a, b] of [
      ['P0', 'P9'],
      ['P3', 'P12'],
      ['P21', 'P40'],
    ] as const) {
      if (!hasVector(a) || !hasVector(b)) continue;
      const answer = recommender.combine({
        items: [{ product: a }, { product: b, weight: -0.5 }],
        gamma: 0,
      });
      const best = bruteForce(sumOf([1, inOf(a)], [-0.5, inOf(b)]), (id) => id !== a && id !== b);
      expect(answer.items.map(({ id }) => id)).toEqual(best.map(([id]) => id));
      for (const [i, { score, source }] of answer.items.entries()) {
        expect(source).toBe('embedding');
        expect(score).toBeCloseTo(best[i]?.[1] as number, 3);
      }
      expect(answer.filled).toMatchObject({ wanted: 10, returned: 10, missing: 0 });
      const sum = sumOf([1, inOf(a)], [-0.5, inOf(b)]);
      const cosines = cosine(inOf(a), sum) - 0.5 * cosine(inOf(b), sum);
      expect(answer.spread).toBeCloseTo(1 - cosines / 1.5, 3);
    }
  });

  it('takes a brand for the mean of its products, and says what that is worth', () => {
    const answer = recommender.combine({
      items: [{ brand: 'Acme' }, { product: 'P0', weight: 2 }],
      fields: ['title'],
    });
    expect(answer.parts).toEqual([
      {
        brand: 'Acme',
        weight: 1,
        products: ofBrand('Acme').length,
        vectors: ofBrand('Acme').filter(hasVector).length,
        spread: expect.closeTo(spreadOf('Acme'), 3),
      },
      { product: 'P0', weight: 2, products: 1, vectors: 1, spread: 0 },
    ]);
    expect(answer.items).toHaveLength(10);
    const alone = recommender.combine({ items: [{ brand: 'Acme' }], gamma: 0 });
    expect(alone.spread).toBe(0);
    const best = bruteForce(meanOf('Acme'), () => true).map(([, score]) => score);
    for (const [i, { score }] of alone.items.entries()) expect(score).toBeCloseTo(best[i] as number, 3);
  });

  it('is narrowed by filters, in whatever way what passes is found', () => {
    const request: CombineRequest = {
      items: [{ product: 'P0' }, { product: 'P3' }],
      gamma: 0,
      filters: { brand: ['Bolt'], priceMax: 2500, exclude: ['P8'] },
    };
    const { columns, ids } = artifact.catalog;
    const best = bruteForce(sumOf([1, inOf('P0')], [1, inOf('P3')]), (id) => {
      const price = columns.price[ids.row(id)] as number;
      const fits = recommender.product(id)?.brand === 'Bolt' && price !== unknown32 && price <= 2500;
      return fits && !['P0', 'P3', 'P8'].includes(id);
    });
    for (const options of [{}, { walkedRows: 0 }, { walkedRows: 0, scannedRows: 0 }]) {
      const made = createRecommender(artifact, [], options);
      for (const exact of [{}, { exact: true as const }])
        expect(made.combine({ ...request, ...exact }).items.map(({ id }) => id)).toEqual(
          best.map(([id]) => id),
        );
    }
  });

  it('keeps to what is blocked and mandatory, and to nothing else of the policy', () => {
    const filters = [
      { name: 'legal', drop: { brand: 'Bolt' }, mandatory: true },
      { name: 'taste', keep: { brand: 'Bolt' } },
    ];
    const plain = recommender.combine({ items: [{ product: 'P0' }], limit: 100, fields: ['brand'] });
    const blocked = plain.items[0]?.id ?? '';
    const strict = createRecommender(artifact, policyOf({ filters, blocks: [blocked] }));
    const left = strict.combine({ items: [{ product: 'P0' }], limit: 100, fields: ['brand'] });
    expect(left.items).toHaveLength(100);
    expect(left.items.some(({ id, brand }) => id === blocked || brand === 'Bolt')).toBe(false);
    expect(left.items.some(({ brand }) => brand === 'Acme')).toBe(true);
  });

  it('is refused where there is nothing to search with', () => {
    const untrained = allIds().find((id) => !hasVector(id)) ?? '';
    const combine = (items: CombineRequest['items'], rest: Partial<CombineRequest> = {}) => {
      return () => recommender.combine({ items, ...rest });
    };
    const code = (name: string) => expect.objectContaining({ code: name });
    expect(combine([{ product: 'gone' }])).toThrow(code('product_unknown'));
    expect(combine([{ brand: 'Acne' }])).toThrow(code('brand_unknown'));
    expect(combine([{ product: untrained }])).toThrow(/has no vector.*/);
    expect(combine([{ product: 'P0' }, { product: 'P0', weight: -1 }])).toThrow('cancel each other out');
    expect(combine([{ product: 'P0', weight: 0 }])).toThrow(code('option_invalid'));
    expect(combine([{ product: 'P0' }], { filters: { brand: ['Acne'] } })).toThrow(code('option_invalid'));
  });

  it('leaves the next answer as it was', () => {
    const request = { product: 'P0', filters: { brand: ['Bolt'] } };
    const before = recommender.recommend([request]);
    recommender.combine({ items: [{ product: 'P5' }, { brand: 'Acme' }] });
    expect(recommender.recommend([request])).toEqual(before);
  });
});
