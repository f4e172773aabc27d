// Title search against a plain look at every title, and how words are folded.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProductChange } from '../../src/catalog/changes.ts';
import { makeOverlay } from '../../src/catalog/overlay.ts';
import { type Artifact, openArtifact } from '../../src/recommend/artifact.ts';
import { createRecommender } from '../../src/recommend/open.ts';
import type { Recommender, SearchRequest } from '../../src/recommend/recommender.ts';
import { wordsOf } from '../../src/recommend/words.ts';
import { brandNames, categoryPaths, temporaryFolder, writeShop } from './shop.ts';

const products = 600;
const seed = 20_261_122;
const folder = temporaryFolder();
let artifact: Artifact;

const parts = [
  'Işık',
  'IŞIKLI',
  'ışın',
  'Isı',
  'İnce',
  'Çelik',
  'celik',
  'Şemsiye',
  'semiz',
  'Gümüş',
  'a',
  'Ab',
];
const more = [
  'çaydanlık',
  'Çay',
  'σοφία',
  'Ёлка',
  '茶',
  'e\u0301te\u0301',
  'été',
  '42',
  '4K',
  'T-light',
  'ﬁx',
  '🙂',
];
const vocabulary = [...parts, ...more];

/** Titles of up to five words of the vocabulary; some have none. */
const titleOf = (row: number): string | null => {
  if (row % 17 === 0) return null;
  const count = 1 + (row % 5);
  const chosen = Array.from(
    { length: count },
    (_, i) => vocabulary[(row * 7 + i * i * 5) % vocabulary.length],
  );
  return chosen.join(row % 3 === 0 ? ', ' : ' ');
};

beforeAll(async () => {
  const file = folder.path('shop.sepet');
  await writeShop(file, {
    seed: 31,
    products,
    fold: (inputs) => {
      const titles = inputs.products.ids.map((_, row) => titleOf(row));
      return { ...inputs, products: { ...inputs.products, titles } };
    },
  });
  artifact = openArtifact(file);
});
afterAll(folder.remove);

/** Words by the book: decomposed, lowered, without marks; every i alike. What lies beyond 65,535 counts as a letter. */
function plainWords(text: string): string[] {
  const lowered = text.normalize('NFD').toLowerCase().replaceAll('ı', 'i').replace(/\p{M}/gu, '');
  return lowered.split(/[^\p{L}\p{N}\p{Cs}\u{10000}-\u{10ffff}]+/u).filter((word) => word !== '');
}

function searchPlainly(
  recommender: Recommender,
  { q = '', category, brand, limit = 20, offset = 0 }: SearchRequest,
) {
  const asked = plainWords(q);
  const matches = recommender.popularIds(100_000).filter((id) => {
    const facts = recommender.product(id);
    const words = plainWords(facts?.title ?? '');
    if (q !== '' && asked.length === 0) return false;
    if (!asked.every((prefix) => words.some((word) => word.startsWith(prefix)))) return false;
    const path = facts?.category;
    if (category && !category.some((one) => path === one || path?.startsWith(`${one}/`))) return false;
    return brand === undefined || (facts?.brand !== undefined && brand.includes(facts.brand));
  });
  return { ids: matches.slice(offset, offset + limit), more: matches.length > offset + limit };
}

const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(...vocabulary),
      fc.constantFrom(...vocabulary).chain((word) => fc.nat(word.length).map((end) => word.slice(0, end))),
      fc.constantFrom('isik', 'ISIK', 'İŞ', 'cay', 'zzz', '-', '4', 't', 'Σ', 'е'),
    ),
    { maxLength: 3 },
  )
  .map((words) => words.join(' '));

const request: fc.Arbitrary<SearchRequest> = fc.record(
  {
    q: text,
    category: fc.array(fc.constantFrom(...categoryPaths), { minLength: 1, maxLength: 2 }),
    brand: fc.array(fc.constantFrom(...brandNames), { minLength: 1, maxLength: 2 }),
    limit: fc.integer({ min: 1, max: 20 }),
    offset: fc.nat(30),
  },
  { requiredKeys: [] },
);

function check(recommender: Recommender): void {
  fc.assert(
    fc.property(request, (asked) => {
      const { products: found, more: hasMore } = recommender.searchProducts(asked);
      expect({ ids: found.map(({ id }) => id), more: hasMore }).toEqual(searchPlainly(recommender, asked));
      for (const facts of found) expect(facts).toEqual(recommender.product(facts.id));
    }),
    { seed, numRuns: 300 },
  );
}

describe(`a title search (fast-check seed ${seed})`, () => {
  it('finds what a plain look at every title finds, most ordered first', () => {
    check(createRecommender(artifact, []));
  });

  it('knows what deltas changed, added and removed', () => {
    const changes = new Map<string, ProductChange>([
      ['P5', { id: 'P5', title: 'Kırmızı zürafa' }],
      ['P6', { id: 'P6', title: 'Işık' }],
      ['P8', { id: 'P8', removed: true }],
      ['N1', { id: 'N1', title: 'Yeni çay fincanı', brand: 'Acme' }],
    ]);
    const recommender = createRecommender(artifact, [], {
      overlay: makeOverlay(artifact.catalog, changes, 1).overlay,
    });
    const idsOf = (q: string) => recommender.searchProducts({ q }).products.map(({ id }) => id);
    expect(idsOf('zurafa kirm')).toEqual(['P5']);
    expect(idsOf('fincan')).toEqual(['N1']);
    expect(idsOf('işık')).toContain('P6');
    check(recommender);
    expect(createRecommender(artifact, []).searchProducts({ q: 'zürafa' }).products).toEqual([]);
  });

  it('refuses a category or brand that is not there, and too long a list', () => {
    const recommender = createRecommender(artifact, []);
    const code = expect.objectContaining({ code: 'option_invalid' });
    expect(() => recommender.searchProducts({ brand: ['Acne'] })).toThrow(code);
    expect(() => recommender.searchProducts({ category: ['Tec'] })).toThrow(code);
    expect(() => recommender.searchProducts({ limit: 201 })).toThrow(code);
  });

  it('finds nothing in a text without words', () => {
    const recommender = createRecommender(artifact, []);
    expect(recommender.searchProducts({ q: ' - ' })).toEqual({ products: [], more: false });
    expect(recommender.searchProducts({}).products).toHaveLength(20);
  });
});

describe('words', () => {
  it.each([
    ['IŞIK', ['isik']],
    ['Işık ışıklı', ['isik', 'isikli']],
    ['İSTANBUL istanbul', ['istanbul', 'istanbul']],
    ['  T-light, 4K! ', ['t', 'light', '4k']],
    ['ÇÖĞÜŞ', ['cogus']],
    ['Ørsted Łódź', ['orsted', 'lodz']],
    ['', []],
    ['—', []],
  ])('of %j are %j', (title, words) => {
    expect(wordsOf(title)).toEqual(words);
  });
});
