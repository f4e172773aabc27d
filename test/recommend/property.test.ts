// Random policies and requests against the plain reading of docs/policy.md, and what must hold of every answer.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PolicyDocument, RankDocument, RuleDocument } from '../../src/policy/document.ts';
import { checkPolicy } from '../../src/policy/parse.ts';
import { type Artifact, openArtifact } from '../../src/recommend/artifact.ts';
import type { EligibleOptions } from '../../src/recommend/eligible.ts';
import { narrowingRules } from '../../src/recommend/narrow.ts';
import { createRecommender } from '../../src/recommend/open.ts';
import { isFailure, type RecommendAnswer } from '../../src/recommend/recommender.ts';
import type { RecommendRequest, RequestFilters } from '../../src/recommend/request.ts';
import { rankRule, rule } from '../policy/arbitraries.ts';
import { dropsPlainly, type PlainProduct } from '../policy/reference.ts';
import { nobody, plainProducts } from './products.ts';
import { answerPlainly } from './reference.ts';
import { brandNames, categoryPaths, genderWords, lastDay, temporaryFolder, writeShop } from './shop.ts';

const products = 150;
const shopSeeds = [5, 6];
const seed = 20_260_501;
const runs = { seed, numRuns: 200 };
const day = lastDay + 1;
const nowMs = day * 86_400_000 + 12_345;
const folder = temporaryFolder();
const artifacts: Artifact[] = [];

beforeAll(async () => {
  for (const shop of shopSeeds) {
    const file = folder.path(`${shop}.sepet`);
    await writeShop(file, { seed: shop, products });
    artifacts.push(openArtifact(file));
  }
});
afterAll(folder.remove);

const ids = Array.from({ length: products }, (_, row) => `P${row}`);
const world = { categories: categoryPaths, brands: brandNames, ids, fields: ['margin'] };

const filters: fc.Arbitrary<RequestFilters> = fc.record(
  {
    category: fc.array(fc.constantFrom(...categoryPaths), { minLength: 1, maxLength: 2 }),
    brand: fc.array(fc.constantFrom(...brandNames), { minLength: 1, maxLength: 2 }),
    gender: fc.array(fc.constantFrom(...(genderWords as 'kids'[])), { minLength: 1, maxLength: 2 }),
    priceMin: fc.nat(2000),
    priceMax: fc.integer({ min: 2000, max: 5000 }),
    inStock: fc.boolean(),
    newerThanDays: fc.integer({ min: 1, max: 200 }),
    exclude: fc.array(fc.constantFrom(...ids, 'gone'), { maxLength: 5 }),
    bought: fc.array(fc.constantFrom(...ids, 'gone'), { maxLength: 5 }),
  },
  { requiredKeys: [] },
);

const names = ['a', 'b', 'c'];
const someRules = fc
  .tuple(...names.map((name) => rule(world, name)))
  .chain((all) => fc.subarray(all, { maxLength: 2 }));

const explore: fc.Arbitrary<RankDocument> = fc.record({
  name: fc.constant('lot'),
  share: fc.constantFrom(0.05, 0.2, 0.4),
  seed: fc.constantFrom('request' as const, 7),
});
const rank: fc.Arbitrary<RankDocument[]> = fc
  .tuple(rankRule(world, 'r', day), rankRule(world, 's', day), explore)
  .chain((all) => fc.subarray(all as RankDocument[]));

const most = fc.integer({ min: 1, max: 4 });
const diversity = fc.record(
  {
    noAdjacentSame: fc.constantFrom('category', 'brand', 'group'),
    max: fc.record({ brand: most, category: most, group: most }, { requiredKeys: [] }),
    mmr: fc.constantFrom(0, 0.3, 0.8, 1),
  },
  { requiredKeys: [] },
);

const pins = fc
  .uniqueArray(fc.constantFrom(...ids, 'gone'), { maxLength: 3 })
  .chain((chosen) =>
    fc
      .uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: chosen.length, maxLength: chosen.length })
      .map((positions) => chosen.map((id, i) => (i === 1 ? id : { id, position: positions[i] as number }))),
  );

const candidates = fc
  .tuple(
    fc.constantFrom(
      ['embedding', 'cooccurrence'],
      ['cooccurrence', 'embedding'],
      ['embedding'],
      ['cooccurrence'],
    ),
    fc.constantFrom([10, 10], [10, 25], [10, 40], [60, 60], [100, 300]),
    fc.boolean(),
  )
  .map(([source, [count, max], blends]) => ({
    count,
    max,
    source,
    ...(blends && source.length === 2 && { blend: { embedding: 0.75, cooccurrence: 0.25 } }),
  }));

const filtering = {
  filters: someRules,
  blocks: fc.subarray(ids.slice(100), { maxLength: 5 }),
  fallback: fc.shuffledSubarray(['category-popular', 'gender-popular', 'popular']),
};
const policyOf = (rest: object): PolicyDocument => checkPolicy({ name: 'test', ...rest });

/** Filters, sources and fallbacks alone. */
const plainPolicies = fc
  .record({ ...filtering, candidates })
  .map(({ candidates: { blend: _, ...given }, ...rest }) => policyOf({ ...rest, candidates: given }));

/** Everything. */
const policies = fc
  .record({
    ...filtering,
    candidates,
    rank,
    diversity,
    pins,
    sort: fc.constantFrom('score', 'score', 'price', 'popularity', 'newest'),
  })
  .map(({ pins: pinned, ...rest }) => {
    const blocked = new Set(rest.blocks);
    const free = pinned.filter((pin) => !blocked.has(typeof pin === 'string' ? pin : pin.id));
    return policyOf({ ...rest, pins: free });
  });

const request: fc.Arbitrary<RecommendRequest> = fc
  .record({
    product: fc.constantFrom(...ids, 'gone'),
    limit: fc.constantFrom(1, 5, 10, 100),
    gamma: fc.constantFrom(0, 0.5, 2),
    filters: fc.option(filters, { nil: undefined }),
    include: fc.option(fc.array(fc.constantFrom(...ids, 'gone'), { maxLength: 3 }), { nil: undefined }),
    seed: fc.option(fc.nat(3), { nil: undefined }),
  })
  .map(({ filters: narrow, include, seed: own, ...rest }) => ({
    ...rest,
    ...{ fallback: true, nowMs },
    ...(narrow && { filters: narrow }),
    ...(include && { include }),
    ...(own !== undefined && { seed: own }),
  }));

const artifactAt = fc.nat(shopSeeds.length - 1);

function answerOf(
  artifact: Artifact,
  policy: PolicyDocument,
  asked: RecommendRequest,
  options?: EligibleOptions,
): RecommendAnswer {
  const [answer] = createRecommender(artifact, policy, options).recommend([asked]);
  if (answer === undefined || isFailure(answer)) throw new Error(JSON.stringify(answer));
  return answer;
}

function expected(artifact: Artifact, policy: PolicyDocument, asked: RecommendRequest) {
  const { product, limit = 10, gamma = 0.5, filters: narrow, include = [], seed: own } = asked;
  const rowOf = artifact.catalog.ids.row;
  const { rows, filled } = answerPlainly(artifact, policy, {
    ...{ product, limit, gamma, nowMs, seed: own, row: rowOf(product) },
    extra: narrowingRules(narrow),
    include: include.map(rowOf).filter((row) => row >= 0),
  });
  return { ids: rows.map(artifact.catalog.ids.id), filled };
}

/** The products that every rule lets pass, by the plain reading. */
function eligiblePlainly(artifact: Artifact, policy: PolicyDocument, asked: RecommendRequest): Set<string> {
  const all = plainProducts(artifact);
  const query = all[artifact.catalog.ids.row(asked.product)] ?? nobody;
  const blocks: RuleDocument = { name: 'blocks', drop: { ids: policy.blocks }, unknown: 'keep' };
  const rules = [blocks, ...policy.filters, ...narrowingRules(asked.filters)];
  const passes = (candidate: PlainProduct): boolean =>
    !rules.some((one) => dropsPlainly(one, candidate, query, day));
  return new Set(all.filter((one) => one.id !== asked.product && passes(one)).map(({ id }) => id));
}

const itemIds = ({ items }: RecommendAnswer): string[] => items.map(({ id }) => id);
const sum = (counts: object): number =>
  Object.values(counts).reduce((total: number, value: number) => total + value, 0);

function checkAccount({ filled, items }: RecommendAnswer, others: number): void {
  const { wanted, returned, missing, from, filteredBy = {}, outside = 0, exhausted } = filled;
  expect([returned + missing, sum(from), returned]).toEqual([wanted, returned, items.length]);
  expect(returned + sum(filteredBy) + outside).toBeLessThanOrEqual(others);
  if (missing > 0 && exhausted) expect(returned + sum(filteredBy) + outside).toBe(others);
}

describe(`a policy (shop seeds ${shopSeeds}, fast-check seed ${seed})`, () => {
  it('gives what its plain reading gives, in the same order, with the same account', () => {
    fc.assert(
      fc.property(artifactAt, policies, request, (at, policy, asked) => {
        const artifact = artifacts[at] as Artifact;
        const answer = answerOf(artifact, policy, asked);
        const plain = expected(artifact, policy, asked);
        expect(itemIds(answer)).toEqual(plain.ids);
        expect(answer.filled).toEqual(plain.filled);
      }),
      { ...runs, numRuns: 300 },
    );
  });

  const ways: [string, EligibleOptions][] = [
    ['product by product', {}],
    ['by inverted lists and bits', { walkedRows: 0 }],
    ['by bits alone', { walkedRows: 0, scannedRows: 0 }],
  ];
  it.each(ways)('that only filters gives the same however the eligible are found: %s', (_, options) => {
    fc.assert(
      fc.property(artifactAt, plainPolicies, request, (at, policy, { include: __, ...asked }) => {
        const artifact = artifacts[at] as Artifact;
        const answer = answerOf(artifact, policy, asked, options);
        expect(itemIds(answer)).toEqual(expected(artifact, policy, asked).ids);
        checkAccount(answer, products - (asked.product === 'gone' ? 0 : 1));
      }),
      runs,
    );
  });

  it.each(ways)('never returns what a rule drops, and finds every product that passes: %s', (_, options) => {
    fc.assert(
      fc.property(artifactAt, policies, request, (at, policy, asked) => {
        const artifact = artifacts[at] as Artifact;
        const answer = answerOf(artifact, policy, asked, options);
        const eligible = eligiblePlainly(artifact, policy, asked);
        const found = itemIds(answer);
        expect(found.filter((id) => !eligible.has(id))).toEqual([]);
        expect(new Set(found).size).toBe(found.length);
        checkAccount(answer, products - (asked.product === 'gone' ? 0 : 1));
        if (!policy.fallback.includes('popular')) return;
        expect(found.length).toBe(Math.min(answer.filled.wanted, eligible.size));
        if (answer.filled.missing > 0) expect(answer.filled.exhausted).toBe(true);
      }),
      runs,
    );
  });

  it('that is narrowed never adds a product', () => {
    fc.assert(
      fc.property(artifactAt, policies, request, rule(world, 'further'), (at, policy, asked, further) => {
        const artifact = artifacts[at] as Artifact;
        const narrow = policyOf({ ...policy, filters: [...policy.filters, further] });
        const wide = eligiblePlainly(artifact, policy, asked);
        const left = itemIds(answerOf(artifact, narrow, asked));
        expect(left.filter((id) => !wide.has(id))).toEqual([]);
        const { name, ...body } = further;
        const overriding = { ...asked, overrides: { filters: { [name]: body } } };
        expect(itemIds(answerOf(artifact, policy, overriding))).toEqual(left);
      }),
      { ...runs, numRuns: 150 },
    );
  });

  it('gives the same answer again, and in a batch', () => {
    fc.assert(
      fc.property(
        artifactAt,
        fc.array(policies, { minLength: 2, maxLength: 3 }),
        fc.array(fc.tuple(request, fc.nat(2)), { minLength: 2, maxLength: 6 }),
        (at, some, asked) => {
          const artifact = artifacts[at] as Artifact;
          const served = some.map((policy, i) => ({ ...policy, name: `p${i}` }));
          const named = asked.map(([one, i]) => ({ ...one, policy: `p${i % served.length}` }));
          const recommender = createRecommender(artifact, served);
          const batch = recommender.recommend(named);
          expect(recommender.recommend(named)).toEqual(batch);
          expect(named.map((one) => createRecommender(artifact, served).recommend([one])[0])).toEqual(batch);
        },
      ),
      { ...runs, numRuns: 60 },
    );
  });
});
