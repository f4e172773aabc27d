// Facets against a plain count over the products, and products by lot.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProductChange } from '../../src/catalog/changes.ts';
import { makeOverlay } from '../../src/catalog/overlay.ts';
import { type Artifact, openArtifact } from '../../src/recommend/artifact.ts';
import { createRecommender } from '../../src/recommend/open.ts';
import type { Recommender, SampleRequest } from '../../src/recommend/recommender.ts';
import { plainProducts } from './products.ts';
import { brandNames, categoryPaths, temporaryFolder, writeShop } from './shop.ts';

const seed = 20_261_122;
const folder = temporaryFolder();
let artifact: Artifact;
let recommender: Recommender;

beforeAll(async () => {
  const file = folder.path('shop.sepet');
  await writeShop(file, { seed: 11, products: 700 });
  artifact = openArtifact(file);
  recommender = createRecommender(artifact, []);
});
afterAll(folder.remove);

const tally = (names: readonly (string | null)[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const name of names) if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
};

describe('facets', () => {
  it('count what a plain look at the products counts', () => {
    const products = plainProducts(artifact);
    const { categories, brands, genders, currency } = recommender.facets({});
    const within = (path: string): number =>
      products.filter(({ category }) => category === path || category?.startsWith(`${path}/`)).length;
    expect(Object.fromEntries(categories.map((one) => [one.category, one.products]))).toEqual(
      Object.fromEntries(categoryPaths.map((path) => [path, within(path)])),
    );
    expect(new Map(brands.map((one) => [one.brand, one.products]))).toEqual(
      new Map([...tally(products.map(({ brand }) => brand))].sort()),
    );
    expect(new Map(Object.entries(genders))).toEqual(tally(products.map(({ gender }) => gender)));
    expect(currency).toBe('TRY');
    for (const list of [categories, brands]) {
      const counts = list.map((one) => one.products);
      expect(counts).toEqual(counts.toSorted((a, b) => b - a));
    }
  });

  it('tell how the values of fields lie', () => {
    const { fields } = recommender.facets({});
    const { columns } = artifact.catalog;
    const plain = {
      margin: Array.from(columns.numeric.get('margin') ?? []).filter((value) => !Number.isNaN(value)),
      price: Array.from(columns.price).filter((value) => value !== 0xffff_ffff),
      orders: Array.from(columns.orders),
      released: Array.from(columns.released).filter((value) => value !== -(2 ** 31)),
    };
    expect(fields.map(({ field }) => field)).toEqual(Object.keys(plain));
    for (const { field, products, min, max, mean, deviation } of fields) {
      const values = plain[field as keyof typeof plain];
      const average = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length;
      expect([products, min, max]).toEqual([values.length, Math.min(...values), Math.max(...values)]);
      expect(mean / average).toBeCloseTo(1, 5);
      expect(deviation / Math.sqrt(variance)).toBeCloseTo(1, 5);
    }
  });

  it('find names by the beginnings of their words', () => {
    const found = (q: string, limit?: number) => {
      const { categories, brands } = recommender.facets({ q, ...(limit && { limit }) });
      return [categories.map(({ category }) => category).sort(), brands.map(({ brand }) => brand).sort()];
    };
    expect(found('tec')).toEqual([['Tech', 'Tech/Audio', 'Tech/Audio/Cables'], []]);
    expect(found('CAB audio')).toEqual([['Tech/Audio/Cables'], []]);
    expect(found('cinar')).toEqual([[], ['Çınar']]);
    expect(found('zzz')).toEqual([[], []]);
    expect(found(' - ')).toEqual([[], []]);
    expect(recommender.facets({ limit: 2 })).toMatchObject({
      categories: { length: 2 },
      brands: { length: 2 },
    });
    const code = expect.objectContaining({ code: 'option_invalid' });
    expect(() => recommender.facets({ limit: 10_001 })).toThrow(code);
  });

  it('stay as they were built whatever deltas change, and their table is made once', () => {
    const changes = new Map<string, ProductChange>([
      ['P1', { id: 'P1', brand: 'Zebra' }],
      ['N1', { id: 'N1', title: 'New', brand: 'Zebra' }],
      ['P2', { id: 'P2', removed: true }],
    ]);
    const { overlay } = makeOverlay(artifact.catalog, changes, 1);
    expect(createRecommender(artifact, [], { overlay }).facets({})).toEqual(recommender.facets({}));
  });

  it('are made beside other work, a piece at a time', () => {
    const fresh = createRecommender(openArtifact(folder.path('shop.sepet')), []);
    let pieces = 0;
    while (fresh.warm(0.01)) pieces++;
    expect(pieces).toBeGreaterThan(1);
    expect(fresh.facets({})).toEqual(recommender.facets({}));
  });
});

const narrow: fc.Arbitrary<SampleRequest> = fc.record(
  {
    seed: fc.nat(),
    limit: fc.integer({ min: 1, max: 200 }),
    category: fc.array(fc.constantFrom(...categoryPaths), { minLength: 1, maxLength: 2 }),
    brand: fc.array(fc.constantFrom(...brandNames), { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: [] },
);

function checkSample(sampled: Recommender, asked: SampleRequest): void {
  const { category, brand, limit = 20 } = asked;
  const answer = sampled.sampleProducts(asked);
  expect(sampled.sampleProducts(asked)).toEqual(answer);
  const all = sampled.popularIds(100_000).filter((id) => {
    const { category: path = '', brand: own = '' } = sampled.product(id) ?? {};
    if (category && !category.some((one) => path === one || path.startsWith(`${one}/`))) return false;
    return brand === undefined || brand.includes(own);
  });
  const ids = answer.products.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toHaveLength(Math.min(limit, all.length));
  expect(answer.more).toBe(all.length > limit);
  expect(ids.filter((id) => !all.includes(id))).toEqual([]);
  for (const facts of answer.products) expect(facts).toEqual(sampled.product(facts.id));
}

describe(`products by lot (fast-check seed ${seed})`, () => {
  it('are different ones that pass, the same for the same seed', () => {
    fc.assert(
      fc.property(narrow, (asked) => checkSample(recommender, asked)),
      { seed, numRuns: 200 },
    );
  });

  it('are none that deltas removed, and those that they brought', () => {
    const changes = new Map<string, ProductChange>();
    for (let row = 0; row < 690; row++) changes.set(`P${row}`, { id: `P${row}`, removed: true });
    changes.set('N1', { id: 'N1', title: 'New', brand: 'Acme', category: 'Home' });
    const { overlay } = makeOverlay(artifact.catalog, changes, 1);
    const changed = createRecommender(artifact, [], { overlay });
    const { products, more } = changed.sampleProducts({ limit: 100 });
    expect([products.length, more]).toEqual([11, false]);
    expect(products.map(({ id }) => id)).toContain('N1');
    fc.assert(
      fc.property(narrow, (asked) => checkSample(changed, asked)),
      { seed, numRuns: 50 },
    );
  });

  it('are others for another seed, and each is drawn as often', () => {
    const counts = new Map<string, number>();
    const rounds = 2000;
    for (let one = 0; one < rounds; one++)
      for (const { id } of recommender.sampleProducts({ seed: one, limit: 10 }).products)
        counts.set(id, (counts.get(id) ?? 0) + 1);
    expect(counts.size).toBe(700);
    const expected = (rounds * 10) / 700;
    const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    // 699 degrees of freedom: 37.4 is the standard deviation.
    expect(chiSquare).toBeGreaterThan(699 - 5 * 37.4);
    expect(chiSquare).toBeLessThan(699 + 5 * 37.4);
  });

  it('refuse what a search refuses', () => {
    const code = expect.objectContaining({ code: 'option_invalid' });
    expect(() => recommender.sampleProducts({ limit: 201 })).toThrow(code);
    expect(() => recommender.sampleProducts({ brand: ['Acne'] })).toThrow(code);
  });
});
