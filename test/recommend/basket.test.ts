// Baskets: what several products asked together must give, beside what the property tests hold against the plain reading.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Artifact, openArtifact } from '../../src/recommend/artifact.ts';
import { depthOf, logSumExp } from '../../src/recommend/basket.ts';
import { createRecommender } from '../../src/recommend/open.ts';
import {
  type Failure,
  isFailure,
  type RecommendAnswer,
  type Recommender,
} from '../../src/recommend/recommender.ts';
import { type RecommendRequest, withBasket } from '../../src/recommend/request.ts';
import { policyOf } from './arbitraries.ts';
import { temporaryFolder, writeShop } from './shop.ts';

const products = 6500;
const folder = temporaryFolder();
let artifact: Artifact;
let recommender: Recommender;

beforeAll(async () => {
  const file = folder.path('shop.sepet');
  await writeShop(file, { seed: 12, products });
  artifact = openArtifact(file);
  recommender = createRecommender(artifact, policyOf({}));
});
afterAll(folder.remove);

const outcome = (request: RecommendRequest): RecommendAnswer | Failure | undefined =>
  recommender.recommend([request])[0];

function one(request: RecommendRequest): RecommendAnswer {
  const answer = outcome(request);
  if (answer === undefined || isFailure(answer)) throw new Error(JSON.stringify(answer));
  return answer;
}

const itemIds = ({ items }: RecommendAnswer): string[] => items.map(({ id }) => id);

/** Of every product the logarithm of the sum of exp(score), by the plain formula: the best ten. */
function bruteForce(basket: readonly string[]): string[] {
  const { vectors, catalog, manifest } = artifact;
  const { dims, trained } = vectors;
  const rows = basket.map(catalog.ids.row);
  const weight = manifest.gamma / manifest.popularity.scale;
  const affinity = (own: number, row: number): number => {
    let sum = weight * (vectors.out[row * (dims + 1) + dims] as number);
    for (let i = 0; i < dims; i++)
      sum += (vectors.in[own * dims + i] as number) * (vectors.out[row * (dims + 1) + i] as number);
    return sum;
  };
  const asked = rows.filter((row) => row < trained);
  return Array.from({ length: trained }, (_, row) => row)
    .filter((row) => !rows.includes(row))
    .map((row) => [row, asked.reduce((sum, own) => sum + Math.exp(affinity(own, row)), 0)] as const)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 10)
    .map(([row]) => catalog.ids.id(row));
}

const basketOf = (size: number, at: number): string[] =>
  Array.from({ length: size }, (_, i) => `P${(at * 97 + i * 631) % products}`);

describe('a basket', () => {
  it.each([2, 3, 5, 12, 50])('of %d products is answered as if everything had been looked at', (size) => {
    let [hits, all] = [0, 0];
    for (let at = 0; at < 12; at++) {
      const basket = basketOf(size, at);
      const [product = '', ...rest] = basket;
      const best = bruteForce(basket);
      const exact = itemIds(one({ product, basket: rest, exact: true }));
      expect(exact.filter((id) => best.includes(id)).length).toBeGreaterThanOrEqual(9);
      const found = itemIds(one({ product, basket: rest }));
      expect(found.filter((id) => basket.includes(id))).toEqual([]);
      hits += found.filter((id) => best.includes(id)).length;
      all += best.length;
    }
    expect(hits / all).toBeGreaterThanOrEqual(0.95);
  });

  it('of one product, and one that only repeats it, is that product asked alone', () => {
    const alone = one({ product: 'P3', explain: true });
    expect(one({ product: 'P3', basket: [], explain: true })).toEqual(alone);
    expect(one({ product: 'P3', basket: ['P3', 'P3'], explain: true })).toEqual(alone);
    expect(one({ product: 'P3', basket: ['P4', 'P3', 'P4'] })).toEqual(
      one({ product: 'P3', basket: ['P4'] }),
    );
    expect(withBasket({ product: 'P3' }, ['P3', 'P3'])).toEqual({ product: 'P3' });
  });

  it('stands in a batch as it stands alone', () => {
    const requests = Array.from({ length: 12 }, (_, at): RecommendRequest => {
      const [product = '', ...basket] = basketOf(1 + (at % 4), at);
      return { product, ...(basket.length > 0 && { basket }), ...(at % 3 === 0 && { exact: true }) };
    });
    expect(recommender.recommend(requests)).toEqual(requests.map(outcome));
  });

  it('lets the rules compare with its first product', () => {
    const sameBrand = createRecommender(
      artifact,
      policyOf({ filters: [{ name: 'brand', keep: { brand: 'same' }, unknown: 'drop' }], fallback: [] }),
    );
    const branded = recommender.popularIds(200).filter((id) => recommender.product(id)?.brand !== undefined);
    const [a = '', ...others] = branded;
    const brandOf = (id: string): string | undefined => recommender.product(id)?.brand;
    const b = others.find((id) => brandOf(id) !== brandOf(a)) ?? '';
    for (const [product, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const [answer] = sameBrand.recommend([{ product, basket: [other], fields: ['brand'] }]);
      if (answer === undefined || isFailure(answer)) throw new Error(JSON.stringify(answer));
      expect(new Set(answer.items.map(({ brand }) => brand))).toEqual(new Set([brandOf(product)]));
    }
  });

  it('names the products that are not there, or answers without them', () => {
    expect(outcome({ product: 'P1', basket: ['gone', 'P2', 'lost'] })).toEqual({
      error: {
        code: 'product_unknown',
        message: 'There are no products "gone", "lost" in this artifact.',
      },
    });
    const answer = one({ product: 'P1', basket: ['gone', 'P2'], fallback: true });
    expect(answer).toMatchObject({ product: 'P1', basket: ['gone', 'P2'], unknown: ['gone'] });
    expect(answer.items).toEqual(one({ product: 'P1', basket: ['P2'] }).items);
    const without = one({ product: 'gone', basket: ['P2'], fallback: true });
    expect(without.items).toEqual(one({ product: 'P2' }).items);
    expect(one({ product: 'P2', fallback: true })).not.toHaveProperty('unknown');
    expect(one({ product: 'gone', fallback: true }).unknown).toEqual(['gone']);
  });

  it('is explained product by product', () => {
    const { items, explain } = one({ product: 'P1', basket: ['P2', 'P5'], explain: true, limit: 5 });
    expect(explain?.query?.id).toBe('P1');
    expect(explain?.basket?.map(({ id }) => id)).toEqual(['P2', 'P5']);
    for (const [i, item] of (explain?.items ?? []).entries()) {
      expect(item.byProduct?.map(({ product }) => product)).toEqual(['P1', 'P2', 'P5']);
      const scores = item.byProduct?.map(({ score }) => score) ?? [];
      expect(Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0))).toBeCloseTo(item.total, 3);
      expect((item.inOut ?? 0) + (item.popularity ?? 0)).toBeCloseTo(items[i]?.score ?? 0, 3);
    }
  });

  it('has a bound', () => {
    const many = Array.from({ length: 50 }, (_, i) => `P${i}`);
    expect(withBasket({ product: 'P0' }, many).basket).toHaveLength(49);
    expect(() => withBasket({ product: 'P0' }, [...many, 'P50'])).toThrow(
      expect.objectContaining({
        code: 'option_invalid',
        message: 'A basket takes at most 50 products, not 51.',
      }),
    );
  });
});

describe('what baskets are made of', () => {
  it('adds up in logarithms, however large', () => {
    expect(logSumExp(Float32Array.of(3))).toBe(3);
    expect(logSumExp(Float32Array.of(1, 2))).toBeCloseTo(Math.log(Math.E + Math.E ** 2), 12);
    expect(logSumExp(Float32Array.of(1000, 1000))).toBeCloseTo(1000 + Math.log(2), 9);
    expect(logSumExp(Float32Array.of(-2000, 0))).toBe(0);
  });

  it('asks each product for a share, and for no more than one product is asked', () => {
    expect([1, 2, 4, 50].map((size) => depthOf(200, size))).toEqual([200, 200, 100, 32]);
    expect(depthOf(10, 3)).toBe(10);
  });
});
