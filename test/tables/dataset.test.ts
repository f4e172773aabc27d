import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unknown8, unknown32, unknownDay } from '../../src/base/products.ts';
import { readBaskets, readManifest, readProducts } from '../../src/tables/dataset.ts';
import { withDatabase } from '../../src/tables/duckdb.ts';
import { cpuMsSince } from '../cpu.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sepet-dataset-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const write = (query: string, file: string) =>
  withDatabase((database) => database.run(`COPY (${query}) TO '${join(dir, file)}' (FORMAT parquet)`));

describe('readBaskets', () => {
  it('reads both sides of the split, oldest first', async () => {
    await write(
      `SELECT * FROM (VALUES (1::UINTEGER, TIMESTAMP '2024-05-02', '', 'test', [7, 8, 9]::UINTEGER[]),
         (0::UINTEGER, TIMESTAMP '2024-05-01', '', 'train', [3, 4]::UINTEGER[])) AS t(basket, time, context, split, items)`,
      'baskets.parquet',
    );
    const all = await readBaskets(dir);
    expect(all).toEqual({
      baskets: 2,
      items: Uint32Array.of(3, 4, 7, 8, 9),
      offsets: Uint32Array.of(0, 2, 5),
      timeSeconds: Float64Array.of(Date.UTC(2024, 4, 1) / 1000, Date.UTC(2024, 4, 2) / 1000),
    });
    expect((await readBaskets(dir, { split: 'test' })).items).toEqual(Uint32Array.of(7, 8, 9));
    expect((await readBaskets(dir, { split: 'train' })).offsets).toEqual(Uint32Array.of(0, 2));
  });

  it('reads 200,000 baskets in a second or so', async () => {
    await write(
      `SELECT i::UINTEGER AS basket, TIMESTAMP '2024-05-01' + INTERVAL (i) SECOND AS time, '' AS context, 'train' AS split,
         list_transform(range(2 + i % 5), lambda x: ((x * 7919 + i) % 20000)::UINTEGER) AS items FROM range(200000) AS r(i)`,
      'baskets.parquet',
    );
    const before = process.cpuUsage();
    const { baskets, items } = await readBaskets(dir);
    expect([baskets, items.length]).toEqual([200_000, 800_000]);
    expect(cpuMsSince(before)).toBeLessThan(4000);
  });
});

describe('readProducts', () => {
  it('marks what is unknown', async () => {
    await write(
      `SELECT * FROM (VALUES
         (1::UINTEGER, 'b', NULL, NULL, NULL, NULL, NULL::UBIGINT, NULL, NULL::BOOLEAN, NULL::DATE, NULL, 0::UINTEGER, 0::UINTEGER),
         (0::UINTEGER, 'a', 'A', 'X/Y', 'N', 'kids', 255, 'EUR', true, DATE '1970-01-03', 'a.svg', 5, 4))
         AS t(row, id, title, category, brand, gender, price_minor, currency, in_stock, released, image, orders, orders_train)`,
      'products.parquet',
    );
    expect(await readProducts(dir)).toEqual({
      products: 2,
      ids: ['a', 'b'],
      titles: ['A', null],
      categories: ['X/Y', null],
      brands: ['N', null],
      genders: ['kids', null],
      prices: Uint32Array.of(255, unknown32),
      currencies: ['EUR', null],
      stock: Uint8Array.of(1, unknown8),
      released: Int32Array.of(2, unknownDay),
      images: ['a.svg', null],
      groups: [null, null],
      numeric: new Map(),
      orders: Uint32Array.of(5, 0),
      ordersTrain: Uint32Array.of(4, 0),
    });
  });
});

describe('groups and numeric fields', () => {
  it('are read by name, unknown values as null and NaN', async () => {
    await write(
      `SELECT row::UINTEGER AS row, row::VARCHAR AS id, NULL AS title, NULL AS category, NULL AS brand, NULL AS gender,
         NULL::UBIGINT AS price_minor, NULL AS currency, NULL::BOOLEAN AS in_stock, NULL::DATE AS released, NULL AS image,
         "group", num_margin, num_rating, 0::UINTEGER AS orders, 0::UINTEGER AS orders_train
         FROM (VALUES (0, 'm1', 0.5, NULL::DOUBLE), (1, NULL, NULL, 4.5)) AS t(row, "group", num_margin, num_rating)`,
      'products.parquet',
    );
    const { groups, numeric } = await readProducts(dir);
    expect(groups).toEqual(['m1', null]);
    expect(numeric).toEqual(
      new Map([
        ['margin', Float32Array.of(0.5, Number.NaN)],
        ['rating', Float32Array.of(Number.NaN, 4.5)],
      ]),
    );
  });
});

describe('folders that are not whole', () => {
  it('says what is missing or damaged, and what to do', async () => {
    await expect(readBaskets(dir)).rejects.toMatchObject({ code: 'input_missing' });
    await expect(readManifest(dir)).rejects.toMatchObject({ code: 'input_missing' });
    writeFileSync(join(dir, 'products.parquet'), 'PAR1 not really');
    await expect(readProducts(dir)).rejects.toMatchObject({ code: 'input_unreadable' });
    for (const text of ['{', '{}', '{"kind":"sepet-baskets","version":2}']) {
      writeFileSync(join(dir, 'manifest.json'), text);
      await expect(readManifest(dir)).rejects.toMatchObject({ code: 'manifest_invalid' });
    }
  });
});
