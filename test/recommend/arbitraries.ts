// Random policies and requests over a shop of test/recommend/shop.ts, for property tests.

import fc from 'fast-check';
import type { PolicyDocument, RankDocument } from '../../src/policy/document.ts';
import { checkPolicy } from '../../src/policy/parse.ts';
import type { RecommendRequest, RequestFilters } from '../../src/recommend/request.ts';
import { rankRule, rule, type World } from '../policy/arbitraries.ts';
import { brandNames, categoryPaths, genderWords, lastDay } from './shop.ts';

export const day = lastDay + 1;
export const nowMs = day * 86_400_000 + 12_345;

export const policyOf = (rest: object): PolicyDocument => checkPolicy({ name: 'test', ...rest });

/** Of the products with these ids, and one that is not there. */
export function asking(ids: readonly string[]) {
  const world: World = { categories: categoryPaths, brands: brandNames, ids, fields: ['margin'] };
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
      basket: fc.option(fc.array(fc.constantFrom(...ids, 'gone', 'gone too'), { maxLength: 4 }), {
        nil: undefined,
      }),
    })
    .map(({ filters: narrow, include, seed: own, basket, ...rest }) => ({
      ...rest,
      ...{ fallback: true, nowMs },
      ...(narrow && { filters: narrow }),
      ...(include && { include }),
      ...(own !== undefined && { seed: own }),
      ...(basket && { basket }),
    }));

  return { world, plainPolicies, policies, request };
}
