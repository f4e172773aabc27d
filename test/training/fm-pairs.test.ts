// A machine learned from a data folder's baskets, beside the other methods on the same test baskets.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { checkFactColumns, factReader, factSpec, queryReader } from '../../src/features/facts.ts';
import { checkSpec } from '../../src/features/spec.ts';
import { fmFold, fmScore, Index } from '../../src/native/index.ts';
import { readProducts } from '../../src/tables/dataset.ts';
import { buildIndex } from '../../src/training/build/index-sections.ts';
import { foldMachine } from '../../src/training/build/machine.ts';
import { openFmModel } from '../../src/training/fm/files.ts';
import { copyRow, productRows } from '../../src/training/fm/pairs.ts';
import { RowsBuilder } from '../../src/training/fm/rows.ts';
import { sepet } from '../shops.ts';

const folder = mkdtempSync(join(tmpdir(), 'sepet-fm-pairs-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('facts of products as columns', () => {
  const facts = (name: string) => ({ id: 'P1', category: 'A/B/C', price: 100 })[name];

  it('are read of the item, and of the product asked with', () => {
    expect(factReader(facts)('categories')).toEqual(['A', 'A/B', 'A/B/C']);
    expect(queryReader(facts)('query.id')).toBe('P1');
    expect(queryReader(facts)('id')).toBeUndefined();
  });

  it('are checked by name', () => {
    const of = (group: 'context' | 'item', column: string) =>
      checkSpec(
        {
          version: 1,
          item: [{ column: 'id', kind: 'dictionary' }],
          [group]: [{ column, kind: 'dictionary' }],
        },
        's',
      );
    expect(() => checkFactColumns(factSpec)).not.toThrow();
    expect(() => checkFactColumns(of('item', 'margin'), { fields: ['margin'] })).not.toThrow();
    expect(() => checkFactColumns(of('item', 'brnd'))).toThrow(/Did you mean "brand"/);
    expect(() => checkFactColumns(of('context', 'brand'))).toThrow(/Did you mean "query.brand"/);
  });
});

describe('sepet train fm on a data folder', () => {
  const machine = join(folder, 'fm.sepet');

  beforeAll(() => {
    sepet('demo', '--products', '1000', '--orders', '12000', '--seed', '1', '--out', folder);
    const products = join(folder, 'products.csv');
    sepet('ingest', '--preset', 'demo', join(folder, 'orders.csv'), '--products', products, '--out', folder);
    sepet('train', folder, '--seed', '1', '--epochs', '5');
    sepet('train', 'fm', folder, '--deterministic', '--factors', '32', '--epochs', '6');
  });

  it('leaves a machine whose folded order is that of its scores', async () => {
    const { model, fitted } = openFmModel(machine);
    if (fitted === undefined) throw new Error('the features went missing');
    const rows = productRows(fitted, await readProducts(folder));
    const dims = model.factorsEach + 1;
    const [items, queries] = [fmFold(model, rows.items), fmFold(model, rows.queries)];
    for (const query of [0, 17, 400]) {
      const whole = new RowsBuilder();
      for (let item = 0; item < 1000; item++) {
        copyRow(rows.queries, query, whole);
        copyRow(rows.items, item, whole);
        whole.endRow(0);
      }
      const scores = new Float32Array(1000);
      fmScore(model, whole.finish(), scores);
      const constant = model.bias + (queries[query * dims + dims - 1] as number);
      for (let item = 0; item < 1000; item++) {
        let folded = items[item * dims + dims - 1] as number;
        for (let d = 0; d < dims - 1; d++)
          folded += (items[item * dims + d] as number) * (queries[query * dims + d] as number);
        expect(Math.abs(folded + constant - (scores[item] as number))).toBeLessThan(1e-4);
      }
    }
  });

  it('is found again by the graph over its items, whatever is asked with', async () => {
    const { model, fitted } = openFmModel(machine);
    if (fitted === undefined) throw new Error('the features went missing');
    const from = Uint32Array.from({ length: 1000 }, (_, row) => row);
    const folded = foldMachine({ model, fitted, parameters: {} }, await readProducts(folder), { from });
    const { factors, in: asking, out } = folded;
    const dims = factors + 1;
    const queries = new Float32Array(1000 * dims).fill(1);
    for (const row of from) queries.set(asking.subarray(row * factors, (row + 1) * factors), row * dims);
    const graph = { M: 16, efConstruction: 200, codeBits: 'auto', threads: 1, seed: 1 } as const;
    const index = new Index({ vectors: out, dims, ...buildIndex({ ...graph, vectors: out, dims }) });
    const call = () => ({
      ...{ queries, k: 10, skip: from, counts: new Uint32Array(1000) },
      ...{ rows: new Uint32Array(10_000), scores: new Float32Array(10_000) },
    });
    const [exact, found] = [call(), call()];
    index.scan(exact);
    // So few rows are scanned, but where a filter forbids it; this one lets all pass.
    const walk = { filter: new Uint32Array(32).fill(0xffff_ffff), scanRows: 0 };
    expect(index.search({ ...found, ef: limits.efSearch.default, ...walk })).toBe('graph');
    const hits = from.reduce((sum, q) => {
      const truth = new Set(exact.rows.subarray(10 * q, 10 * q + 10));
      return sum + found.rows.subarray(10 * q, 10 * q + 10).filter((row) => truth.has(row)).length;
    }, 0);
    expect(hits / 10_000).toBeGreaterThanOrEqual(0.98);
  });

  it('is judged beside the others, and finds more than the most ordered', () => {
    const { methods, hashes } = JSON.parse(sepet('evaluate', folder, '--ease-products', '0', '--json'));
    expect(methods.fm.fbt.ndcgAt10).toBeGreaterThan(2 * methods.popularity.fbt.ndcgAt10);
    expect(hashes['fm.sepet']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('gives the same bytes again', () => {
    const before = readFileSync(machine);
    sepet('train', 'fm', folder, '--deterministic', '--factors', '32', '--epochs', '6');
    expect(readFileSync(machine).equals(before)).toBe(true);
  });

  it('is refused where it is of other data, or asked for what baskets lack', () => {
    expect(() => sepet('train', 'fm', folder, '--loss', 'squared')).toThrow(/logistic/);
    expect(() => sepet('train', 'fm', folder, '--negatives', '0')).toThrow(/positives alone/);
    const products = join(folder, 'products.csv');
    sepet(
      'ingest',
      '--preset',
      'demo',
      join(folder, 'orders.csv'),
      '--products',
      products,
      '--test-share',
      '0.3',
      '--out',
      folder,
    );
    sepet('train', folder, '--seed', '1', '--epochs', '1');
    expect(() => sepet('evaluate', folder)).toThrow(/fm\.sepet was not trained on this folder/);
  });
});
