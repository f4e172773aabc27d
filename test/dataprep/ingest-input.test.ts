import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ingest } from '../../src/dataprep/ingest.ts';
import { withDatabase } from '../../src/tables/duckdb.ts';
import { type Folder, ingestText, makeFolder, seenBaskets, seenProducts } from './ingest-folder.ts';

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.remove());

const csv =
  'order_id,product_id,time,quantity,price\n1,A,2024-05-01 10:00:00,1,2.5\n1,"B, ""x""",2024-05-01 10:00:00,1,1\n';
const run = (files: string[], more: object = {}) => ingest({ files, out: folder.out, testShare: 0, ...more });

describe('kinds of files', () => {
  it('reads CSV, gzip, TSV, JSONL and Parquet alike', async () => {
    const objects = [
      { order_id: 1, product_id: 'A', time: '2024-05-01 10:00:00', quantity: 1, price: 2.5 },
      { order_id: 1, product_id: 'B, "x"', time: '2024-05-01 10:00:00', quantity: 1, price: 1 },
    ];
    const parquet = join(folder.dir, 'orders.parquet');
    await withDatabase((database) =>
      database.run(
        `COPY (SELECT order_id::INTEGER AS order_id, product_id, time::TIMESTAMP AS time, quantity::DOUBLE AS quantity, price::DOUBLE AS price
           FROM read_csv('${folder.file('plain.csv', csv)}', all_varchar = true)) TO '${parquet}'`,
      ),
    );
    const files = [
      folder.file('orders.csv', `\ufeff${csv.replaceAll('\n', '\r\n')}`),
      folder.file('mixed.csv', csv.replace('\n', '\r\n')),
      folder.file('orders.csv.gz', csv),
      folder.file(
        'orders.tsv',
        csv.replace('"B, ""x"""', '¦').replaceAll(',', '\t').replace('¦', '"B, ""x"""'),
      ),
      folder.file('orders.jsonl', objects.map((object) => JSON.stringify(object)).join('\n')),
      folder.file('orders.ndjson.gz', objects.map((object) => JSON.stringify(object)).join('\r\n')),
      parquet,
    ];
    for (const file of files) {
      const { manifest } = await run([file]);
      expect(manifest.counts, file).toMatchObject({ lines: 2, kept: 2, baskets: 1 });
      const products = await seenProducts(folder.out);
      expect(
        products.map(({ id, price_minor }) => [id, price_minor]),
        file,
      ).toEqual([
        ['A', 250],
        ['B, "x"', 100],
      ]);
    }
  });

  it('counts and shows broken JSON lines', async () => {
    const line = '{"order_id":1,"product_id":"A","time":1714557600}';
    const file = folder.file('o.jsonl', `${line}\n{"order_id":\n\n[1]\n${line.replace('A', 'B')}\nnull\n`);
    const { manifest, unreadable } = await run([file]);
    expect(manifest.counts).toMatchObject({ lines: 5, kept: 2 });
    expect(unreadable.map((shown) => [shown.line, shown.why])).toEqual([
      [2, 'not a JSON object'],
      [4, 'not a JSON object'],
      [6, 'not a JSON object'],
    ]);
  });

  it('reads several files with columns in different orders', async () => {
    const first = folder.file('1.csv', 'order_id,product_id,time\n1,A,2024-05-01\n');
    const second = folder.file('2.csv', 'time,extra,product_id,order_id\n2024-05-01,x,B,1\n');
    const { manifest } = await run([first, second]);
    expect(manifest.counts).toMatchObject({ lines: 2, kept: 2, baskets: 1 });
    expect(manifest.source.orders.map(({ file }) => file)).toEqual(['1.csv', '2.csv']);
  });

  it('keeps quoted line ends inside a field', async () => {
    const { manifest, products } = await ingestText(
      'order_id,product_id,time,title\n1,A,2024-05-01,"two\nlines"\n1,B,2024-05-01,b\nbroken\n',
    );
    expect(manifest.counts).toMatchObject({ lines: 3, kept: 2 });
    expect(products[0]?.title).toBe('two lines');
  });
});

describe('bad input', () => {
  it('names the nearest column', async () => {
    const file = folder.file('o.csv', csv);
    await expect(run([file], { mapping: { orders: { order: ['oder_id'] } } })).rejects.toMatchObject({
      code: 'column_missing',
      message: expect.stringContaining('"order_id"'),
    });
    const foreign = folder.file('p.csv', 'Invoice,Sku,When\n1,A,2024-05-01\n');
    await expect(run([foreign])).rejects.toMatchObject({
      code: 'column_missing',
      message: expect.stringContaining('--product'),
    });
    const semicolons = folder.file('s.csv', 'a;b;c\n1;2;3\n');
    await expect(run([semicolons], { mapping: { orders: { product: ['b'] } } })).rejects.toMatchObject({
      message: expect.stringContaining('--delimiter ";"'),
    });
    await expect(run([file], { mapping: { context: 'chanel' } })).rejects.toMatchObject({
      code: 'column_missing',
    });
  });

  it('stops at the first unreadable line under strict, with its number', async () => {
    const file = folder.file('o.csv', `${csv}7,only three,fields\n`);
    await expect(run([file], { strict: true })).rejects.toMatchObject({
      code: 'line_unreadable',
      message: expect.stringContaining('line 4: 3 fields instead of 5'),
    });
    expect(existsSync(folder.out)).toBe(false);
  });

  it.each([
    ['nothing.csv', 'input_missing', undefined],
    ['o.xlsx', 'input_unreadable', 'PK'],
    ['o.csv', 'data_empty', ''],
    ['o.jsonl', 'data_empty', '\n\n'],
    ['o.csv', 'data_empty', 'order_id,product_id,time\n'],
    ['o.csv', 'data_empty', 'order_id,product_id,time\n1,A,2024-05-01\n'],
    ['o.parquet', 'input_unreadable', csv],
    ['o.csv', 'input_unreadable', 'a,a\n1,2\n'],
    ['o.csv', 'input_unreadable', 'order_id,product_id,time\r1,A,2024-05-01\r'],
  ])('%s: %s', async (name, code, content) => {
    const file = content === undefined ? join(folder.dir, name) : folder.file(name, content);
    await expect(run([file])).rejects.toMatchObject({ code });
    expect(existsSync(folder.out)).toBe(false);
  });

  it('says so where gzip is cut short', async () => {
    const whole = gzipSync(csv.repeat(100));
    const file = join(folder.dir, 'o.csv.gz');
    writeFileSync(file, whole.subarray(0, whole.length - 20));
    await expect(run([file])).rejects.toMatchObject({ code: 'input_unreadable' });
  });

  it('refuses options that make no sense, naming the nearest', async () => {
    const file = folder.file('o.csv', csv);
    const refused = (more: object) => expect(run([file], more)).rejects;
    await refused({ preset: 'online-retial' }).toMatchObject({
      code: 'option_invalid',
      message: expect.stringContaining('"online-retail"'),
    });
    await refused({ mapping: { cancelled: '(' } }).toMatchObject({ code: 'option_invalid' });
    await refused({ mapping: { context: 'category:x' } }).toMatchObject({ code: 'option_invalid' });
    await refused({ mapping: { currency: 'euros' } }).toMatchObject({ code: 'option_invalid' });
    await refused({ testDays: 3 }).toMatchObject({ code: 'option_invalid' });
    const map = folder.file('m.yaml', 'orders: {order: order_id}\ncanceled: "^C"\n');
    await refused({ mapFile: map }).toMatchObject({
      code: 'option_unknown',
      message: expect.stringContaining('"cancelled"'),
    });
    const field = folder.file('f.yaml', 'orders: {prize: price}\n');
    await refused({ mapFile: field }).toMatchObject({ message: expect.stringContaining('"price"') });
  });
});

describe('mapping and catalogue', () => {
  it('lays options over a mapping file over a preset', async () => {
    const file = folder.file(
      'o.csv',
      'InvoiceNo,Sku,InvoiceDate,Quantity,UnitPrice,Description,CustomerID\n1,10001a,2024-05-01,1,1,x,1\n1,10002,2024-05-01,1,1,y,1\n1,10003,2024-05-01,1,1,z,1\nC1,10003,2024-05-01,1,1,z,1\n',
    );
    const map = folder.file('m.yaml', 'preset: online-retail\norders:\n  product: Nope\ncurrency: TRY\n');
    const { manifest } = await run([file], { mapFile: map, mapping: { orders: { product: ['Sku'] } } });
    expect(manifest.counts.dropped.cancelled).toBe(1);
    expect(manifest.currency).toBe('TRY');
    expect((await seenProducts(folder.out)).map(({ id }) => id)).toEqual(['10001A', '10002', '10003']);
  });

  it('overlays the catalogue, keeps products that nobody ordered, and lets the last line of an id win', async () => {
    const orders = folder.file('o.csv', csv);
    const products = folder.file(
      'p.csv',
      `id,title,top,sub,brand,maker,gender,price,currency,stock,released,image
A,Old,Home,Lamps,X,1,women,5,EUR,3,2024-01-02,a.svg
A,Lamp,Home,Lamps/LED,X,1,women,7.5,EUR,0,2024-01-02,a.svg
Z,Never sold,,Lamps,,,robots,99,KWD,yes,soon,
,no id,,,,,,,,,,
broken
`,
    );
    const { manifest } = await run([orders], {
      products,
      mapping: { products: { category: ['top', 'sub'], brand: ['brand', 'maker'] } },
    });
    expect(manifest.counts.catalogue).toEqual({
      lines: 5,
      kept: 2,
      dropped: { unreadable: 1, id_missing: 1, repeat: 1 },
    });
    const [lamp, other, never] = await seenProducts(folder.out);
    expect(lamp).toEqual({
      row: 0,
      id: 'A',
      title: 'Lamp',
      category: 'Home/Lamps-LED',
      brand: 'X 1',
      gender: 'female',
      price_minor: 750,
      currency: 'EUR',
      in_stock: false,
      released: '2024-01-02',
      image: 'a.svg',
      group: null,
      orders: 1,
      orders_train: 1,
    });
    expect(other).toMatchObject({
      id: 'B, "x"',
      title: null,
      price_minor: 100,
      currency: 'EUR',
      in_stock: null,
    });
    expect(never).toMatchObject({
      id: 'Z',
      category: null,
      gender: null,
      price_minor: 99000,
      in_stock: true,
      orders: 0,
    });
  });
});

describe('groups and numeric fields', () => {
  const table = `id,group,margin,Stars,cost
A,lamp,0.25,"4,5",1
"B, ""x""",lamp,much,inf,2
Z,,,"1e60",3
`;
  const ingestTable = (more: object) =>
    run([folder.file('o.csv', csv)], { products: folder.file('p.csv', table), ...more });
  const seen = async () =>
    (await seenProducts(folder.out)).map((product) =>
      Object.fromEntries(Object.entries(product).filter(([name]) => /^(id|group|num_.*)$/.test(name))),
    );

  it('are taken where they are asked for, and known only where they are numbers that a column holds', async () => {
    const { manifest } = await ingestTable({
      mapping: { fields: { rating: 'Stars', margin: 'margin' }, decimalComma: true },
    });
    expect(await seen()).toEqual([
      { id: 'A', group: 'lamp', num_margin: 25, num_rating: 4.5 },
      { id: 'B, "x"', group: 'lamp', num_margin: null, num_rating: null },
      { id: 'Z', group: null, num_margin: null, num_rating: null },
    ]);
    expect(manifest.counts.fields).toEqual({ margin: 1, rating: 1 });
    expect(manifest.parameters.columns.fields).toEqual({ rating: 'Stars', margin: 'margin' });
  });

  it('stand in a mapping file as a list of names, or with their columns', async () => {
    for (const text of ['fields: [margin]', 'fields: {margin: margin}']) {
      await ingestTable({ mapFile: folder.file('m.yaml', `${text}\nproducts: {group: cost}\n`) });
      expect((await seen())[0]).toEqual({ id: 'A', group: '1', num_margin: 0.25 });
    }
  });

  it('are refused by name where they cannot be', async () => {
    const refused = (fields: object, more: object = {}) =>
      expect(ingestTable({ mapping: { fields }, ...more })).rejects;
    await refused({ margn: 'margn' }).toMatchObject({
      code: 'column_missing',
      message: expect.stringContaining('"margin"'),
    });
    await refused({ Stars: 'Stars' }).toMatchObject({ code: 'option_invalid' });
    await refused({ aB: 'cost', ab: 'cost' }).toMatchObject({ message: expect.stringContaining('capitals') });
    await refused({ cost: 'cost' }, { products: undefined }).toMatchObject({
      message: expect.stringContaining('--products'),
    });
    const many = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`f${i}`, 'cost']));
    await refused(many).toMatchObject({ message: expect.stringContaining('at most 16') });
  });
});

describe('writing', () => {
  it('gives the same bytes for the same input, in any order of lines', async () => {
    const lines = Array.from(
      { length: 20_000 },
      (_, i) =>
        `${(i * 7919) % 6000},P${(i * 31) % 977},2024-05-${String(1 + (((i * 7919) % 6000) % 28)).padStart(2, '0')},1,${1 + (i % 90) / 100},t${i % 3}`,
    );
    const file = folder.file('o.csv', `order_id,product_id,time,quantity,price,title\n${lines.join('\n')}\n`);
    const first = await run([file], { testShare: 0.2 });
    const again = await run([file], { testShare: 0.2 });
    expect(again.manifest.hashes).toEqual(first.manifest.hashes);
    expect(readdirSync(folder.out).sort()).toEqual(['baskets.parquet', 'manifest.json', 'products.parquet']);
    const shuffled = folder.file(
      's.csv',
      `order_id,product_id,time,quantity,price,title\n${lines.reverse().join('\n')}\n`,
    );
    expect((await run([shuffled], { testShare: 0.2 })).manifest.hashes).toEqual(first.manifest.hashes);
  });

  it('leaves an earlier folder as it was when cancelled', async () => {
    const file = folder.file('o.csv', csv);
    await run([file]);
    const before = readFileSync(join(folder.out, 'manifest.json'), 'utf8');
    for (const at of ['reading', 'finding', 'making', 'writing']) {
      const stop = new AbortController();
      const onStep = (name: string) => name.startsWith(at) && stop.abort();
      await expect(run([file], { signal: stop.signal, onStep })).rejects.toMatchObject({ code: 'cancelled' });
      expect(readFileSync(join(folder.out, 'manifest.json'), 'utf8')).toBe(before);
      expect(readdirSync(folder.out)).toHaveLength(3);
    }
    expect(await seenBaskets(folder.out)).toHaveLength(1);
  });
});
