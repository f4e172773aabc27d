// Files of changes: what each column becomes, and that whatever cannot be read stops the whole and is named.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { ProductChange } from '../../src/catalog/changes.ts';
import { type ReadChangesOptions, readChanges } from '../../src/dataprep/changes.ts';
import { literal, withDatabase } from '../../src/tables/duckdb.ts';

const folder = mkdtempSync(join(tmpdir(), 'sepet-changes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function file(extension: string, content: string | Uint8Array): string {
  const path = join(folder, `${files++}.${extension}`);
  writeFileSync(path, content);
  return path;
}
const csv = (text: string, options?: ReadChangesOptions) => readChanges(file('csv', text), options);

const table = `id,title,category,brand,gender,price,currency,stock,released,image,group,removed,margin
P1,"Two  words, one comma",A / B//C,Acme,women,12.995,eur,yes,2026-05-01,https://x.test/1.jpg,m1,false,0.25
P2,,,,,,,0,,,,true,
P3,,,,,,,7,,,,,-1.5
`;
const changes: ProductChange[] = [
  {
    id: 'P1',
    removed: false,
    title: 'Two words, one comma',
    image: 'https://x.test/1.jpg',
    category: 'A/B/C',
    brand: 'Acme',
    group: 'm1',
    gender: 'female',
    price: 1300,
    stock: true,
    released: Date.UTC(2026, 4, 1) / 86_400_000,
    numeric: { margin: 0.25 },
  },
  { id: 'P2', removed: true, stock: false },
  { id: 'P3', stock: true, numeric: { margin: -1.5 } },
];

describe('a file of changes', () => {
  const fields = { margin: 'margin' };

  it('is read from every format alike', async () => {
    const expected = { changes, currency: 'EUR', lines: 3 };
    expect(await csv(table, { fields })).toEqual(expected);
    expect(await readChanges(file('csv.gz', gzipSync(table)), { fields })).toEqual(expected);
    const source = file('csv', table);
    const [tsv, jsonl, parquet] = ['tsv', 'jsonl', 'parquet'].map((extension) => file(extension, ''));
    await withDatabase(async (database) => {
      const rows = `SELECT * FROM read_csv(${literal(source)}, all_varchar = true)`;
      await database.run(`COPY (${rows}) TO ${literal(tsv as string)} (FORMAT csv, DELIMITER '\t')`);
      await database.run(`COPY (${rows}) TO ${literal(jsonl as string)} (FORMAT json)`);
      await database.run(`COPY (${rows}) TO ${literal(parquet as string)} (FORMAT parquet)`);
    });
    for (const path of [tsv, jsonl, parquet])
      expect(await readChanges(path as string, { fields })).toEqual(expected);
  });

  it('says what is so now: later lines lie over earlier ones, and empty ones say nothing', async () => {
    const read = await csv('id,price,stock\na,1,\nb,,1\na,,0\nc,,\na,2,\n');
    expect(read).toEqual({
      changes: [
        { id: 'a', price: 200, stock: false },
        { id: 'b', stock: true },
      ],
      currency: null,
      lines: 4,
    });
  });

  it.each([
    ['JPY', '1200', 1200],
    ['KWD', '1.2345', 1235],
    ['EUR', '0.005', 1],
  ])('has prices in the minor units of its currency: %s %s', async (currency, price, minor) => {
    expect((await csv(`id,price,currency\na,${price},${currency}\n`)).changes[0]?.price).toBe(minor);
    const read = await csv(`id,price\na,${price}\n`, { currency });
    expect(read).toMatchObject({ currency, changes: [{ price: minor }] });
  });

  it('may write numbers with a comma, and have a delimiter of its own', async () => {
    const read = await csv('id;price\na;1.234,50\n', { delimiter: ';', decimalComma: true });
    expect(read.changes).toEqual([{ id: 'a', price: 123_450 }]);
  });

  it.each([
    ['price', '0', /line 3: the price "0" of product "b" is not a price above 0/],
    ['price', '-1', /the price "-1"/],
    ['price', 'free', /the price "free"/],
    ['price', '1e9', /the price "1e9"/],
    ['stock', 'some', /the stock "some" of product "b" is not true, false or a number of pieces/],
    ['removed', 'gone', /the removed "gone" of product "b" is not true or false/],
    ['released', 'soon', /the released "soon" of product "b" is not a date/],
    ['gender', 'robot', /the gender "robot"/],
    ['category', '//', /the category "\/\/" of product "b" is not a path/],
    ['currency', 'euros', /the currency "euros"/],
    ['margin', 'much', /the margin "much" of product "b" is not a number/],
    ['margin', '1e39', /the margin "1e39"/],
  ])('with the %s %s is not taken', async (column, value, said) => {
    const fields = column === 'margin' ? { margin: 'margin' } : {};
    await expect(csv(`id,${column}\na,\nb,${value}\n`, { fields })).rejects.toThrow(said);
  });

  it('names the line that a person would look at, or the record', async () => {
    await expect(csv('id,title,price\na,"one\ntwo",\nb,,free\n')).rejects.toThrow(/csv, record 2: the price/);
    await expect(
      readChanges(file('jsonl', '{"id":"a","stock":1}\n{"id":"b","stock":"x"}\n')),
    ).rejects.toThrow(/jsonl, line 2: the stock "x"/);
    await expect(csv('id,price\n,1\n')).rejects.toThrow(/line 2: there is no id/);
  });

  it.each([
    ['column_missing', 'sku,price\na,1\n', /no column "id"/],
    ['delta_invalid', 'id,prise\na,1\n', /column "prise", which would change nothing.*Did you mean "price"/],
    ['delta_invalid', 'id,Farbe\na,1\n', /column "Farbe".*Known: id, title/],
    ['delta_invalid', 'id,price,currency\na,1,EUR\nb,1,USD\n', /"b" is in USD, that of "a" in EUR/],
    ['line_unreadable', 'id,price\na,1,2\n', /line 2: 3 fields instead of 2/],
    ['data_empty', 'id,price\n', /holds no change/],
    ['data_empty', 'id,price\na,\n', /holds no change/],
  ])('is refused with %s: %j', async (code, text, said) => {
    await expect(csv(text)).rejects.toMatchObject({ code, message: expect.stringMatching(said) as string });
  });

  it('needs a currency that can be one', async () => {
    await expect(csv('id,price\na,1\n', { currency: 'euro' })).rejects.toMatchObject({
      code: 'option_invalid',
    });
  });
});
