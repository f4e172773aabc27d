// What a merchandiser would try by hand: boosts, shares, the lot, diversity, pins, overrides, and what explain says.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PolicyDocument } from '../../src/policy/document.ts';
import { checkPolicy } from '../../src/policy/parse.ts';
import { type Artifact, openArtifact } from '../../src/recommend/artifact.ts';
import { createRecommender } from '../../src/recommend/open.ts';
import { type Failure, isFailure, type RecommendAnswer } from '../../src/recommend/recommender.ts';
import type { RecommendRequest } from '../../src/recommend/request.ts';
import { lastDay, temporaryFolder, writeShop } from './shop.ts';

const folder = temporaryFolder();
const dayMs = 86_400_000;
const nowMs = lastDay * dayMs;
let artifact: Artifact;

beforeAll(async () => {
  const file = folder.path('shop.sepet');
  await writeShop(file, { seed: 9, products: 300 });
  artifact = openArtifact(file);
});
afterAll(folder.remove);

const policyOf = (rest: object): PolicyDocument => checkPolicy({ name: 'test', ...rest });
const ask = (policy: object | PolicyDocument[], request: Partial<RecommendRequest> = {}) =>
  createRecommender(artifact, Array.isArray(policy) ? policy : policyOf(policy)).recommend([
    { product: 'P0', nowMs, ...request },
  ])[0] as RecommendAnswer | Failure;

function answer(policy: object | PolicyDocument[], request: Partial<RecommendRequest> = {}): RecommendAnswer {
  const made = ask(policy, request);
  if (isFailure(made)) throw new Error(made.error.message);
  return made;
}

const ids = ({ items }: RecommendAnswer): string[] => items.map(({ id }) => id);
const brandOf = (id: string): number =>
  artifact.catalog.columns.brand[artifact.catalog.ids.row(id)] as number;

describe('a ranking', () => {
  it('multiplies the odds of what matches, between two dates', () => {
    const boost = {
      name: 'acme',
      match: { brand: 'Acme' },
      between: ['2024-10-04', '2024-10-04'],
      boost: 50,
    };
    const acme = artifact.catalog.brands.find('Acme');
    const count = (day: number): number =>
      ids(answer({ rank: [boost] }, { nowMs: day * dayMs })).filter((id) => brandOf(id) === acme).length;
    expect(new Date(lastDay * dayMs).toISOString().slice(0, 10)).toBe('2024-10-04');
    expect(count(lastDay)).toBeGreaterThan(count(lastDay - 1));
    expect(count(lastDay + 1)).toBe(count(lastDay - 1));
    const boosted = answer({ rank: [boost] }, { explain: true });
    for (const item of boosted.explain?.items ?? [])
      expect(item.boosts ?? []).toEqual(
        brandOf(item.id) === acme ? [{ rule: 'acme', add: Number(Math.log(50).toFixed(4)) }] : [],
      );
  });

  it('keeps slots for new products, and draws others by lot, the same all day', () => {
    const { columns, ids: table } = artifact.catalog;
    const isNew = (id: string): boolean => lastDay - (columns.released[table.row(id)] as number) < 5;
    const fresh = { rank: [{ name: 'fresh', share: 0.3, newerThanDays: 5 }] };
    expect(ids(answer({})).filter(isNew).length).toBeLessThan(3);
    expect(ids(answer(fresh)).filter(isNew).length).toBeGreaterThanOrEqual(3);

    const lot = { rank: [{ name: 'lot', share: 0.4, seed: 'request' }] };
    const first = ids(answer(lot));
    expect(first.slice(0, 6)).toEqual(ids(answer({})).slice(0, 6));
    expect(first).not.toEqual(ids(answer({})));
    expect(ids(answer(lot, { nowMs: nowMs + dayMs - 1 }))).toEqual(first);
    expect(ids(answer(lot, { nowMs: nowMs + dayMs }))).not.toEqual(first);
    expect(ids(answer(lot, { seed: 4 }))).not.toEqual(first);
    const fixed = { rank: [{ name: 'lot', share: 0.4, seed: 4 }] };
    expect(ids(answer(fixed, { nowMs: nowMs + 9 * dayMs }))).toEqual(ids(answer(fixed)));
  });
});

describe('diversity', () => {
  it('keeps neighbours apart and holds to maxima while it can, and never shortens an answer', () => {
    const unlike = answer({ diversity: { noAdjacentSame: 'brand' } }).items;
    for (const [i, { id }] of unlike.slice(1).entries())
      expect(brandOf(id) === brandOf(unlike[i]?.id ?? '') && brandOf(id) !== 0xffff_ffff).toBe(false);
    const few = ids(answer({ limit: 8, diversity: { max: { brand: 2 } } }));
    const known = few.map(brandOf).filter((brand) => brand !== 0xffff_ffff);
    for (const brand of known) expect(known.filter((other) => other === brand).length).toBeLessThanOrEqual(2);
    const only = { filters: [{ name: 'acme', keep: { brand: 'Acme' }, unknown: 'drop' }] };
    expect(answer({ ...only, diversity: { max: { brand: 1 } } }).filled.returned).toBe(10);
  });

  it('by MMR gives items that are less like each other', () => {
    const { vectors, catalog } = artifact;
    const vector = (id: string): number[] => {
      const row = catalog.ids.row(id);
      return [...vectors.in.subarray(row * vectors.dims, (row + 1) * vectors.dims)];
    };
    const likeness = (found: readonly string[]): number => {
      const [first, ...others] = found.map(vector);
      const dot = (a: number[] = [], b: number[] = []): number =>
        a.reduce((s, x, i) => s + x * (b[i] ?? 0), 0);
      return others.reduce((s, one) => s + dot(first, one) / Math.sqrt(dot(first, first) * dot(one, one)), 0);
    };
    expect(likeness(ids(answer({ diversity: { mmr: 0.9 } })))).toBeLessThan(likeness(ids(answer({}))));
  });
});

describe('pins and includes', () => {
  it('stand where they are told to, under the rules', () => {
    const [outOfStock] = ids(
      answer({ filters: [{ name: 'gone', keep: { inStock: false }, unknown: 'drop' }] }),
    );
    const pins = ['P250', { id: 'P260', position: 4 }, { id: outOfStock, position: 2 }];
    const pinned = answer({ pins, filters: [{ name: 'stock', keep: { inStock: true } }] }, { explain: true });
    expect(ids(pinned)).not.toContain(outOfStock);
    const { columns, ids: table } = artifact.catalog;
    const isKept = (id: string): boolean => columns.stock[table.row(id)] !== 0;
    if (isKept('P250')) expect(ids(pinned)[0]).toBe('P250');
    if (isKept('P260')) expect(ids(pinned)[3]).toBe('P260');
    expect(pinned.explain?.items.filter((item) => item.pinned)).not.toHaveLength(0);
    expect(pinned.filled.returned).toBe(10);
  });

  it('adds candidates that no look would have found', () => {
    const narrow = { candidates: { count: 10, max: 10 }, fallback: [], rank: [] };
    const [last] = ids(answer({ ...narrow, limit: 100, candidates: { count: 100, max: 100 } })).slice(-1);
    const boosted = { ...narrow, rank: [{ name: 'b', match: { ids: [last] }, boost: 1000 }] };
    expect(ids(answer(boosted))).not.toContain(last);
    expect(ids(answer(boosted, { include: [last as string] }))[0]).toBe(last);
  });
});

describe('several policies and overrides', () => {
  const served = [
    policyOf({ name: 'pdp', filters: [{ name: 'adult', drop: { brand: 'Acme' }, mandatory: true }] }),
    policyOf({ name: 'cart', placement: 'cart', limit: 3 }),
  ];

  it('are chosen by name, by placement, or by default', () => {
    expect(answer(served).policy).toBe('pdp@1');
    expect(answer(served, { policy: 'cart' })).toMatchObject({ policy: 'cart@1', filled: { wanted: 3 } });
    expect(answer(served, { placement: 'cart' }).policy).toBe('cart@1');
    expect(answer(served, { placement: 'elsewhere' }).policy).toBe('pdp@1');
    expect(ask(served, { policy: 'card' })).toMatchObject({
      error: { code: 'policy_unknown', message: expect.stringContaining('"cart"') },
    });
  });

  it('change what is not mandatory', () => {
    expect(ids(answer(served, { overrides: { limit: 2 } }))).toEqual(ids(answer(served)).slice(0, 2));
    const sorted = answer(served, { overrides: { sort: 'price' }, fields: ['price'] }).items;
    const prices = sorted.map(({ price }) => price ?? Number.POSITIVE_INFINITY);
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    expect(ask(served, { overrides: { filters: { adult: false } } })).toMatchObject({
      error: { code: 'policy_invalid', message: expect.stringContaining('adult') },
    });
  });
});

describe('explain', () => {
  it('lists each candidate with its scores, its drop or its places', () => {
    const { explain, items, filled } = answer(
      {
        candidates: { count: 40, blend: { embedding: 0.75, cooccurrence: 0.25 } },
        filters: [{ name: 'stock', keep: { inStock: true } }],
        rank: [{ name: 'margin', field: 'margin', weight: 0.2 }],
        diversity: { noAdjacentSame: 'category', mmr: 0.2 },
      },
      { explain: true },
    );
    const looked = explain?.looked ?? [];
    expect(looked).toHaveLength(explain?.candidates ?? -1);
    expect(looked.filter(({ drop }) => drop?.rule === 'stock')).toHaveLength(filled.filteredBy?.stock ?? -1);
    for (const { scores, source, score, blended, total, boosts = [], drop, before } of looked) {
      expect(scores[source as 'embedding']).toBeCloseTo(score, 3);
      expect(blended).toBeCloseTo(0.75 * (scores.embedding ?? 0) + 0.25 * (scores.cooccurrence ?? 0), 3);
      if (drop !== undefined) {
        expect([drop.candidate, drop.against, before]).toEqual([false, true, undefined]);
        continue;
      }
      expect(total).toBeCloseTo(
        boosts.reduce((sum, { add }) => sum + add, blended ?? 0),
        3,
      );
    }
    for (const {
      inOut = 0,
      popularity = 0,
      cooccurrence = 0,
      blended,
      boosts = [],
      total,
    } of explain?.items ?? []) {
      expect(blended).toBeCloseTo(0.75 * (inOut + popularity) + 0.25 * cooccurrence, 3);
      expect(total).toBeCloseTo(
        boosts.reduce((sum, { add }) => sum + add, blended ?? 0),
        3,
      );
    }
    const kept = looked.filter(({ drop }) => drop === undefined);
    expect(kept.map(({ before }) => before).toSorted((a = 0, b = 0) => a - b)).toEqual(
      kept.map((_, i) => i + 1),
    );
    const shown = looked.filter(({ after }) => after !== undefined);
    expect(shown.toSorted((a, b) => (a.after ?? 0) - (b.after ?? 0)).map(({ id }) => id)).toEqual(
      ids({ items } as RecommendAnswer),
    );
  });
});
