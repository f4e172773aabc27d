// `exact` answers against a plain brute force, and ordinary ones against exact.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unknown32 } from '../../src/base/products.ts';
import { type Artifact, openArtifact } from '../../src/recommend/artifact.ts';
import { createRecommender, type RecommenderOptions } from '../../src/recommend/open.ts';
import { isFailure, type RecommendAnswer } from '../../src/recommend/recommender.ts';
import { parseRequest, type RecommendRequest } from '../../src/recommend/request.ts';
import { policyOf } from './arbitraries.ts';
import { temporaryFolder, writeShop } from './shop.ts';

/** So many that an ordinary search walks the graph. */
const products = 6500;
const folder = temporaryFolder();
let artifact: Artifact;

beforeAll(async () => {
  const file = folder.path('shop.sepet');
  await writeShop(file, { seed: 11, products });
  artifact = openArtifact(file);
});
afterAll(folder.remove);

const asked = Array.from({ length: 40 }, (_, i) => `P${i * 61}`);
const policy = policyOf({ candidates: { source: ['embedding'], count: 50, max: 100 }, fallback: [] });

function answers(requests: readonly RecommendRequest[], options?: RecommenderOptions): RecommendAnswer[] {
  return createRecommender(artifact, policy, options)
    .recommend(requests)
    .map((answer) => {
      if (isFailure(answer)) throw new Error(answer.error.message);
      return answer;
    });
}

const itemIds = ({ items }: RecommendAnswer): string[] => items.map(({ id }) => id);

/** The best ten at gamma 0, where all numbers are eighths and every sum is exact. */
function bruteForce(product: string, passes: (row: number) => boolean): string[] {
  const { vectors, catalog } = artifact;
  const { dims, trained } = vectors;
  const row = catalog.ids.row(product);
  if (row >= trained) return [];
  const score = (other: number): number => {
    let sum = 0;
    for (let i = 0; i < dims; i++)
      sum += (vectors.in[row * dims + i] as number) * (vectors.out[other * (dims + 1) + i] as number);
    return sum;
  };
  return Array.from({ length: trained }, (_, other) => other)
    .filter((other) => other !== row && passes(other))
    .map((other) => [other, score(other)] as const)
    .sort(([a, x], [b, y]) => y - x || a - b)
    .slice(0, 10)
    .map(([other]) => catalog.ids.id(other));
}

describe('an exact answer', () => {
  it('is what a plain look at every product finds', () => {
    const exact = answers(asked.map((product) => ({ product, gamma: 0, exact: true })));
    expect(exact.map(itemIds)).toEqual(asked.map((product) => bruteForce(product, () => true)));
  });

  const ways: [string, RecommenderOptions][] = [
    ['product by product', {}],
    ['by inverted lists', { walkedRows: 0 }],
    ['by bits', { walkedRows: 0, scannedRows: 0 }],
  ];
  it.each(ways)('is so under filters, %s', (_, options) => {
    const { brand, price } = artifact.catalog.columns;
    const acme = artifact.catalog.brands.find('Acme');
    const filters = { brand: ['Acme'], priceMax: 900 };
    const exact = answers(
      asked.map((product) => ({ product, gamma: 0, exact: true, filters })),
      options,
    );
    const passes = (row: number): boolean =>
      brand[row] === acme && price[row] !== unknown32 && (price[row] as number) <= 900;
    expect(exact.map(itemIds)).toEqual(asked.map((product) => bruteForce(product, passes)));
  });

  it('is what ordinary ones nearly always are, which come from the graph', () => {
    const requests = asked.map((product) => ({ product, explain: true, efSearch: 100 }));
    const ordinary = answers(requests);
    const exact = answers(requests.map((request) => ({ ...request, exact: true })));
    const ways = (all: readonly RecommendAnswer[]) => new Set(all.map(({ explain }) => explain?.search));
    expect([...ways(ordinary)]).toContain('graph');
    expect([...ways(exact)]).not.toContain('graph');
    let hits = 0;
    let all = 0;
    for (const [i, answer] of exact.entries()) {
      const found = new Set(itemIds(ordinary[i] as RecommendAnswer));
      hits += itemIds(answer).filter((id) => found.has(id)).length;
      all += answer.items.length;
    }
    expect(all).toBeGreaterThan(300);
    expect(hits / all).toBeGreaterThanOrEqual(0.95);
  });

  it('stands beside ordinary ones in a batch, and cannot be asked for by a parameter', () => {
    const mixed = asked.map((product, i) => ({ product, ...(i % 2 === 0 && { exact: true as const }) }));
    const alone = mixed.map((request) => answers([request])[0]);
    expect(answers(mixed)).toEqual(alone);
    expect(() => parseRequest('P1', [['exact', '1']])).toThrow(
      expect.objectContaining({ code: 'option_unknown' }),
    );
  });
});
