// The graph against the exact scan on artifacts of the whole way, asked what is really asked: the IN vectors of
// the products, at several gammas. And what a person would check: believable companions.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openIndex } from '../../src/artifact/vectors.ts';
import { Random } from '../../src/base/random.ts';
import { defaultPolicy } from '../../src/policy/defaults.ts';
import { checkPolicy } from '../../src/policy/parse.ts';
import { type Artifact, openArtifact } from '../../src/recommend/artifact.ts';
import { createRecommender } from '../../src/recommend/open.ts';
import { isFailure } from '../../src/recommend/recommender.ts';
import { verifyArtifact } from '../../src/recommend/verify.ts';
import { readBaskets, readProducts } from '../../src/tables/dataset.ts';
import { measureRecall } from '../../src/training/build/recall.ts';
import { testBaskets } from '../../src/training/evaluate/baskets.ts';
import { demoFolder, retailFolder, retailOrders } from '../shops.ts';

const floor = 0.99;

function recallAt200({ file, vectors, manifest }: Artifact, gamma: number): number {
  const { at } = measureRecall({
    ...vectors,
    sections: openIndex(file),
    gamma,
    popularityScale: manifest.popularity.scale,
    efSearch: [200],
    queries: 1000,
  });
  return at[0]?.recall ?? 0;
}

function titles(artifact: Artifact, product: string): string[] {
  const [answer] = createRecommender(artifact, defaultPolicy).recommend([{ product, fields: ['title'] }]);
  if (answer === undefined || isFailure(answer)) throw new Error(JSON.stringify(answer));
  return answer.items.map(({ title }) => title ?? '');
}

describe('the demo artifact', () => {
  let artifact: Artifact;
  beforeAll(() => {
    artifact = openArtifact(join(demoFolder(), 'artifact.sepet'));
  });

  it.each([0, 0.5, 1])(`has a recall@10 of at least ${floor} at efSearch 200 with gamma %d`, (gamma) => {
    expect(recallAt200(artifact, gamma)).toBeGreaterThanOrEqual(floor);
  });

  it('is right in every reference, and its manifest says what it was measured to be', () => {
    verifyArtifact(artifact);
    const stated = artifact.manifest.recall.at.find(({ efSearch }) => efSearch === 200);
    expect(stated?.recall).toBeGreaterThanOrEqual(floor);
    expect(artifact.manifest.counts.products).toBe(6000);
  });
});

describe.skipIf(!existsSync(retailOrders))(
  'the Online Retail artifact (skipped without ../shared/data)',
  () => {
    let artifact: Artifact;
    beforeAll(() => {
      artifact = openArtifact(join(retailFolder(), 'artifact.sepet'));
    });

    it.each([0, 0.5, 1])(`has a recall@10 of at least ${floor} at efSearch 200 with gamma %d`, (gamma) => {
      expect(recallAt200(artifact, gamma)).toBeGreaterThanOrEqual(floor);
    });

    it('finds what is missing from a basket far better with all of it than with its first product', async () => {
      const folder = retailFolder();
      const split = await readBaskets(folder, { split: 'test' });
      const sampled = { maxBasket: 20, maxBaskets: 300 };
      const products = await readProducts(folder);
      const { items, offsets, heldOut } = testBaskets(new Random(1), split, products, sampled);
      const policy = checkPolicy({ name: 'plain', candidates: { source: ['embedding'] } });
      const recommender = createRecommender(artifact, policy);
      const hits = { first: 0, basket: 0 };
      for (const [at, held] of heldOut.entries()) {
        const ids = Array.from(
          items.subarray(offsets[at], offsets[at + 1]),
          (row) => products.ids[row] ?? '',
        );
        const [missing] = ids.splice(held, 1);
        const [product = '', ...basket] = ids;
        const asked = { product, fallback: true };
        const [first, whole] = recommender.recommend([
          { ...asked, filters: { exclude: basket } },
          { ...asked, basket },
        ]);
        const holds = (answer: typeof first): boolean =>
          answer !== undefined && !isFailure(answer) && answer.items.some(({ id }) => id === missing);
        hits.first += Number(holds(first));
        hits.basket += Number(holds(whole));
      }
      expect(hits.basket / heldOut.length).toBeGreaterThan(0.2);
      expect(hits.basket).toBeGreaterThan(1.5 * hits.first);
    });

    it('finds hearts and lights for the white hanging heart', () => {
      const found = titles(artifact, '85123A');
      expect(found).toContain('RED HANGING HEART T-LIGHT HOLDER');
      expect(
        found.filter((title) => /HEART|T-LIGHT|CANDLE/.test(title)).length,
        found.join(', '),
      ).toBeGreaterThanOrEqual(3);
    });
  },
);
