import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeOverlay } from '../../src/catalog/overlay.ts';
import type { PolicyDocument } from '../../src/policy/document.ts';
import { checkPolicy } from '../../src/policy/parse.ts';
import { type Artifact, openArtifact } from '../../src/recommend/artifact.ts';
import { createRecommender, openRecommender } from '../../src/recommend/open.ts';
import { isFailure, type RecommendAnswer, type Recommender } from '../../src/recommend/recommender.ts';
import type { RecommendRequest } from '../../src/recommend/request.ts';
import { temporaryFolder, writeShop } from './shop.ts';

const seed = 5;
const products = 150;
const folder = temporaryFolder();
const file = folder.path('shop.sepet');
let artifact: Artifact;

beforeAll(async () => {
  await writeShop(file, { seed, products });
  artifact = openArtifact(file);
});
afterAll(folder.remove);

const policyOf = (rest: object): PolicyDocument => checkPolicy({ name: 'test', ...rest });

function one(recommender: Recommender, request: RecommendRequest): RecommendAnswer {
  const [answer] = recommender.recommend([request]);
  if (answer === undefined || isFailure(answer)) throw new Error(JSON.stringify(answer));
  return answer;
}

const ids = Array.from({ length: products }, (_, row) => `P${row}`);

describe('an answer', () => {
  it('is the same alone and in a batch, whatever stands beside it', () => {
    const recommender = createRecommender(
      artifact,
      policyOf({ filters: [{ name: 's', keep: { inStock: true } }] }),
    );
    const requests = ids.map((product, i) => ({
      product,
      ...(i % 3 === 0 && { efSearch: 50 }),
      ...(i % 5 === 0 && { filters: { brand: ['Acme'] }, limit: 100 }),
    }));
    const batch = recommender.recommend(requests);
    expect(batch).toEqual(requests.map((request) => one(recommender, request)));
  });

  it('comes from the co-occurrence list and the fallback where a product has no vector', () => {
    const recommender = createRecommender(artifact, policyOf({}));
    const product = artifact.catalog.ids.id(artifact.vectors.trained);
    const { items, filled } = one(recommender, { product, limit: 10 });
    expect(filled.from).toEqual({ cooccurrence: 3, fallback: 7 });
    expect(items.map(({ source }) => source).slice(0, 4)).toEqual([
      'cooccurrence',
      'cooccurrence',
      'cooccurrence',
      'fallback',
    ]);
    const scored = one(recommender, { product: 'P0', limit: 100 }).items;
    const untrained = new Set(ids.filter((id) => artifact.catalog.ids.row(id) >= artifact.vectors.trained));
    expect(scored.filter(({ source, id }) => source === 'embedding' && untrained.has(id))).toEqual([]);
  });

  it('stands in the order that sort names', () => {
    const answer = (sort: string) =>
      one(createRecommender(artifact, policyOf({ sort })), { product: 'P0', fields: ['price'] }).items;
    const byScore = answer('score');
    const { columns, ids } = artifact.catalog;
    expect(byScore.map(({ score }) => score)).toEqual(
      byScore.map(({ score }) => score).toSorted((a, b) => b - a),
    );
    const prices = answer('price').map(({ price }) => price ?? Number.POSITIVE_INFINITY);
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    const orders = answer('popularity').map(({ id }) => columns.orders[ids.row(id)] as number);
    expect(orders).toEqual(orders.toSorted((a, b) => b - a));
    const released = answer('newest').map(({ id }) => columns.released[ids.row(id)] as number);
    expect(released).toEqual(released.toSorted((a, b) => b - a));
    for (const sort of ['price', 'popularity', 'newest'])
      expect(new Set(answer(sort).map(({ id }) => id))).toEqual(new Set(byScore.map(({ id }) => id)));
  });

  it('carries the fields that were asked for, where they are known', () => {
    const recommender = createRecommender(artifact, policyOf({}));
    const bare = one(recommender, { product: 'P0' });
    for (const item of bare.items) expect(Object.keys(item)).toEqual(['id', 'score', 'source']);
    const { items } = one(recommender, { product: 'P0', limit: 100, fields: ['title', 'price', 'inStock'] });
    for (const item of items) {
      const row = artifact.catalog.ids.row(item.id);
      expect(item.title ?? '').toBe(artifact.catalog.titles.at(row));
      expect(item.currency).toBe(item.price === undefined ? undefined : 'TRY');
      expect('brand' in item).toBe(false);
    }
    expect(items.some(({ title }) => title === undefined)).toBe(true);
  });
});

describe('the name of a list', () => {
  const nameOf = (recommender: Recommender, request: RecommendRequest): string =>
    one(recommender, request).recommendation;

  it('is the same for the same list, wherever it is made and however it is shown', () => {
    const name = nameOf(createRecommender(artifact, []), { product: 'P1' });
    expect(name).toMatch(/^r_[0-9a-f]{16}$/);
    const other = openRecommender(file);
    expect(nameOf(other, { product: 'P1', explain: true, fields: ['title'], exact: true })).toBe(name);
    expect(nameOf(other, { product: 'P1' })).toBe(name);
    const keys = Object.keys(one(other, { product: 'P1' }));
    expect(keys.indexOf('recommendation')).toBe(keys.indexOf('artifact') - 1);
  });

  it('is another for another product, basket, length, policy, revision of deltas', () => {
    const recommender = createRecommender(artifact, []);
    const { overlay } = makeOverlay(artifact.catalog, new Map(), 3);
    const names = [
      ...ids.map((product) => nameOf(recommender, { product })),
      nameOf(recommender, { product: 'P1', limit: 9 }),
      nameOf(recommender, { product: 'P1', basket: ['P2'] }),
      nameOf(recommender, { product: 'P2', basket: ['P1'] }),
      nameOf(createRecommender(artifact, policyOf({ revision: 2 })), { product: 'P1' }),
      nameOf(createRecommender(artifact, policyOf({ revision: 3 })), { product: 'P1' }),
      nameOf(createRecommender(artifact, [], { overlay }), { product: 'P1' }),
    ];
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('explain', () => {
  it('splits scores into parts that add up, and shows what was dropped', () => {
    const recommender = createRecommender(
      artifact,
      policyOf({
        filters: [
          { name: 'stock', keep: { inStock: true } },
          { name: 'brand', drop: { brand: 'Acme' } },
        ],
      }),
    );
    const answer = one(recommender, { product: 'P3', explain: true, gamma: 1 });
    const plain = one(recommender, { product: 'P3', gamma: 1 });
    expect({ ...answer, explain: undefined }).toEqual({ ...plain, explain: undefined });
    const { explain } = answer;
    expect(explain?.query?.id).toBe('P3');
    for (const [i, item] of (explain?.items ?? []).entries()) {
      expect((item.inOut ?? 0) + (item.popularity ?? 0)).toBeCloseTo(item.total, 3);
      expect(item.total).toBe(answer.items[i]?.score);
    }
    expect(Object.fromEntries(explain?.dropped.map(({ rule, count }) => [rule, count]) ?? [])).toEqual(
      answer.filled.filteredBy,
    );
    for (const { rule, count, examples } of explain?.dropped ?? []) {
      expect(examples).toHaveLength(Math.min(3, count));
      for (const { candidate } of examples) expect(candidate).toBe(rule === 'stock' ? false : 'Acme');
    }
  });

  it('scores what it shows even when everything was looked at', () => {
    const recommender = createRecommender(
      artifact,
      policyOf({ candidates: { count: 10, max: 10 }, filters: [{ name: 'none', keep: { ids: [] } }] }),
    );
    const { explain, filled } = one(recommender, { product: 'P0', explain: true });
    expect(filled).toMatchObject({
      returned: 0,
      missing: 10,
      exhausted: true,
      filteredBy: { none: products - 1 },
    });
    expect(explain).toMatchObject({ search: 'everything', candidates: products - 1 });
  });
});

describe('a request that cannot be answered', () => {
  it('fails alone, and its batch does not', () => {
    const recommender = openRecommender(file);
    const [unknown, badBrand, badCategory, good] = recommender.recommend([
      { product: 'gone' },
      { product: 'P1', filters: { brand: ['Acne'] } },
      { product: 'P1', filters: { category: ['Tec'] } },
      { product: 'P1' },
    ]);
    expect(unknown).toEqual({
      error: { code: 'product_unknown', message: 'There is no product "gone" in this artifact.' },
    });
    expect(badBrand).toMatchObject({
      error: { code: 'option_invalid', message: expect.stringContaining('"Acme"') },
    });
    expect(badCategory).toMatchObject({
      error: { code: 'option_invalid', message: expect.stringContaining('"Tech"') },
    });
    expect(good).toMatchObject({ product: 'P1', policy: 'default@1', filled: { returned: 10 } });
  });

  it('is answered from the popularity lists where that was asked for', () => {
    const recommender = createRecommender(artifact, policyOf({}));
    const answer = one(recommender, { product: 'gone', fallback: true, limit: 3, explain: true });
    expect(answer.items.map(({ id }) => id)).toEqual(recommender.popularIds(3));
    expect(answer.filled.from).toEqual({ fallback: 3 });
    expect(answer.explain?.search).toBe('none');
    expect(answer.explain).not.toHaveProperty('query');
  });
});

describe('a recommender', () => {
  it('knows its artifact', () => {
    const recommender = openRecommender(file);
    expect(recommender.info).toMatchObject({ products, dims: 8, policy: 'default@1', artifact: artifact.id });
    expect(artifact.id).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(recommender.product('P7')?.id).toBe('P7');
    expect(recommender.product('gone')).toBeUndefined();
    expect(recommender.popularIds(2)).toEqual(['P0', 'P1']);
    expect(recommender.popularIds(10_000)).toHaveLength(products);
  });

  it('refuses a policy that names what its artifact lacks', () => {
    const policy = policyOf({ filters: [{ name: 'x', drop: { category: 'Garden' } }] });
    expect(() => openRecommender(file, { policy })).toThrow(
      expect.objectContaining({ code: 'policy_invalid' }),
    );
  });
});
