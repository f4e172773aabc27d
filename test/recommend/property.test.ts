// Random policies and requests against the plain reading of docs/policy.md, and what must hold of every answer.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PolicyDocument, RuleDocument } from '../../src/policy/document.ts';
import { type Artifact, openArtifact } from '../../src/recommend/artifact.ts';
import type { EligibleOptions } from '../../src/recommend/eligible.ts';
import { narrowingRules } from '../../src/recommend/narrow.ts';
import { createRecommender } from '../../src/recommend/open.ts';
import { isFailure, type RecommendAnswer } from '../../src/recommend/recommender.ts';
import type { RecommendRequest } from '../../src/recommend/request.ts';
import { rule } from '../policy/arbitraries.ts';
import { dropsPlainly, type PlainProduct } from '../policy/reference.ts';
import { asking, day, nowMs, policyOf } from './arbitraries.ts';
import { nobody, plainProducts } from './products.ts';
import { answerPlainly } from './reference.ts';
import { temporaryFolder, writeShop } from './shop.ts';

const products = 150;
const shopSeeds = [5, 6];
const seed = 20_260_501;
const runs = { seed, numRuns: 200 };
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
const { world, plainPolicies, policies, request } = asking(ids);

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

/** The products asked for that are there, each once. */
function knownOf({ catalog }: Artifact, { product, basket = [] }: RecommendRequest): string[] {
  return [...new Set([product, ...basket])].filter((id) => catalog.ids.row(id) >= 0);
}

function expected(artifact: Artifact, policy: PolicyDocument, asked: RecommendRequest) {
  const { product, limit = 10, gamma = 0.5, filters: narrow, include = [], seed: own } = asked;
  const rowOf = artifact.catalog.ids.row;
  const known = knownOf(artifact, asked).map(rowOf);
  const { rows, filled } = answerPlainly(artifact, policy, {
    ...{ product, limit, gamma, nowMs, seed: own, asked: known },
    extra: narrowingRules(narrow),
    include: include.map(rowOf).filter((row) => row >= 0),
  });
  return { ids: rows.map(artifact.catalog.ids.id), filled };
}

/** The products that every rule lets pass, by the plain reading. */
function eligiblePlainly(artifact: Artifact, policy: PolicyDocument, asked: RecommendRequest): Set<string> {
  const all = plainProducts(artifact);
  const [first = '', ...others] = knownOf(artifact, asked);
  const query = all[artifact.catalog.ids.row(first)] ?? nobody;
  const blocks: RuleDocument = { name: 'blocks', drop: { ids: policy.blocks }, unknown: 'keep' };
  const rules = [blocks, ...policy.filters, ...narrowingRules(asked.filters)];
  const passes = (candidate: PlainProduct): boolean =>
    !rules.some((one) => dropsPlainly(one, candidate, query, day));
  return new Set(
    all.filter((one) => ![first, ...others].includes(one.id) && passes(one)).map(({ id }) => id),
  );
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
        checkAccount(answer, products - knownOf(artifact, asked).length);
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
        checkAccount(answer, products - knownOf(artifact, asked).length);
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
