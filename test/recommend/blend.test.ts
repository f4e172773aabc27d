// Several sources, one after the other and blended, against the plain formulas.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeOverlay } from '../../src/catalog/overlay.ts';
import type { PolicyDocument } from '../../src/policy/document.ts';
import { type Artifact, openArtifact, withOverlay } from '../../src/recommend/artifact.ts';
import { fmShift } from '../../src/recommend/features.ts';
import { narrowingRules } from '../../src/recommend/narrow.ts';
import { createRecommender, type RecommenderOptions } from '../../src/recommend/open.ts';
import { type BlendAccount, isFailure, type RecommendAnswer } from '../../src/recommend/recommender.ts';
import type { RecommendRequest } from '../../src/recommend/request.ts';
import { asking, policyOf } from './arbitraries.ts';
import { answerPlainly } from './reference.ts';
import { enriched, fittedBlend } from './rich.ts';
import { temporaryFolder, writeShop } from './shop.ts';

const products = 150;
const runs = { seed: 20_261_122, numRuns: 60 };
const folder = temporaryFolder();
let plain: Artifact;
/** With everything, and with everything but a blend. */
let rich: Artifact;
let unfitted: Artifact;

beforeAll(async () => {
  const file = folder.path('shop.sepet');
  await writeShop(file, { seed: 5, products });
  plain = openArtifact(file);
  rich = enriched(plain);
  unfitted = enriched(plain, { blend: null });
});
afterAll(folder.remove);

const ids = Array.from({ length: products }, (_, row) => `P${row}`);
const { policies, request } = asking(ids);

function answerOf(
  artifact: Artifact,
  policy: PolicyDocument | [],
  asked: RecommendRequest,
  options?: RecommenderOptions,
): RecommendAnswer {
  const [answer] = createRecommender(artifact, policy, options).recommend([asked]);
  if (answer === undefined || isFailure(answer)) throw new Error(JSON.stringify(answer));
  return answer;
}

function expected(artifact: Artifact, policy: PolicyDocument, asked: RecommendRequest) {
  const { product, basket = [], limit = 10, filters, include = [], seed, nowMs = 0 } = asked;
  const { row: rowOf, id } = artifact.catalog.ids;
  const known = [...new Set([product, ...basket])].map(rowOf).filter((row) => row >= 0);
  const isFitted = policy.candidates.blend !== undefined && artifact.blend !== undefined;
  const { rows, filled } = answerPlainly(artifact, policy, {
    ...{ product, limit, nowMs, seed, asked: known, extra: narrowingRules(filters) },
    gamma: asked.gamma ?? (isFitted ? fittedBlend.gamma : 0.5),
    include: include.map(rowOf).filter((row) => row >= 0),
    shift: fmShift(artifact.fm, asked),
  });
  return { ids: rows.map(id), filled };
}

const depths = fc.constantFrom([10, 10], [10, 40], [60, 60], [100, 300]);
const orders = fc.shuffledSubarray(['embedding', 'cooccurrence', 'fm', 'similar'], { minLength: 1 });
const weights: Readonly<Record<string, number>> = { embedding: 4, cooccurrence: 2, fm: 1, similar: 1 };

/** Weights of a quarter, an eighth and so on, that sum to 1. */
function weighed(source: readonly string[], known: readonly string[] = source): Record<string, number> {
  const own = source.filter((name) => known.includes(name));
  const all = own.reduce((sum, name) => sum + (weights[name] as number), 0);
  return Object.fromEntries(own.map((name) => [name, (weights[name] as number) / all]));
}

/** A policy like one of those of the other tests, with candidates of its own. */
const withCandidates = (blendOf: (source: readonly string[]) => unknown) =>
  fc.tuple(policies, orders, depths).map(([policy, source, [count, max]]) => {
    const blend = blendOf(source);
    return policyOf({
      ...policy,
      candidates: { count, max, source, ...(blend !== undefined && { blend }) },
    });
  });

const askedOf = fc
  .tuple(request, fc.constantFrom(undefined, { kind: 'old' }, { kind: 'neither' }), fc.boolean())
  .map(([asked, user, isAtHome]) => {
    // Without one, the gamma of the blend or of the artifact holds.
    const { gamma, ...rest } = asked;
    return {
      ...rest,
      ...(gamma !== 0.5 && { gamma }),
      ...(user && { user }),
      ...(isAtHome && { context: { place: 'home' } }),
    } as RecommendRequest;
  });

/** Products that nobody knows can be asked by their user, which the plain reading does not. */
const known = askedOf.filter(({ product }) => product !== 'gone');

const itemIds = ({ items }: RecommendAnswer): string[] => items.map(({ id }) => id);

describe('several sources give what the plain formulas give', () => {
  const calibrated = Object.keys(fittedBlend.calibration);
  const ways: [string, () => Artifact, (source: readonly string[]) => unknown][] = [
    ['one after the other', () => unfitted, () => undefined],
    ['weighed as they are', () => unfitted, weighed],
    ['weighed and calibrated', () => rich, (source) => orFitted(weighed(source, calibrated))],
    ['as they were fitted', () => rich, () => 'fitted'],
  ];
  const orFitted = (own: Record<string, number>) => (Object.keys(own).length === 0 ? 'if-fitted' : own);
  it.each(ways)('%s', (_, artifactOf, blendOf) => {
    fc.assert(
      fc.property(withCandidates(blendOf), known, (policy, asked) => {
        const answer = answerOf(artifactOf(), policy, asked);
        const byTheBook = expected(artifactOf(), policy, asked);
        expect(itemIds(answer)).toEqual(byTheBook.ids);
        expect(answer.filled).toEqual(byTheBook.filled);
      }),
      runs,
    );
  });
});

describe('an explanation', () => {
  const policy = policyOf({ candidates: { blend: 'fitted' } });
  /** What the parts of an account come to. */
  const sumOf = ({ shares, popularity = 0, offset = 0 }: BlendAccount): number =>
    shares.reduce((sum, { weight, calibrated = 0 }) => sum + weight * calibrated, popularity + offset);

  it('shows what each source says, raw and calibrated, its weight and the sum', () => {
    for (const product of ids.slice(0, 20)) {
      const { items, explain } = answerOf(rich, policy, { product, explain: true });
      expect(explain?.gamma).toBe(fittedBlend.gamma);
      for (const [i, { blend, blended, total, source }] of explain?.items.entries() ?? []) {
        if (source === 'fallback') continue;
        if (blend === undefined) throw new Error('There is no account.');
        expect(sumOf(blend)).toBeCloseTo(blend.sum, 3);
        expect([blended, total]).toEqual([blend.sum, items[i]?.score]);
        for (const { source: name, score, calibrated: odds } of blend.shares) {
          const { log, scale, offset, unknown } = fittedBlend.calibration[name] ?? expect.fail(name);
          const x = log && score !== undefined ? Math.log(score) : score;
          expect(odds).toBeCloseTo(x === undefined ? unknown : scale * x + offset, 3);
        }
      }
    }
  });

  it('has an account of each product of a basket, which merge with the temperature', () => {
    const { temperature } = fittedBlend;
    const basket = ids.slice(3, 7);
    const { explain } = answerOf(rich, policy, { product: 'P1', basket, explain: true });
    for (const { byProduct = [], blended = 0 } of explain?.items ?? []) {
      expect(byProduct.map(({ product }) => product)).toEqual(['P1', ...basket]);
      // The machine knows all, but does not weigh for all.
      const heard = byProduct.filter(({ blend }) =>
        blend?.shares.some(({ weight, score }) => weight > 0 && score !== undefined),
      );
      const sum = heard.reduce((all, { score }) => all + Math.exp(score / temperature), 0);
      expect(temperature * Math.log(sum)).toBeCloseTo(blended, 2);
    }
  });

  it('of raw scores shows these and their weights', () => {
    const own = policyOf({
      candidates: { source: ['embedding', 'fm'], blend: { embedding: 0.75, fm: 0.25 } },
    });
    const { explain } = answerOf(unfitted, own, { product: 'P1', explain: true });
    for (const { blend } of explain?.items ?? []) {
      const { shares = [], sum } = blend ?? {};
      expect(shares.map(({ source, weight }) => [source, weight])).toEqual([
        ['embedding', 0.75],
        ['fm', 0.25],
      ]);
      expect(shares.reduce((all, { score = 0, weight }) => all + score * weight, 0)).toBeCloseTo(sum ?? 0, 3);
    }
  });
});

describe('the built-in policy', () => {
  it('blends where the artifact was tuned, and asks one source after the other elsewhere', () => {
    const isBlended = (artifact: Artifact): boolean | undefined =>
      answerOf(artifact, [], { product: 'P1', explain: true }).explain?.items.some(
        ({ blend }) => blend !== undefined,
      );
    expect([rich, unfitted, plain].map(isBlended)).toEqual([true, false, false]);
    expect(createRecommender(rich, []).info.policy).toBe('default@1');
  });
});

describe('what the artifact does not hold', () => {
  const opened = (artifact: Artifact, candidates: object) => () =>
    createRecommender(artifact, policyOf({ candidates }));
  it.each([
    ['fm', { source: ['fm'] }, 'asks for "fm", but this artifact holds no factorization machine'],
    ['similar', { source: ['embedding', 'similar'] }, 'candidates.source.1 asks for "similar"'],
    ['a fitted blend', { blend: 'fitted' }, 'is "fitted", but this artifact has no fitted blend'],
  ])('is refused: %s', (_, candidates, said) => {
    expect(opened(plain, candidates)).toThrow(
      expect.objectContaining({ code: 'policy_invalid', message: expect.stringContaining(said) }),
    );
  });

  it('is refused where its own blend cannot calibrate a source that weighs', () => {
    const candidates = { source: ['embedding', 'similar'], blend: { embedding: 0.5, similar: 0.5 } };
    expect(opened(rich, candidates)).toThrow('candidates.blend.similar weighs "similar"');
    expect(opened(unfitted, candidates)).not.toThrow();
  });

  it('is refused as a user or a context', () => {
    const [answer] = createRecommender(plain, []).recommend([{ product: 'P1', user: { kind: 'new' } }]);
    expect(answer).toMatchObject({ error: { code: 'option_invalid' } });
  });
});

describe('the machine', () => {
  const alone = policyOf({ candidates: { source: ['fm'] }, fallback: [] });

  it('answers a product that nobody knows by who asks', () => {
    const { fm } = rich;
    if (fm === undefined) throw new Error('There is no machine.');
    const asked = { product: 'gone', fallback: true, user: { kind: 'old' } };
    const shift = fmShift(fm, asked) ?? expect.fail('The column says nothing.');
    const { items } = answerOf(rich, alone, asked);
    const scores = Array.from({ length: products }, (_, row) => {
      const out = fm.out.subarray(row * (fm.factors + 1), (row + 1) * (fm.factors + 1));
      return shift.reduce((sum, x, i) => sum + x * (out[i] as number), out[fm.factors] as number);
    });
    const best = scores.toSorted((a, b) => b - a).slice(0, items.length);
    expect(items.map(({ score }) => score)).toEqual(best.map((score) => Math.round(score * 1e4) / 1e4));
    expect(new Set(items.map(({ source }) => source))).toEqual(new Set(['fm']));
  });

  it('and the blend leave out what deltas removed, and take what they changed', () => {
    const gone = ids.filter((_, i) => i % 3 === 1);
    const changes = new Map(gone.map((id) => [id, { id, removed: true as const }]));
    const { overlay } = makeOverlay(rich.catalog, changes, 1);
    const after = withOverlay(rich, overlay);
    for (const policy of [alone, policyOf({ candidates: { blend: 'fitted' }, limit: 40 })]) {
      const asked = { product: 'P0', basket: ['P3', 'P6'] };
      const found = itemIds(answerOf(rich, policy, asked, { overlay }));
      expect(found.filter((id) => gone.includes(id))).toEqual([]);
      const plainly = answerPlainly(rich, policyOf({ ...policy, blocks: gone }), {
        ...{ product: 'P0', asked: ['P0', 'P3', 'P6'].map(after.catalog.ids.row), limit: policy.limit },
        ...{ gamma: fittedBlend.gamma, extra: [], nowMs: Date.now() },
      });
      expect(found).toEqual(plainly.rows.map(rich.catalog.ids.id));
    }
  });
});

describe("a user tower's vector", () => {
  it('takes part of the place of the vectors of products', () => {
    const { vectors, manifest, catalog } = plain;
    const { dims } = vectors;
    const alone = policyOf({ candidates: { source: ['embedding'] }, fallback: [] });
    const towered = { vector: vectors.in.slice(9 * dims, 10 * dims), weight: 0.25 };
    const { items } = answerOf(plain, alone, { product: 'P0', towered, limit: 30 });
    const from = catalog.ids.row('P0') * dims;
    for (const { id, score } of items) {
      const to = catalog.ids.row(id) * (dims + 1);
      let sum = (manifest.gamma / manifest.popularity.scale) * (vectors.out[to + dims] as number);
      for (let i = 0; i < dims; i++)
        sum +=
          (0.75 * (vectors.in[from + i] as number) + 0.25 * (towered.vector[i] as number)) *
          (vectors.out[to + i] as number);
      expect(score).toBeCloseTo(sum, 3);
    }
  });
});

describe('a vector that was made from neighbours', () => {
  it('is said to be', () => {
    const { manifest } = plain;
    const cold = { ...plain, manifest: { ...manifest, counts: { ...manifest.counts, cold: 60 } } };
    const [own, made] = [plain, cold].map((artifact) => answerOf(artifact, [], { product: 'P0', limit: 60 }));
    expect(made?.items.map(({ id }) => id)).toEqual(own?.items.map(({ id }) => id));
    const first = manifest.counts.trained - 60;
    for (const [i, { id, source }] of made?.items.entries() ?? []) {
      const isMade = plain.catalog.ids.row(id) >= first;
      const before = own?.items[i]?.source;
      expect(source).toBe(isMade && before === 'embedding' ? 'cold' : before);
    }
    expect(made?.filled.from.cold).toBeGreaterThan(0);
  });
});
