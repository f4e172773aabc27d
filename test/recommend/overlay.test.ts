// Deltas laid over an artifact against the artifact that is built from the table with the deltas folded in: the same
// answers, whatever is asked. What a build alone can make anew is taken over from the artifact that the deltas are laid
// over, and only that: price bands, and the lists of the most ordered by category and gender. Asked is without popularity:
// its mean is that of the products that are left, so that all scores differ by one number, and ties by its rounding.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lists } from '../../src/artifact/lists.ts';
import { makeOverlay, type Overlay } from '../../src/catalog/overlay.ts';
import type { PolicyDocument } from '../../src/policy/document.ts';
import { type Artifact, openArtifact, withOverlay } from '../../src/recommend/artifact.ts';
import type { EligibleOptions } from '../../src/recommend/eligible.ts';
import { createRecommender } from '../../src/recommend/open.ts';
import { type Failure, isFailure, type RecommendAnswer } from '../../src/recommend/recommender.ts';
import { fieldNames, type RecommendRequest } from '../../src/recommend/request.ts';
import { foldInputs } from '../../src/training/build/fold.ts';
import { changesOf } from '../catalog/arbitraries.ts';
import { asking } from './arbitraries.ts';
import { brandNames, categoryPaths, lastDay, temporaryFolder, writeShop } from './shop.ts';

const products = 150;
const seed = 20_260_522;
const cases = 12;
const folder = temporaryFolder();
afterAll(folder.remove);

const ids = Array.from({ length: products }, (_, row) => `P${row}`);
const coming = ['N1', 'N2', 'M3', 'a new one', 'Ürün'];
const changeWorld = {
  ids: [...ids, ...coming],
  categories: categoryPaths,
  brands: [...brandNames, 'Epsilon', 'Ölçek'],
  groups: ['model-1', 'model-2', 'fresh-1', 'fresh-2'],
  day: lastDay,
};

interface Case {
  readonly built: Artifact;
  readonly overlay: Overlay;
  readonly folded: Artifact;
}
const made: Case[] = [];

/** A list of the built artifact's rows as the folded one counts them. */
function carried({ offsets, rows }: Lists, rowOf: (row: number) => number): Lists {
  const lists = Array.from({ length: offsets.length - 1 }, (_, i) =>
    Array.from(rows.subarray(offsets[i], offsets[i + 1]), rowOf).filter((row) => row >= 0),
  );
  const ends = lists.map((_, i) => lists.slice(0, i + 1).reduce((sum, { length }) => sum + length, 0));
  return { offsets: Uint32Array.of(0, ...ends), rows: Uint32Array.from(lists.flat()) };
}

/** The folded artifact with the price bands and lists that the other was built with. */
function withWhatStays(folded: Artifact, built: Artifact, overlay: Overlay): Artifact {
  const { catalog } = withOverlay(built, overlay);
  const rowOf = (row: number): number => folded.catalog.ids.row(built.catalog.ids.id(row));
  const band = Uint8Array.from({ length: folded.catalog.products }, (_, row) => {
    const before = catalog.ids.row(folded.catalog.ids.id(row));
    return catalog.columns.band[before] as number;
  });
  const { category, gender } = built.popularity;
  return {
    ...folded,
    catalog: { ...folded.catalog, columns: { ...folded.catalog.columns, band } },
    popularity: {
      ...folded.popularity,
      category: carried(category, rowOf),
      gender: carried(gender, rowOf),
    },
  };
}

beforeAll(async () => {
  const samples = fc.sample(changesOf(changeWorld), { seed, numRuns: cases });
  for (const [i, sample] of samples.entries()) {
    // Of the added products some must be there, with a title.
    const changes = new Map(sample.map((change) => [change.id, change]));
    changes.set('N1', {
      id: 'N1',
      title: 'A new one',
      price: 990,
      category: 'Home/Lamps',
      ...changes.get('N1'),
    });
    const options = { seed: i + 1, products };
    await writeShop(folder.path(`${i}-built.sepet`), options);
    await writeShop(folder.path(`${i}-folded.sepet`), {
      ...options,
      fold: (inputs) => foldInputs(inputs, changes).inputs,
    });
    const built = openArtifact(folder.path(`${i}-built.sepet`));
    const { overlay } = makeOverlay(built.catalog, changes, 1);
    const folded = withWhatStays(openArtifact(folder.path(`${i}-folded.sepet`)), built, overlay);
    made.push({ built, overlay, folded });
  }
});

const asked = asking([...ids, ...coming]);

/** Everything of an answer but whose it is. */
function told(answer: RecommendAnswer | Failure | undefined) {
  if (answer === undefined || isFailure(answer)) throw new Error(JSON.stringify(answer));
  const { artifact: _, recommendation: __, ...rest } = answer;
  return rest;
}

function both(at: number, policy: PolicyDocument, request: RecommendRequest, options: EligibleOptions = {}) {
  const { built, overlay, folded } = made[at] as Case;
  const plain = { ...request, fields: fieldNames, gamma: 0 };
  return {
    overlaid: told(createRecommender(built, policy, { ...options, overlay }).recommend([plain])[0]),
    folded: told(createRecommender(folded, policy, options).recommend([plain])[0]),
  };
}

const at = fc.nat(cases - 1);
const ways: [string, EligibleOptions][] = [
  ['by inverted lists and bits', { walkedRows: 0 }],
  ['by bits alone', { walkedRows: 0, scannedRows: 0 }],
];

describe(`an artifact with deltas (fast-check seed ${seed})`, () => {
  it('answers as the one that is built with them folded in, with the same account', () => {
    fc.assert(
      fc.property(at, asked.policies, asked.request, fc.boolean(), (i, policy, request, explain) => {
        const { overlaid, folded } = both(i, policy, { ...request, explain });
        expect(overlaid).toEqual(folded);
      }),
      { seed, numRuns: 400 },
    );
  });

  // The account may name other rules first: a list that still holds removed products is longer.
  it.each(ways)('answers alike however the eligible are found: %s', (_, options) => {
    fc.assert(
      fc.property(at, asked.plainPolicies, asked.request, (i, policy, { include: __, ...request }) => {
        const { overlaid, folded } = both(i, policy, request, options);
        expect(overlaid.items).toEqual(folded.items);
        const { filteredBy: ___, outside: ____, ...account } = overlaid.filled;
        expect(folded.filled).toMatchObject(account);
      }),
      { seed, numRuns: 200 },
    );
  });

  it('never shows what was removed, and does not know it', () => {
    fc.assert(
      fc.property(at, asked.policies, asked.request, (i, policy, request) => {
        const { built, overlay } = made[i] as Case;
        const recommender = createRecommender(built, policy, { overlay });
        const gone = ids.filter((id) => recommender.product(id) === undefined);
        const [answer] = recommender.recommend([{ ...request, limit: 100, include: gone, explain: true }]);
        if (answer === undefined || isFailure(answer)) throw new Error(JSON.stringify(answer));
        const shown = [
          ...answer.items,
          ...(answer.explain?.looked ?? []),
          ...(answer.explain?.dropped.flatMap(({ examples }) => examples) ?? []),
        ].map(({ id }) => id);
        expect(shown.filter((id) => gone.includes(id))).toEqual([]);
        const unknown = recommender.recommend(gone.map((product) => ({ product })));
        expect(unknown.every((one) => isFailure(one) && one.error.code === 'product_unknown')).toBe(true);
        const all = recommender.popularIds(1000);
        expect(all.length).toBe(recommender.info.products);
        expect(all.filter((id) => gone.includes(id))).toEqual([]);
      }),
      { seed, numRuns: 100 },
    );
  });
});

describe('what was removed from a catalogue that is searched by its graph', () => {
  const rows = 9000;
  let artifact: Artifact;
  beforeAll(async () => {
    await writeShop(folder.path('large.sepet'), { seed: 9, products: rows });
    artifact = openArtifact(folder.path('large.sepet'));
  });
  const ask = (request: Partial<RecommendRequest>, overlay?: Overlay): RecommendAnswer => {
    const recommender = createRecommender(artifact, [], overlay && { overlay });
    const [answer] = recommender.recommend([{ product: 'P5', explain: true, ...request }]);
    if (answer === undefined || isFailure(answer)) throw new Error(JSON.stringify(answer));
    return answer;
  };
  const without = (gone: readonly string[]): Overlay =>
    makeOverlay(artifact.catalog, new Map(gone.map((id) => [id, { id, removed: true }])), 1).overlay;

  it.each<[string, Partial<RecommendRequest>]>([
    ['by the graph', {}],
    ['under a filter', { filters: { inStock: true } }],
    ['under a filter that leaves few', { filters: { brand: ['Acme'], category: ['Tech/Audio/Cables'] } }],
  ])('is replaced by what comes behind it: %s', (_, request) => {
    const all = ask({ ...request, limit: 100 }).items.map(({ id }) => id);
    const overlay = without(all.slice(0, 50));
    const left = ask({ ...request, limit: 50 }, overlay);
    expect(left.explain?.search).not.toBe('none');
    const found = left.items.map(({ id }) => id);
    expect(found).toHaveLength(50);
    expect(found.filter((id) => all.slice(0, 50).includes(id))).toEqual([]);
    // The vectors are random, which is the hardest for a graph.
    expect(found.filter((id) => all.slice(50).includes(id)).length).toBeGreaterThanOrEqual(40);
  });

  it('does not count, wherever it stood', () => {
    const gone = Array.from({ length: rows - 100 }, (_, row) => `P${row + 100}`);
    const { filled, items } = ask({ limit: 100, filters: { inStock: true } }, without(gone));
    expect(items.every(({ id }) => Number(id.slice(1)) < 100)).toBe(true);
    const { returned, filteredBy = {}, outside = 0, exhausted } = filled;
    expect(exhausted).toBe(true);
    const dropped = Object.values(filteredBy).reduce((sum, count) => sum + count, 0);
    expect(returned + dropped + outside).toBe(99);
  });
});
