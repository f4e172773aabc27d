// Imports of vectors into a data folder: what is matched, what is refused, and that the rest of Sepet works on what comes out.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { mapFile } from '../../src/native/index.ts';
import { readManifest, readProducts } from '../../src/tables/dataset.ts';
import { withDatabase } from '../../src/tables/duckdb.ts';
import { readVectorTable } from '../../src/tables/vectors.ts';
import { evaluate } from '../../src/training/evaluate/evaluate.ts';
import { contentPath, readContent } from '../../src/training/imports/content-file.ts';
import { type ImportOptions, importVectors } from '../../src/training/imports/import.ts';
import { modelPath } from '../../src/training/train/files.ts';
import { sepetCommand } from '../shops.ts';
import { type DataFolder, plantedFolder } from './train-world.ts';
import { fvecsOf, npyOf } from './vector-files.ts';

let folder: DataFolder;
let ids: readonly string[];
const dims = 3;
/** A vector for each of `ids`, and the ids in an order of their own, as other tools have them. */
let shuffled: string[];
let values: Float32Array;

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder.dir, name);
  writeFileSync(path, content);
  return path;
};
const vectorOf = (id: string): number[] => {
  const at = shuffled.indexOf(id);
  return [...values.subarray(at * dims, (at + 1) * dims)];
};
const run = (options: ImportOptions) => importVectors(folder.dir, options);
const failure = async (options: ImportOptions): Promise<string> =>
  run(options).then(
    () => 'nothing thrown',
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  );

beforeAll(async () => {
  folder = await plantedFolder(200, 1);
  ids = (await readProducts(folder.dir)).ids;
  const random = new Random(4);
  shuffled = random.shuffle([...ids]);
  values = Float32Array.from({ length: ids.length * dims }, () => random.normal());
});
afterAll(() => folder.remove());
beforeEach(() => {
  for (const path of [modelPath(folder.dir), contentPath(folder.dir)]) rmSync(path, { force: true });
});

describe('importVectors', () => {
  it('makes a model of items, keyed by id, whatever the format', async () => {
    const list = file('ids.txt', `${shuffled.join('\r\n')}\r\n`);
    const parquet = join(folder.dir, 'vectors.parquet');
    const rows = shuffled.map((id) => `('${id}', [${vectorOf(id)}]::DOUBLE[])`);
    await withDatabase((database) =>
      database.run(
        `COPY (SELECT * FROM (VALUES ${rows}) AS t(sku, vector)) TO '${parquet}' (FORMAT parquet)`,
      ),
    );
    const inputs = [
      { path: file('items.fvecs', fvecsOf(values, dims)), ids: list },
      { path: file('items.npy', npyOf(values, dims, { descr: '<f8' })), ids: list },
      { path: parquet },
    ];
    for (const items of inputs) {
      const report = await run({ items, force: true });
      expect(report.model).toEqual({ dims, products: ids.length, without: { count: 0, examples: [] } });
      expect(report.items).toMatchObject({ matched: ids.length, vectors: ids.length, dims });
      expect(report.written).toEqual([modelPath(folder.dir)]);
      const model = mapFile(modelPath(folder.dir));
      ids.forEach((id, row) => {
        const found = [...model.f32('w2v.in').subarray(row * dims, (row + 1) * dims)];
        expect(found).toEqual(vectorOf(id));
      });
      expect(model.f32('w2v.out')).toEqual(model.f32('w2v.in'));
    }
    const { methods } = await evaluate(folder.dir, { k: 5, gamma: 0, maxBaskets: 100, seed: 1 });
    expect(JSON.stringify(methods)).toContain('word2vec');
  });

  it('says what became of each vector', async () => {
    const [first, second, third, fourth] = ids as [string, string, string, string];
    const rows = [
      [first, 1, 2, 3],
      ['elsewhere', 1, 2, 3],
      [first, 7, 7, 7],
      [second, Number.NaN, 1, 1],
      [third, 0, 0, 0],
      [fourth, 0, 3, 4],
    ] as const;
    const items = {
      path: file('some.npy', npyOf(Float32Array.from(rows.flatMap(([, ...vector]) => vector)), dims)),
      ids: file('some.txt', rows.map(([id]) => id).join('\n')),
    };
    const report = await run({ items, dryRun: true });
    expect(existsSync(modelPath(folder.dir))).toBe(false);
    expect(report.written).toEqual([]);
    expect(report.items).toMatchObject({
      ...{ vectors: 6, matched: 2 },
      unknown: { count: 1, examples: ['elsewhere'] },
      duplicates: { count: 1, examples: [first] },
      nonFinite: { count: 1, examples: [second] },
      zeroNorm: { count: 1, examples: [third] },
      norm: { min: Math.sqrt(14), max: 5 },
    });
    const { orders } = await readProducts(folder.dir);
    const { without } = report.items as NonNullable<typeof report.items>;
    expect(without.count).toBe(ids.length - 2);
    const rowsWithout = without.examples.map((id) => ids.indexOf(id));
    expect(rowsWithout).not.toContain(0);
    expect(orders[rowsWithout[0] as number]).toBe(
      Math.max(...orders.filter((_, row) => row !== 0 && row !== 3)),
    );
  });

  it('gives a product vectors only where it has one of each kind', async () => {
    const half = shuffled.slice(0, 30);
    const list = file('ids.txt', shuffled.join('\n'));
    const items = { path: file('items.fvecs', fvecsOf(values, dims)), ids: list };
    const queries = {
      path: file(
        'queries.npy',
        npyOf(
          values.slice(0, 30 * dims).map((value) => -value),
          dims,
        ),
      ),
      ids: file('half.txt', half.join('\n')),
    };
    const report = await run({ items, queries });
    expect(report.model).toMatchObject({ products: 30, without: { count: ids.length - 30 } });
    const model = mapFile(modelPath(folder.dir));
    ids.forEach((id, row) => {
      const at = row * dims;
      const wanted = half.includes(id) ? vectorOf(id) : [0, 0, 0];
      expect([...model.f32('w2v.out').subarray(at, at + dims)]).toEqual(wanted);
      expect([...model.f32('w2v.in').subarray(at, at + dims)]).toEqual(wanted.map((value) => 0 - value));
    });
    const long = {
      path: file('long.npy', npyOf(values, 1)),
      ids: file('long.txt', 'a\n'.repeat(values.length)),
    };
    expect(await failure({ items: long, force: true })).toMatch(
      /^data_empty: .*its ids look like "a", "a", "a"/,
    );
    const one = { path: file('one.fvecs', fvecsOf(values.slice(0, 30), 1)), ids: queries.ids };
    expect(await failure({ items, queries: one, force: true })).toMatch(
      /^vectors_invalid: .*of 3 values and .* of 1/,
    );
  });

  it('keeps content vectors for their own products only', async () => {
    const list = file('ids.txt', shuffled.slice(0, 7).join('\n'));
    const content = { path: file('content.npy', npyOf(values.slice(0, 7 * dims), dims)), ids: list };
    const report = await run({ content });
    expect(report.written).toEqual([contentPath(folder.dir)]);
    const dataset = await readManifest(folder.dir);
    const kept = readContent(folder.dir, dataset);
    expect([...(kept?.rows ?? [])].map((row) => ids[row])).toEqual(
      ids.filter((id) => shuffled.slice(0, 7).includes(id)),
    );
    expect([...(kept?.vectors.subarray(0, dims) ?? [])]).toEqual(
      vectorOf(ids[kept?.rows[0] as number] as string),
    );
    const other = { ...dataset, hashes: { ...dataset.hashes, 'products.parquet': 'other' } };
    expect(() => readContent(folder.dir, other)).toThrow(/imported for other products/);
  });

  it('writes over nothing without --force, and refuses what does not fit', async () => {
    const list = file('ids.txt', shuffled.join('\n'));
    const items = { path: file('items.fvecs', fvecsOf(values, dims)), ids: list };
    await run({ items });
    const before = readFileSync(modelPath(folder.dir));
    expect(await failure({ items })).toMatch(/^output_exists: .*--force/);
    expect(readFileSync(modelPath(folder.dir)).equals(before)).toBe(true);
    const force = true;
    expect(await failure({ force })).toMatch(/^option_invalid: .*nothing to import/);
    expect(await failure({ queries: items, force })).toMatch(/^option_invalid: Queries alone/);
    expect(await failure({ items: { path: items.path }, force })).toMatch(/^option_invalid: .*holds no ids/);
    expect(await failure({ items: { path: 'a.bin', ids: list }, force })).toMatch(
      /^vectors_invalid: .*extension/,
    );
    expect(await failure({ items: { path: 'a.npy', ids: list }, force })).toMatch(/^input_missing/);
    const fewer = file('fewer.txt', shuffled.slice(1).join('\n'));
    expect(await failure({ items: { path: items.path, ids: fewer }, force })).toMatch(
      /^vectors_invalid: .*60 vectors, and .* 59 ids/,
    );
    const junk = { path: file('junk.parquet', 'PAR1 and no more') };
    expect(await failure({ items: junk, force })).toMatch(/^vectors_invalid: .*cannot be read as Parquet/);
    expect(await failure({ items: { path: join(folder.dir, 'products.parquet') }, force })).toMatch(
      /^column_missing: .*no column of lists/,
    );
    expect(readFileSync(modelPath(folder.dir)).equals(before)).toBe(true);
  });
});

describe('readVectorTable', () => {
  it('of a Parquet file that is cut or changed fails with a code, or still reads it', async () => {
    const path = join(folder.dir, 'fuzzed.parquet');
    await withDatabase((database) =>
      database.run(
        `COPY (SELECT 'p' || i AS id, [i, i + 0.5, NULL]::FLOAT[] AS v FROM range(50) AS t(i)) TO '${path}' (FORMAT parquet)`,
      ),
    );
    const whole = readFileSync(path);
    const table = await readVectorTable(path);
    expect([...table.values.subarray(6, 9)]).toEqual([2, 2.5, Number.NaN]);
    expect(table.ids[2]).toBe('p2');
    const random = new Random(7);
    for (let i = 0; i < 20; i++) {
      const bytes = Uint8Array.from(i % 2 === 0 ? whole.subarray(0, random.below(whole.length)) : whole);
      for (let n = 0; i % 2 === 1 && n < 3; n++) bytes[random.below(bytes.length)] = random.below(256);
      writeFileSync(path, bytes);
      const code = await readVectorTable(path).then(
        () => 'read',
        (error: { code?: string }) => error.code,
      );
      expect(['read', 'vectors_invalid', 'column_missing'], `change ${i}`).toContain(code);
    }
  });

  it('is not read where the shape is refused', async () => {
    const path = join(folder.dir, 'wide.parquet');
    await withDatabase((database) =>
      database.run(`COPY (SELECT 'p' AS id, range(5000)::FLOAT[] AS v) TO '${path}' (FORMAT parquet)`),
    );
    expect(await failure({ content: { path } })).toMatch(/^vectors_invalid: .*vectors of 5000 values/);
    const named = { path, vectorColumn: 'w' };
    expect(await failure({ content: named })).toMatch(/^column_missing: .*no column "w"/);
    expect(await failure({ content: { path, ids: path } })).toMatch(/^option_invalid: .*ids in a column/);
  });
});

describe('sepet import', () => {
  it('reports, and ends in a code where it fails', () => {
    const list = file('ids.txt', ['stranger', ...shuffled.slice(1)].join('\n'));
    const path = file('items.fvecs', fvecsOf(values, dims));
    const args = [sepetCommand, 'import', folder.dir, '--items', path, '--item-ids', list];
    const text = execFileSync(process.execPath, args, { encoding: 'utf8', stdio: 'pipe' });
    expect(text).toMatch(/59 +matched/);
    expect(text).toMatch(/1 +of no product here +stranger/);
    expect(text).toContain(`Next: sepet evaluate ${folder.dir}`);
    const again = spawnSync(process.execPath, [...args, '--json'], { encoding: 'utf8' });
    expect(again.status).toBe(1);
    expect(again.stderr).toContain('[output_exists]');
  });
});
