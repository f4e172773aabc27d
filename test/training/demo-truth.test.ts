// The demo shop's planted relations are the ground truth: what the trained model recommends must follow them.
// The commands are the built ones (`npm test` builds first), as training runs in a worker thread.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readManifest, readProducts } from '../../src/tables/dataset.ts';
import {
  candidateRows,
  inInMethod,
  type Method,
  word2vecMethod,
} from '../../src/training/evaluate/methods.ts';
import { type Model, readModel } from '../../src/training/evaluate/model.ts';
import { sepet } from '../shops.ts';

const dir = mkdtempSync(join(tmpdir(), 'sepet-truth-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let candidates: Uint32Array;
let model: Model;
let products: Awaited<ReturnType<typeof readProducts>>;
/** By category: the categories planted as its complements. */
let planted: Map<string, Set<string>>;

beforeAll(async () => {
  sepet('demo', '--products', '2000', '--orders', '40000', '--seed', '1', '--out', dir);
  sepet('ingest', '--preset', 'demo', join(dir, 'orders.csv'), '--out', dir);
  sepet('train', dir, '--seed', '1');
  model = readModel(join(dir, 'model.sepet'), await readManifest(dir));
  products = await readProducts(dir);
  candidates = candidateRows(products);
  const truth = JSON.parse(readFileSync(join(dir, 'truth.json'), 'utf8')) as {
    categories: Record<string, { category: string }[]>;
  };
  planted = new Map(
    Object.entries(truth.categories).map(([path, list]) => [
      path,
      new Set(list.map(({ category }) => category)),
    ]),
  );
});

/** Share of the first five recommendations, over all products, of a category that `wanted` accepts. */
function shareOfTop5(method: Method, wanted: (asked: string, found: string) => boolean): number {
  const lists = method.lists(candidates);
  let accepted = 0;
  let all = 0;
  candidates.forEach((row, i) => {
    for (let entry = lists.start(i); entry < Math.min(lists.end(i), lists.start(i) + 5); entry++) {
      const found = products.categories[lists.rows[entry] ?? 0] ?? '';
      if (wanted(products.categories[row] ?? '', found)) accepted++;
      all++;
    }
  });
  return accepted / all;
}

const complements = (asked: string, found: string): boolean => planted.get(asked)?.has(found) === true;

describe('on a demo shop of 2,000 products and 40,000 orders', () => {
  test('at least 80 % of the top 5 are planted complements or their siblings', () => {
    const method = word2vecMethod(model, products, candidates, { gamma: 0.5, depth: 5 });
    expect(shareOfTop5(method, complements)).toBeGreaterThanOrEqual(0.8);
  });

  test('the cosine of IN with IN finds substitutes more often than complements', () => {
    const method = inInMethod(model, candidates, 5);
    const substitutes = shareOfTop5(method, (asked, found) => asked === found);
    expect(substitutes).toBeGreaterThan(shareOfTop5(method, complements));
  });

  test('the planted categories are few: chance would find them seldom', () => {
    const sizes = [...planted.values()].map(({ size }) => size);
    expect(sizes.reduce((sum, size) => sum + size, 0) / sizes.length / planted.size).toBeLessThan(0.05);
  });
});
