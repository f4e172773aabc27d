// What the compare page counts and where it goes, without a browser.

import type { Outcome, RecommendAnswer, RecommendItem, ServedLabel } from 'sepet/client';
import { describe, expect, it } from 'vitest';
import { rankBiasedOverlap as inReleases } from '../../src/releases/diff-lists.ts';
import {
  figuresOf,
  listFigures,
  median,
  pairWords,
  rankBiasedOverlap,
  rowsOf,
  sameList,
} from '../../ui/src/pages/compare/moves.ts';
import {
  changedOf,
  firstSample,
  idsOf,
  readSample,
  type Sample,
  samplePatch,
  worstFirst,
} from '../../ui/src/pages/compare/sample.ts';
import {
  canonical,
  changeCount,
  comparisonOf,
  firstSides,
  isServedStill,
  readSides,
  requestOf,
  sideOfVerdict,
  sidesPatch,
  sideWords,
  verdictSide,
} from '../../ui/src/pages/compare/sides.ts';
import {
  type Given,
  judgedBy,
  shares,
  summaryWords,
  verdictOf,
  verdictOfKey,
  withVerdict,
} from '../../ui/src/pages/compare/verdicts.ts';
import { isSwapped, nextUnjudged, stepped, upcoming } from '../../ui/src/pages/compare/walk.ts';

const item = (id: string, price?: number): RecommendItem => ({
  id,
  score: 1,
  source: 'embedding',
  ...(price !== undefined && { price }),
});
const list = (ids: string): RecommendItem[] => [...ids].map((id) => item(id));

const answer = (ids: string, filled: Partial<RecommendAnswer['filled']> = {}): RecommendAnswer => ({
  product: 'P',
  items: list(ids),
  filled: {
    ...{ wanted: 4, returned: ids.length, missing: 4 - ids.length, from: { embedding: ids.length } },
    ...filled,
  },
  recommendation: 'r_0',
  artifact: 'sha256:1',
  policy: 'pdp@1',
});

const params = (patch: Record<string, string | readonly string[] | null>): URLSearchParams =>
  new URLSearchParams(
    Object.entries(patch).flatMap(([name, value]) =>
      [value ?? []].flat().map((one): [string, string] => [name, one]),
    ),
  );

describe('two lists', () => {
  it('every item is marked by where the other list has it', () => {
    const rows = rowsOf(list('abcd'), list('acxbd'));
    expect(rows.map(({ a }) => a && `${a.item.id} ${a.mark} ${a.other}`)).toEqual([
      'a kept 1',
      'b down 4',
      'c up 2',
      'd down 5',
      undefined,
    ]);
    expect(rows.map(({ b }) => b && `${b.item.id} ${b.mark} ${b.other}`)).toEqual([
      'a kept 1',
      'c up 3',
      'x new undefined',
      'b down 2',
      'd down 4',
    ]);
    expect(rowsOf(list('a'), []).map(({ a }) => a?.mark)).toEqual(['gone']);
  });

  it('the figures of a pair', () => {
    expect(figuresOf(list('abcd'), list('acxbd'))).toMatchObject({
      ...{ k: 5, shared: 4, fresh: 1, gone: 0, moved: 3, overlap: 0.8 },
    });
    expect(figuresOf([], [])).toMatchObject({ k: 0, overlap: 1, rankBiasedOverlap: 1 });
    const words = (a: string, b: string): string => pairWords(figuresOf(list(a), list(b)));
    expect(words('abc', 'abc')).toBe('The same list');
    expect(words('abc', 'cab')).toBe('The same products in another order');
    expect(words('abc', 'xyz')).toBe('Nothing in common');
    expect(words('', '')).toBe('Both lists are empty');
    expect(sameList(list('ab'), list('ba'))).toBe(false);
  });

  it('rank-biased overlap is the one that releases are compared by', () => {
    const pairs = [
      ['abcd', 'abcd'],
      ['abcd', 'dcba'],
      ['abcdefgh', 'axbycz'],
      ['ab', ''],
      ['', ''],
      ['abcdefghij', 'jabcdefghi'],
    ] as const;
    for (const [a, b] of pairs)
      expect(rankBiasedOverlap([...a], [...b])).toBeCloseTo(inReleases([...a], [...b]), 12);
  });

  it('the figures of one list', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeUndefined();
    const half = { ...answer('ab'), items: [item('a', 50), item('b', 150), item('c')] };
    expect(listFigures(half, 200).priceRatio).toBe(0.5);
    expect(listFigures(half, undefined).priceRatio).toBeUndefined();
    const filled = answer('abc', { from: { embedding: 2, fallback: 1 } });
    expect(listFigures(filled, 1)).toMatchObject({
      wanted: 4,
      returned: 3,
      missing: 1,
      fallbackShare: 1 / 3,
    });
  });
});

const labels: readonly ServedLabel[] = [
  { label: 'production', main: true, policies: ['pdp@2', 'cart@1'], default: 'pdp', artifact: 'sha256:1' },
  { label: 'test', main: false, policies: ['pdp@3', 'cart@1'], default: 'pdp', artifact: 'sha256:2' },
].map((served) => ({ ...served, name: 'w', createdAt: '', products: 1, dims: 1 }));

describe('sides', () => {
  it('two labels are compared with each other, one with itself', () => {
    expect(firstSides(labels)).toMatchObject({ a: { label: 'production' }, b: { label: 'test' } });
    expect(firstSides(labels.slice(0, 1))).toMatchObject({
      a: { label: 'production' },
      b: { label: 'production' },
    });
  });

  it('a URL brings back what was written into it', () => {
    const sides = {
      a: { label: 'test', policy: 'cart', overrides: {} },
      b: { label: 'production', policy: 'pdp', overrides: { gamma: 0.5, filters: { stock: false } } },
    };
    expect(readSides(params(sidesPatch(sides)), labels)).toEqual(sides);
    expect(readSides(new URLSearchParams('a-rules=%7Bbroken'), labels)).toEqual(firstSides(labels));
    expect(readSides(new URLSearchParams('b=production'), labels).b).toMatchObject({
      label: 'production',
      policy: 'pdp',
    });
  });

  it('requests carry the policy and its changes', () => {
    const side = { label: 'test', policy: 'cart', overrides: { limit: 3 } };
    expect(requestOf(side, 'P1')).toMatchObject({ product: 'P1', policy: 'cart', overrides: { limit: 3 } });
    expect(requestOf({ ...side, overrides: {} }, 'P1')).not.toHaveProperty('overrides');
  });

  it('what is kept names the release and the revision of the policy, and leads back', () => {
    const side = { label: 'test', policy: 'pdp', overrides: { limit: 3 } };
    const kept = verdictSide(side, labels);
    expect(kept).toEqual({ label: 'test', artifact: 'sha256:2', policy: 'pdp@3', overrides: { limit: 3 } });
    expect(sideOfVerdict(kept)).toEqual(side);
    expect(isServedStill(kept, labels)).toBe(true);
    expect(isServedStill({ ...kept, artifact: 'sha256:0' }, labels)).toBe(false);
    expect(sideWords(kept)).toBe('test, pdp@3 with 1 change');
    const summary = { better: 0, same: 0, worse: 0, products: 0, pValue: 1 };
    const found = {
      id: 'c_1',
      before: { policy: 'pdp@2', label: 'production' },
      after: kept,
      summary,
      lastAt: '',
    };
    expect(comparisonOf({ label: 'production', policy: 'pdp@2' }, kept, [found])).toBe(found);
    expect(comparisonOf(kept, { label: 'production', policy: 'pdp@2' }, [found])).toBeUndefined();
  });

  it('equal objects are equal texts', () => {
    expect(canonical({ b: [1, { d: 1, c: undefined }], a: null })).toBe('{"a":null,"b":[1,{"d":1}]}');
    expect(changeCount({ limit: 3, filters: { stock: false, price: { keep: {} } } })).toBe(3);
  });
});

describe('samples', () => {
  it('a URL brings back what was written into it', () => {
    const samples: Sample[] = [
      firstSample,
      { ...firstSample, kind: 'random', seed: 7, count: 20 },
      { ...firstSample, kind: 'category', category: 'Home/Lamps', changedOnly: true },
      { ...firstSample, kind: 'worst', worstOf: 'a', seed: 3 },
      { ...firstSample, kind: 'ids', ids: ['P,1', 'P2'] },
    ];
    for (const sample of samples) expect(readSample(params(samplePatch(sample)))).toEqual(sample);
    expect(samplePatch(firstSample)).toEqual(expect.not.objectContaining({ sample: expect.anything() }));
    expect(readSample(new URLSearchParams('sample=nonsense&n=-3&seed=x'))).toEqual(firstSample);
  });

  it('ids are read however they are pasted', () => {
    expect(idsOf(' P1, P2\nP3;P1\t')).toEqual(['P1', 'P2', 'P3']);
  });

  it('the worst filled come first, well filled and unknown ones not at all', () => {
    const unknown = Object.assign(new Error('no such product'), {
      code: 'product_unknown',
    }) as unknown as Outcome;
    const outcomes = [
      answer('abcd'),
      answer('abcd', { from: { fallback: 4 } }),
      answer('ab'),
      unknown,
      answer('', { from: {} }),
      answer('abcd', { from: { embedding: 3, fallback: 1 } }),
    ];
    expect(worstFirst(['full', 'popular', 'half', 'unknown', 'empty', 'some'], outcomes)).toEqual([
      'empty',
      'half',
      'popular',
      'some',
    ]);
    const changed = changedOf(
      ['1', '2', '3'],
      [answer('ab'), answer('ab'), unknown],
      [answer('ab'), answer('ba'), answer('a')],
    );
    expect(changed).toEqual(['2', '3']);
  });
});

describe('walking', () => {
  const products = ['a', 'b', 'c', 'd'];

  it('steps end at the ends', () => {
    expect(stepped({ products, product: 'b' }, 1)).toBe('c');
    expect(stepped({ products, product: 'a' }, -1)).toBeUndefined();
    expect(stepped({ products, product: 'd' }, 1)).toBeUndefined();
    expect(stepped({ products, product: 'elsewhere' }, 1)).toBe('a');
  });

  it('a verdict leads to the next product without one, round to those passed over', () => {
    const judged = (ids: string) => (id: string) => ids.includes(id);
    expect(nextUnjudged({ products, product: 'b' }, judged('bc'))).toBe('d');
    expect(nextUnjudged({ products, product: 'd' }, judged('ad'))).toBe('b');
    expect(nextUnjudged({ products, product: 'd' }, judged('abcd'))).toBeUndefined();
    expect(upcoming({ products, product: 'a' }, judged('b'))).toEqual(['c', 'b']);
  });

  it('sides change places by lot, the same each time', () => {
    const ids = Array.from({ length: 2000 }, (_, index) => `P${100_000 + index}`);
    const swapped = ids.filter((id) => isSwapped(id, 7));
    expect(Math.abs(swapped.length - 1000)).toBeLessThan(120);
    expect(ids.filter((id) => isSwapped(id, 7))).toEqual(swapped);
    const both = ids.filter((id) => isSwapped(id, 7) === isSwapped(id, 8));
    expect(Math.abs(both.length - 1000)).toBeLessThan(120);
  });
});

describe('verdicts', () => {
  const given = (product: string, verdict: Given['verdict'], by = 'Ada'): Given => ({
    product,
    verdict,
    by,
    at: '',
  });

  it('the latest of a person and product counts', () => {
    const verdicts = withVerdict([given('a', 'same'), given('a', 'worse', 'Bo')], given('a', 'better'));
    expect(verdicts).toHaveLength(2);
    expect(verdictOf(verdicts, 'a', 'Ada')?.verdict).toBe('better');
    expect([...judgedBy(verdicts, 'Bo')]).toEqual([['a', 'worse']]);
  });

  it('keys mean verdicts; blind, they mean left and right', () => {
    expect(['1', 'b', 'S', '3', 'x'].map((key) => verdictOfKey(key, undefined))).toEqual([
      'better',
      'better',
      'same',
      'worse',
      undefined,
    ]);
    const blind = (key: string, swapped: boolean) => verdictOfKey(key, { isSwapped: swapped });
    expect([blind('1', false), blind('3', false), blind('2', false), blind('b', false)]).toEqual([
      'worse',
      'better',
      'same',
      undefined,
    ]);
    expect([blind('1', true), blind('3', true)]).toEqual(['better', 'worse']);
  });

  it('the sign test in words', () => {
    const words = (better: number, same: number, worse: number, pValue: number): string =>
      summaryWords({ better, same, worse, products: better + same + worse, pValue });
    expect(words(12, 5, 3, 0.03515625)).toBe(
      '12 better, 3 worse of 20: the difference is unlikely to be chance (p = 0.035).',
    );
    expect(words(20, 0, 0, 0.0000019)).toContain('(p < 0.001)');
    expect(words(7, 2, 5, 0.774)).toBe(
      '7 better, 5 worse of 14: the difference may well be chance (p = 0.77).',
    );
    expect(words(2, 0, 0, 0.5)).toContain('Six verdicts');
    expect(words(0, 3, 0, 1)).toBe('0 better, 0 worse of 3: no difference seen.');
    expect(words(0, 0, 0, 1)).toBe('No verdicts yet.');
    expect(shares({ better: 1, same: 2, worse: 1, products: 4, pValue: 1 })).toEqual({
      better: 25,
      same: 50,
      worse: 25,
    });
  });
});
