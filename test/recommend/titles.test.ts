// The search for products against a plain look at every one of them, and how words are folded.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProductChange } from '../../src/catalog/changes.ts';
import { makeOverlay } from '../../src/catalog/overlay.ts';
import { type Artifact, openArtifact } from '../../src/recommend/artifact.ts';
import { createRecommender } from '../../src/recommend/open.ts';
import type { Recommender, SearchRequest } from '../../src/recommend/recommender.ts';
import {
  addBytes,
  addText,
  bytesHavePrefix,
  hasPrefix,
  noWords,
  unitsOf,
  wordsOf,
} from '../../src/recommend/words.ts';
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

const asciiLower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

function searchPlainly(
  recommender: Recommender,
  { q = '', category, brand, limit = 20, offset = 0 }: SearchRequest,
) {
  const asked = plainWords(q);
  const all = recommender.popularIds(100_000);
  // A product whose id is asked for stands first.
  const matches = all
    .toSorted((a, b) => Number(b === q.trim()) - Number(a === q.trim()))
    .filter((id) => {
      const facts = recommender.product(id);
      const { title = '', brand: own = '', category: path = '' } = facts ?? {};
      const words = [title, own, path].flatMap(plainWords);
      const hasWords = asked.every((prefix) => words.some((word) => word.startsWith(prefix)));
      const isId =
        id === q.trim() || (q.trim().length >= 3 && asciiLower(id).startsWith(asciiLower(q.trim())));
      if (q !== '' && !isId && (asked.length === 0 || !hasWords)) return false;
      if (category && !category.some((one) => path === one || path?.startsWith(`${one}/`))) return false;
      return brand === undefined || brand.includes(own);
    });
  return { ids: matches.slice(offset, offset + limit), more: matches.length > offset + limit };
}

const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(...vocabulary),
      fc.constantFrom(...vocabulary).chain((word) => fc.nat(word.length).map((end) => word.slice(0, end))),
      fc.constantFrom('isik', 'ISIK', 'İŞ', 'cay', 'zzz', '-', '4', 't', 'Σ', 'е'),
      fc.constantFrom('Acme', 'bol', 'cınar', 'DELTA', 'home', 'rug', 'Tec', 'audio', 'cablez', 'homez'),
      fc.constantFrom('P1', 'P12', 'p12', 'P123', 'P5', 'N1', 'P599', 'P9999', 'çp12'),
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
      ['P7', { id: 'P7', title: 'Deri çanta', brand: 'Zebra' }],
      ['P9', { id: 'P9', brand: 'Delta', category: 'Home/Rugs' }],
      ['P8', { id: 'P8', removed: true }],
      ['N1', { id: 'N1', title: 'Yeni çay fincanı', brand: 'Zebra' }],
      ['N-2', { id: 'N-2', title: 'Kitap', category: 'Tech' }],
    ]);
    const recommender = createRecommender(artifact, [], {
      overlay: makeOverlay(artifact.catalog, changes, 1).overlay,
    });
    const idsOf = (q: string) => recommender.searchProducts({ q }).products.map(({ id }) => id);
    expect(idsOf('zurafa kirm')).toEqual(['P5']);
    expect(idsOf('zebra deri')).toEqual(['P7']);
    expect(idsOf('zebr')).toEqual(['P7', 'N1']);
    expect(idsOf('n1').slice(0, 1)).toEqual([]);
    expect(idsOf('N-2')).toEqual(['N-2']);
    expect(idsOf('n-2')).toEqual(['N-2']);
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

  it('looks at brands, categories and the beginnings of ids, the very id first', () => {
    const recommender = createRecommender(artifact, []);
    const found = (q: string, narrow: SearchRequest = {}) =>
      recommender.searchProducts({ q, ...narrow }).products;
    const first = found('acme');
    expect(first).toHaveLength(20);
    expect(first.every(({ title = '', brand }) => brand === 'Acme' || /acme/i.test(title))).toBe(true);
    expect(found('cab tec').length).toBeGreaterThan(0);
    expect(found('cab tec').every(({ category }) => category === 'Tech/Audio/Cables')).toBe(true);
    expect(found('cablez')).toEqual([]);
    const [own, ...others] = found('P59').map(({ id }) => id);
    expect(own).toBe('P59');
    expect(others.toSorted()).toEqual(Array.from({ length: 10 }, (_, i) => `P59${i}`));
    expect(
      found('p59')
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual([own, ...others].toSorted());
    expect(found(' P599 ').map(({ id }) => id)).toEqual(['P599']);
    expect(found('P599', { brand: ['Acme', 'Bolt', 'Çınar', 'Delta'] }).length).toBeLessThanOrEqual(1);
  });

  it('refuses more words than it looks for at once', () => {
    const recommender = createRecommender(artifact, []);
    const words = Array.from({ length: 33 }, (_, i) => String.fromCharCode(0x4e00 + i));
    const code = expect.objectContaining({ code: 'option_invalid' });
    expect(() => recommender.searchProducts({ q: words.join(' ') })).toThrow(code);
    expect(recommender.searchProducts({ q: words.slice(1).join(' ') }).products).toEqual([]);
    expect(recommender.searchProducts({ q: 'a '.repeat(60) }).products.length).toBeGreaterThan(0);
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

  it('are the same of a text and of its bytes', () => {
    const unit = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(...vocabulary, ' - ', '\u0301', '\ufeff'),
    );
    fc.assert(
      fc.property(fc.array(unit), (parts) => {
        const [ofText, ofBytes] = [noWords(), noWords()];
        for (const text of [parts.join(''), parts.join(' ')]) {
          addText(text, ofText);
          const bytes = Buffer.from(`x${text}x`);
          addBytes(bytes, 1, bytes.length - 1, ofBytes);
        }
        expect(ofBytes.units.subarray(0, ofBytes.length)).toEqual(ofText.units.subarray(0, ofText.length));
        const bytes = Buffer.from(parts.join(' '));
        for (const word of [...wordsOf(parts.join('')), ...wordsOf(parts.join(' ')), 'zzz']) {
          const words = noWords();
          addBytes(bytes, 0, bytes.length, words);
          for (const prefix of [word, word.slice(0, 1), `${word}x`])
            expect(bytesHavePrefix(bytes, 0, bytes.length, unitsOf(prefix))).toBe(hasPrefix(words, prefix));
        }
      }),
      { seed, numRuns: 500 },
    );
  });
});
