import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawingNames, drawProduct } from '../../src/dataprep/demo/draw.ts';
import { type DemoSummary, generateDemo } from '../../src/dataprep/demo/generate.ts';
import { readLeaves } from '../../src/dataprep/demo/parse.ts';
import { charmPrice } from '../../src/dataprep/demo/shop.ts';

const folder = mkdtempSync(join(tmpdir(), 'sepet-demo-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = ['orders.csv', 'products.csv', 'truth.json'];
const read = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8');
const generate = (out: string, seed: number): Promise<DemoSummary> =>
  generateDemo({ products: 1000, orders: 10_000, seed, out: join(folder, out) });

/** Splits a CSV line whose quoted cells hold commas but no quotes. */
const cells = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|([^,]+)|(?<=,)(?=,)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

interface Truth {
  categories: Record<string, { category: string; strength: number }[]>;
  complements: Record<string, string[]>;
}

describe('the table of categories', () => {
  const leaves = readLeaves();

  test('is a tree of three levels with unique leaves, drawings that exist and a price each', () => {
    const drawings = new Set(drawingNames());
    expect(new Set(leaves.map((leaf) => leaf.category)).size).toBe(leaves.length);
    expect(new Set(leaves.map((leaf) => leaf.department)).size).toBe(10);
    for (const leaf of leaves) {
      expect(leaf.category.split('/'), leaf.id).toHaveLength(3);
      expect(drawings, leaf.id).toContain(leaf.drawing);
      expect(leaf.price, leaf.id).toBeGreaterThan(0);
      expect(leaf.kinds.length, leaf.id).toBeGreaterThan(0);
    }
  });

  test('gives each leaf at least two complements, both ways, none of them itself', () => {
    leaves.forEach((leaf, number) => {
      expect(leaf.complements.length, leaf.id).toBeGreaterThanOrEqual(2);
      for (const { leaf: other, strength } of leaf.complements) {
        expect(other).not.toBe(number);
        expect(strength).toBeGreaterThan(0);
        expect(leaves[other]?.complements.some((back) => back.leaf === number)).toBe(true);
      }
    });
  });

  test('keeps keyboards and sandals apart', () => {
    const byId = new Map(leaves.map((leaf) => [leaf.id, leaf]));
    const partners = (id: string): (string | undefined)[] =>
      byId.get(id)?.complements.map(({ leaf }) => leaves[leaf]?.id) ?? [];
    expect(partners('laptops')).toEqual(expect.arrayContaining(['mice', 'laptop-sleeves', 'power-adapters']));
    expect(partners('keyboards')).not.toContain('sandals');
  });
});

describe('a small shop', () => {
  let summary: DemoSummary;
  let products: Map<string, string[]>;
  let orders: string[][];

  beforeAll(async () => {
    summary = await generate('a', 1);
    products = new Map(
      read('a', 'products.csv')
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => [cells(line)[0] ?? '', cells(line)]),
    );
    orders = read('a', 'orders.csv')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
  });

  test('has the products and orders asked for, and says so', () => {
    expect(products.size).toBe(1000);
    expect(orders).toHaveLength(summary.lines);
    const ids = new Set(orders.map(([id]) => id).filter((id) => id?.startsWith('O')));
    expect(ids.size).toBe(10_000);
    expect(orders.filter(([, , , quantity]) => Number(quantity) < 0)).toHaveLength(summary.returnedLines);
    expect(summary.returnedLines).toBeGreaterThan(0);
  });

  test('has titles that differ, prices with two decimals and pictures that exist', () => {
    const titles = new Set<string>();
    const images = new Set(readdirSync(join(folder, 'a', 'images')));
    for (const line of read('a', 'products.csv').trimEnd().split('\n').slice(1)) {
      titles.add(line.split('"')[1] ?? '');
      expect(line).toMatch(
        /,\d+\.\d\d,TRY,\d+,\d{4}-\d\d-\d\d,images\/[a-z-]+\.svg,M\d+,(0\.\d\d)?,([1-5]\.\d)?$/,
      );
      expect(images).toContain(/images\/([^,]+)/.exec(line)?.[1]);
    }
    expect(titles.size).toBe(1000);
    expect(images.size).toBe(summary.images);
  });

  test('groups the colours and sizes of one model, and knows most margins and ratings', () => {
    const groups = new Map<string, string[][]>();
    for (const row of products.values()) {
      const group = row[10] ?? '';
      groups.set(group, [...(groups.get(group) ?? []), row]);
    }
    const several = [...groups.values()].filter(({ length }) => length > 1);
    expect(several.length).toBeGreaterThan(100);
    for (const [first, ...others] of several)
      for (const row of others)
        expect([row[2], row[3], row[4]]).toEqual([first?.[2], first?.[3], first?.[4]]);
    for (const [column, least, most] of [
      [11, 900, 990],
      [12, 820, 930],
    ] as const) {
      const known = [...products.values()].filter((row) => (row[column] ?? '') !== '').length;
      expect(known).toBeGreaterThan(least);
      expect(known).toBeLessThan(most);
    }
  });

  test('sells in order of time, one to eight lines an order, nothing before its release', () => {
    const lines = new Map<string, number>();
    const released = new Map([...products].map(([id]) => [id, '']));
    for (const line of read('a', 'products.csv').trimEnd().split('\n').slice(1)) {
      released.set(line.slice(0, line.indexOf(',')), line.split(',').at(-5) ?? '');
    }
    let last = '';
    for (const [id = '', time = '', product = ''] of orders) {
      expect(time >= last).toBe(true);
      last = time;
      lines.set(id, (lines.get(id) ?? 0) + 1);
      expect(time >= (released.get(product) ?? 'unknown'), `${product} at ${time}`).toBe(true);
    }
    expect(Math.max(...lines.values())).toBeLessThanOrEqual(8);
    expect(orders[0]?.[1]?.slice(0, 10)).toBe(summary.from);
    expect(last.slice(0, 10)).toBe(summary.to);
  });

  test('follows what was planted: most pairs of a basket of two are complement categories', () => {
    const truth = JSON.parse(read('a', 'truth.json')) as Truth;
    const category = new Map<string, string>();
    for (const line of read('a', 'products.csv').trimEnd().split('\n').slice(1)) {
      category.set(line.slice(0, 7), Object.keys(truth.categories).find((path) => line.includes(path)) ?? '');
    }
    const baskets = new Map<string, string[]>();
    for (const [id = '', , product = ''] of orders) baskets.set(id, [...(baskets.get(id) ?? []), product]);
    const pairs = [...baskets.values()].filter((basket) => basket.length === 2);
    const planted = pairs.filter(([a = '', b = '']) =>
      truth.categories[category.get(a) ?? '']?.some((entry) => entry.category === category.get(b)),
    );
    expect(planted.length / pairs.length).toBeGreaterThan(0.8);
    for (const list of Object.values(truth.complements)) {
      expect(list.length).toBeGreaterThan(0);
      for (const id of list) expect(products.has(id)).toBe(true);
    }
  });

  test('comes out byte for byte the same for a seed, and differs for another', async () => {
    await generate('b', 1);
    await generate('c', 2);
    for (const file of files) {
      expect(read('b', file) === read('a', file), file).toBe(true);
      expect(read('c', file) === read('a', file), file).toBe(false);
    }
  });
});

test('numbers out of range and a stop are refused by name, and leave no half-written file', async () => {
  const out = join(folder, 'd');
  const options = { products: 1000, orders: 1000, seed: 1, out };
  await expect(generateDemo({ ...options, products: 3 })).rejects.toMatchObject({ code: 'option_invalid' });
  await expect(generateDemo({ ...options, orders: 1.5 })).rejects.toMatchObject({ code: 'option_invalid' });
  await expect(generateDemo({ ...options, seed: -1 })).rejects.toMatchObject({ code: 'option_invalid' });
  const stop = new AbortController();
  const generating = generateDemo({ ...options, signal: stop.signal, onProgress: () => stop.abort() });
  await expect(generating).rejects.toMatchObject({ code: 'cancelled' });
  expect(readdirSync(out).filter((name) => name.includes('tmp') || name === 'orders.csv')).toEqual([]);
});

test('prices end the way shops like', () => {
  expect([64.3, 347, 1312, 24_870].map(charmPrice)).toEqual([6490, 34_900, 129_900, 2_499_900]);
});

test('a drawing is an SVG of its colour; an unknown one is none', () => {
  expect(drawProduct('mug', '#d5525a')).toMatch(/^<svg [^>]*viewBox="0 0 200 200">.*#d5525a.*<\/svg>\n$/s);
  expect(drawProduct('unicorn', '#d5525a')).toBeUndefined();
});
