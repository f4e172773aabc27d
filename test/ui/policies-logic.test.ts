// What the policy editor does with texts and figures, without a browser.

import type { Outcome, RecommendAnswer } from 'sepet/client';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parsePolicy } from '../../src/policy/parse.ts';
import { changesOf } from '../../ui/src/pages/policies/changes.ts';
import { fittingAt } from '../../ui/src/pages/policies/completion.ts';
import { type Draft, formOf, freeName, moved } from '../../ui/src/pages/policies/draft.ts';
import { type Asked, impactOf, impactWords } from '../../ui/src/pages/policies/impact.ts';
import { diffLines } from '../../ui/src/pages/policies/line-diff.ts';
import { overridesBetween } from '../../ui/src/pages/policies/overrides-between.ts';
import { readSample, samplePatch } from '../../ui/src/pages/policies/sample.ts';
import { begun, starters, textOf } from '../../ui/src/pages/policies/starters.ts';
import { changeBetween, readText, withDraft } from '../../ui/src/pages/policies/yaml-text.ts';

const text = `# Product page
name: pdp   # the one
revision: 7
limit: 10

candidates:
  count: 200          # looked at first
  source: [embedding,   cooccurrence]
filters:
  # first of all
  - { name: stock,     keep: { inStock: true } }
  - { name: gender,    when: { category: "Clothing/**" }, keep: { gender: same-or-unisex } }
  # dear things scare
  - { name: price,     keep: { priceRatio: { max: 1.5 } } }   # was 2
  - name: adult
    drop:
      category: Adult   # never

diversity: { noAdjacentSame: category,  max: { brand: 2 } }
`;

const draft = readText(text).draft as Draft & { readonly filters: readonly Draft[] };
const [stock, gender, price, adult] = draft.filters as [Draft, Draft, Draft, Draft];
const lines = (of: string): readonly string[] => of.split('\n');

describe('text and form', () => {
  it('leaves the text alone where the draft says the same', () => {
    expect(withDraft(text, { ...draft })).toBe(text);
  });

  it('changes one line where one rule changes, and keeps comments and spacing of all others', () => {
    const next = withDraft(text, {
      ...draft,
      filters: [stock, gender, { ...price, keep: { priceRatio: { max: 2 } } }, adult],
    });
    expect(parse(next).filters[2].keep.priceRatio.max).toBe(2);
    const [old, fresh] = [lines(text), lines(next)];
    expect(fresh).toHaveLength(old.length);
    const different = old.flatMap((line, index) => (line === fresh[index] ? [] : [index]));
    expect(different).toEqual([13]);
    expect(fresh[13]).toBe('  - { name: price, keep: { priceRatio: { max: 2 } } } # was 2');
  });

  it('lets comments go with the rules that they stand above', () => {
    const next = withDraft(text, { ...draft, filters: [price, adult, stock, gender] });
    expect(parse(next).filters.map((rule: { name: string }) => rule.name)).toEqual([
      'price',
      'adult',
      'stock',
      'gender',
    ]);
    const at = (part: string): number => lines(next).findIndex((line) => line.includes(part));
    expect(at('# dear things scare') + 1).toBe(at('name: price'));
    expect(at('# first of all') + 1).toBe(at('name: stock'));
    expect(next).toContain('# never');
    expect(next).toContain('name: pdp   # the one');
  });

  it('puts a new key in its usual place, and a new rule on a line of its own', () => {
    const next = withDraft(text, {
      ...draft,
      gamma: 0.5,
      sort: 'price',
      filters: [...draft.filters, { name: 'ids', drop: { ids: ['1', 'P2'] } }],
    });
    const keys = Object.keys(parse(next));
    expect(keys).toEqual([
      'name',
      'revision',
      'limit',
      'candidates',
      'gamma',
      'filters',
      'diversity',
      'sort',
    ]);
    expect(next).toContain('  - { name: ids, drop: { ids: ["1", P2] } }\n');
    expect(next).toContain('count: 200          # looked at first');
  });

  it('takes rules and keys out with their comments, and no others', () => {
    const { diversity: _, ...others } = draft;
    const next = withDraft(text, { ...others, filters: [stock, gender, adult] });
    expect(next).not.toContain('dear things');
    expect(next).not.toContain('diversity');
    expect(next).toContain('# first of all');
    expect(parse(next).filters).toHaveLength(3);
  });

  it('keeps a rule that is renamed in its place and style', () => {
    const next = withDraft(text, {
      ...draft,
      filters: [stock, gender, price, { ...adult, name: 'grown-up' }],
    });
    expect(next).toContain('  - name: grown-up\n    drop:\n      category: Adult # never\n');
  });

  it('writes what says the same for any order of edits', () => {
    let now = text;
    const edits: readonly ((of: Draft) => Draft)[] = [
      (of) => ({ ...of, limit: 12 }),
      (of) => ({ ...of, filters: moved(of.filters as Draft[], 0, 3) }),
      (of) => ({ ...of, blocks: ['P1', '00012', 'yes'] }),
      (of) => ({ ...of, rank: [{ name: 'new', match: { newerThanDays: 30 }, boost: 1.2 }] }),
      (of) => ({ ...of, rank: [{ name: 'new', share: 0.1, seed: 'request' }] }),
      (of) => ({ ...of, filters: [] }),
      (of) => ({ ...of, filters: [{ name: 'a', keep: { inStock: false } }] }),
    ];
    let data: Draft = draft;
    for (const edit of edits) {
      data = edit(data);
      now = withDraft(now, data);
      expect(parse(now)).toEqual(JSON.parse(JSON.stringify(data)));
    }
    expect(now).toContain('# Product page');
  });

  it('names the line of what is not YAML, and has no draft then', () => {
    const broken = readText('name: pdp\nfilters:\n  - { name: a, keep: { inStock: true }\nlimit: 5\n');
    expect(broken.draft).toBeUndefined();
    expect(broken.mistakes[0]?.line).toBeGreaterThanOrEqual(3);
    expect(readText('just words').draft).toBeUndefined();
    expect(readText('').mistakes).toHaveLength(1);
    expect(readText('name: a\nlimit: &n 5\nefSearch: *n\n').formless).toContain('anchors');
  });

  it('shows in the form what has an expected shape, and says what has not', () => {
    const { policy, odd } = formOf({
      name: 'a',
      limit: 'many',
      filters: [{ name: 'x', keep: { price: 5 } }],
      placement: 'cart',
    });
    expect(odd).toEqual(['limit', 'filters']);
    expect(policy).toMatchObject({ name: 'a', limit: 10, filters: [], placement: ['cart'] });
  });

  it('finds the one stretch that differs', () => {
    expect(changeBetween('abcdef', 'abXdef')).toEqual({ from: 2, to: 3, insert: 'X' });
    expect(changeBetween('aaa', 'aaaa')).toEqual({ from: 3, to: 3, insert: 'a' });
    expect(changeBetween('same', 'same')).toBeUndefined();
  });

  it('knows which words fit where the cursor stands', () => {
    const words = (before: string) => fittingAt(before)?.words;
    expect(words('na')).toContain('name');
    expect(words('filters:\n  - { na')).toContain('mandatory');
    expect(words('filters:\n  - { name: a, keep: { in')).toContain('inStock');
    expect(words('filters:\n  - { name: a, keep: { price: { max: 3 }, ')).toContain('gender');
    expect(words('filters:\n  - { name: a, keep: { gender: sa')).toContain('same-or-unisex');
    expect(words('rank:\n  - { name: a, bo')).toContain('boost');
    expect(words('fallback: [popular, cat')).toContain('category-popular');
    expect(words('name: pdp # wh')).toBeUndefined();
    expect(words('timeZone: Eu')).toBeUndefined();
  });

  it('names a new rule as no other is', () => {
    expect(freeName('price', [{ name: 'price' }, { name: 'price-2' }])).toBe('price-3');
  });
});

describe('texts of policies', () => {
  it('writes a served policy without what is so by default, and loses nothing', () => {
    const document = parsePolicy(text, 'pdp.yaml');
    const again = textOf(JSON.parse(JSON.stringify({ ...document, origin: undefined })));
    expect(again).not.toContain('timeZone');
    expect(again).not.toContain('unknown: keep');
    const { origin: _, ...said } = document;
    const { origin: __, ...saidAgain } = parsePolicy(again, 'pdp.yaml');
    expect(saidAgain).toEqual(said);
  });

  it('begins with policies that the server takes', () => {
    for (const starter of starters) {
      expect(parsePolicy(starter.text('mine'), 'mine.yaml').name).toBe('mine');
      expect(parsePolicy(begun(starter, 'mine', ['cart', 'product-page']), 'mine.yaml').placement).toEqual(
        [],
      );
    }
  });
});

describe('changes', () => {
  const before = formOf(draft).policy;

  it('says in words which rules changed, came, went and moved', () => {
    const filters = [
      gender,
      stock,
      { ...price, keep: { priceRatio: { max: 2 } } },
      { name: 'extra', drop: { group: 'same' } },
    ];
    const after = formOf({ ...draft, filters, limit: 12, revision: 8 }).policy;
    expect(changesOf(before, after).map(({ kind, what }) => `${what} ${kind}`)).toEqual([
      'Filter price changed',
      'Filter extra added',
      'Filter adult removed',
      'Order of filters moved',
      'Items changed',
    ]);
    expect(changesOf(before, before)).toEqual([]);
  });

  it('takes a rule for unchanged where only the default is said', () => {
    const after = formOf({ ...draft, filters: [{ ...stock, unknown: 'keep' }, gender, price, adult] }).policy;
    expect(changesOf(before, after)).toEqual([]);
  });

  it('shows changed lines with some around them', () => {
    const next = text.replace('max: 1.5', 'max: 2');
    const diff = diffLines(text, next, 1);
    expect(diff.filter(({ kind }) => kind === 'removed')).toHaveLength(1);
    expect(diff.filter(({ kind }) => kind === 'added')).toHaveLength(1);
    expect(diff[0]).toEqual({ kind: 'skipped', lines: 12 });
    expect(diffLines(text, text)).toEqual([]);
  });

  it('says the draft as overrides where a request can', () => {
    const after = formOf({
      ...draft,
      limit: 4,
      filters: [stock, { ...price, keep: { priceRatio: { max: 2 } } }, adult],
    }).policy;
    expect(overridesBetween(before, after)).toEqual({
      limit: 4,
      filters: { gender: false, price: { keep: { priceRatio: { max: 2 } } } },
    });
    const locked = formOf({ ...draft, filters: [{ ...stock, mandatory: true }] }).policy;
    expect(overridesBetween(locked, after)).toBeUndefined();
  });
});

const answer = (
  ids: readonly (readonly [id: string, price?: number])[],
  wanted: number,
  fallback = 0,
): RecommendAnswer =>
  ({
    product: 'Q',
    items: ids.map(([id, cost]) => ({
      id,
      score: 1,
      source: 'embedding',
      ...(cost !== undefined && { price: cost }),
    })),
    filled: {
      wanted,
      returned: ids.length,
      missing: wanted - ids.length,
      from: { embedding: ids.length - fallback, fallback },
    },
  }) as unknown as RecommendAnswer;

const asked = (id: string, before: Outcome, after: Outcome): Asked => ({
  product: { id, price: 100 },
  before,
  after,
});

describe('impact', () => {
  const sample: readonly Asked[] = [
    asked(
      'A',
      answer(
        [
          ['1', 100],
          ['2', 300],
        ],
        2,
      ),
      answer(
        [
          ['1', 100],
          ['2', 300],
        ],
        2,
      ),
    ),
    asked(
      'B',
      answer(
        [
          ['1', 100],
          ['2', 300],
        ],
        2,
        1,
      ),
      answer(
        [
          ['2', 300],
          ['1', 100],
        ],
        2,
      ),
    ),
    asked(
      'C',
      answer(
        [
          ['1', 100],
          ['2', 300],
        ],
        2,
      ),
      answer([['3', 50]], 2),
    ),
    asked('D', answer([], 2), new Error('no such product') as unknown as Outcome),
  ];
  const impact = impactOf(sample, 10);

  it('counts what is shown, missing, fallen back to, and changed', () => {
    expect(impact).toMatchObject({ products: 3, changed: 2 });
    expect(impact.failed.map(({ product, why }) => `${product.id}: ${why}`)).toEqual(['D: no such product']);
    expect(impact.before).toMatchObject({ fillRate: 1, short: 0, distinct: 2, coverage: 0.2, priceRatio: 2 });
    expect(impact.before.fallbackShare).toBeCloseTo(1 / 6);
    expect(impact.after).toMatchObject({
      short: 1,
      distinct: 3,
      coverage: 0.3,
      fallbackShare: 0,
      priceRatio: 1,
    });
    expect(impact.after.fillRate).toBeCloseTo(5 / 6);
    expect(impact.meanOverlap).toBeCloseTo((1 + 1 + 0) / 3);
    expect(impact.lists.map(({ product }) => product.id)).toEqual(['C', 'B']);
  });

  it('says so in words', () => {
    expect(impactWords(impact)).toEqual([
      'The lists of 2 of 3 products change; on average 67% of the items stay.',
      'Lists become emptier: 1 product would get too few items (now 0).',
      'Fewer items come from popularity lists (16.7 points).',
      '50% more different products are shown.',
      'What is shown is 50% cheaper in the middle.',
    ]);
    expect(impactWords(impactOf(sample.slice(0, 1), 10))).toEqual(['No list of 1 product changes.']);
    expect(impactWords(impactOf([], 10))[0]).toContain('None of these');
  });

  it('reads its sample from the URL, within its bounds', () => {
    const sampleOf = (query: string) => readSample(new URLSearchParams(query));
    expect(sampleOf('')).toEqual({ kind: 'popular', count: 100, seed: 1, category: '' });
    expect(sampleOf('sample=random&n=9999&seed=x')).toEqual({
      kind: 'random',
      count: 500,
      seed: 1,
      category: '',
    });
    expect(samplePatch(sampleOf('sample=random&n=50&seed=3'))).toEqual({
      sample: 'random',
      n: '50',
      seed: '3',
      category: null,
    });
  });
});
