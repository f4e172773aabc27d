// The ways to what is eligible, on an artifact that is searched by its graph: whichever is taken, the answer is the one
// of looking at everything.

import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkPolicy } from '../../src/policy/parse.ts';
import { type Artifact, openArtifact } from '../../src/recommend/artifact.ts';
import type { EligibleOptions } from '../../src/recommend/eligible.ts';
import { createMarks } from '../../src/recommend/marks.ts';
import { createRecommender } from '../../src/recommend/open.ts';
import { isFailure, type RecommendAnswer } from '../../src/recommend/recommender.ts';
import { demoFolder } from '../shops.ts';

let artifact: Artifact;
beforeAll(() => {
  artifact = openArtifact(join(demoFolder(), 'artifact.sepet'));
});

function answers(filter: object, explain: boolean, options?: EligibleOptions): RecommendAnswer[] {
  const filters = [{ name: 'kept', unknown: 'drop', ...filter }];
  const policy = checkPolicy({
    name: 'one',
    candidates: { count: 10, max: 10 },
    filters,
    fallback: ['popular'],
  });
  const recommender = createRecommender(artifact, policy, options);
  const products = Array.from({ length: 60 }, (_, i) => artifact.catalog.ids.id(i * 97));
  return recommender.recommend(products.map((product) => ({ product, explain }))).map((answer) => {
    if (isFailure(answer)) throw new Error(JSON.stringify(answer));
    return answer;
  });
}

const shown = (all: readonly RecommendAnswer[]) => all.map(({ product, items }) => ({ product, items }));

describe('what is eligible', () => {
  const filters: [string, object][] = [
    ['listed by category', { keep: { category: 'same-leaf' } }],
    ['listed by price', { keep: { priceRatio: { min: 0.98, max: 1.02 } } }],
    ['listed by price and by category', { keep: { category: 'same-parent', priceRatio: { max: 0.5 } } }],
    ['not listed, and most of all', { drop: { category: 'same-parent' } }],
    ['of the same stock for all', { keep: { inStock: false } }],
  ];
  const ways: EligibleOptions[] = [{ walkedRows: 0 }, { walkedRows: 0, scannedRows: 100 }];

  it.each(filters)('is found alike in every way: %s', (_, filter) => {
    const wanted = shown(answers(filter, false));
    expect(wanted.filter(({ items }) => items.length > 0).length).toBeGreaterThan(30);
    for (const options of ways)
      for (const explain of [false, true]) expect(shown(answers(filter, explain, options))).toEqual(wanted);
  });

  it('is not looked at one by one where a list holds it', () => {
    const filter = { keep: { category: 'same-leaf', priceRatio: { min: 0.98, max: 1.02 } } };
    const short = answers(filter, false, { walkedRows: 0 }).filter(({ filled }) => filled.missing > 0);
    expect(short.length).toBeGreaterThan(30);
    for (const { filled } of short) {
      expect(filled.outside).toBeGreaterThan(5000);
      expect(filled.exhausted).toBe(true);
    }
  });
});

describe('marks', () => {
  it('are emptied, however many words they were put into', () => {
    const marks = createMarks(1000);
    for (const step of [1, 999, 7, 300]) {
      const wanted: number[] = [];
      for (let row = 0; row < 1000; row += step) wanted.push(row);
      for (const row of wanted.toReversed()) marks.add(row);
      const listed = new Uint32Array(1000);
      expect([...listed.subarray(0, marks.list(listed, 1000))]).toEqual(wanted);
      expect(marks.list(listed, 500)).toBe(wanted.filter((row) => row < 500).length);
      expect([marks.has(0), marks.has(step), marks.has(1)]).toEqual([true, step < 1000, step === 1]);
      marks.clear();
      expect(marks.list(listed, 1000)).toBe(0);
    }
  });
});
