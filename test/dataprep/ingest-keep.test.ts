// Order columns that baskets keep, and what is read of baskets for feature specs.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type IngestOptions, ingest } from '../../src/dataprep/ingest.ts';
import { readBasketColumns, readKeptColumns } from '../../src/tables/basket-columns.ts';
import { type Folder, makeFolder } from './ingest-folder.ts';

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.remove());

const orders = `order_id,product_id,time,Country,shop
1,a,2024-05-06 09:15:00, France ,web
1,b,2024-05-06 09:16:00,France,web
2,a,2024-12-01 00:30:00,,web
2,c,2024-12-01 00:30:00,Spain,app
3,b,2024-12-31 23:59:59,,
3,c,2024-12-31 23:59:59,"  ",
4,b,2025-02-02 12:00:00,Italy,
`;

const run = (mapping: IngestOptions['mapping'], more: Partial<IngestOptions> = {}) =>
  ingest({ files: [folder.file('orders.csv', orders)], out: folder.out, testShare: 0, mapping, ...more });

describe('kept columns', () => {
  it('are the values of an order’s lines: the first of them where they differ, and none where none has one', async () => {
    const { manifest } = await run({ keep: { country: 'Country', via: 'shop' } });
    expect(await readKeptColumns(folder.out)).toEqual(['country', 'via']);
    const columns = await readBasketColumns(folder.out, ['via', 'country'], 'train');
    expect([...columns]).toEqual([
      ['via', ['web', 'app', null]],
      ['country', ['France', 'Spain', null]],
    ]);
    expect(manifest.parameters.columns.keep).toEqual({ country: 'Country', via: 'shop' });
    expect(manifest.counts.keep).toEqual({ country: 2, via: 2 });
    expect((await readBasketColumns(folder.out, ['country'], 'test')).get('country')).toEqual([]);
  });

  it('stand in a mapping file as a list of names, or with their columns', async () => {
    for (const text of ['keep: [shop]', 'keep: {shop: shop}']) {
      await run({}, { mapFile: folder.file('m.yaml', text) });
      expect(await readKeptColumns(folder.out)).toEqual(['shop']);
    }
  });

  it.each<[Record<string, string>, string, RegExp]>([
    [{ country: 'Land' }, 'column_missing', /no column "Land"/],
    [{ Country: 'Country' }, 'option_invalid', /A kept column's name .* not "Country"/],
    [{ context: 'shop' }, 'option_invalid', /"context" already/],
    [{ ab: 'shop', aB: 'shop' }, 'option_invalid', /Another kept column is called like "aB"/],
    [Object.fromEntries([...'abcdefghi'].map((name) => [name, 'shop'])), 'option_invalid', /at most 8/],
  ])('%j are refused by name', async (keep, code, message) => {
    await expect(run({ keep })).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('are none without being asked for, and the columns of every basket are there all the same', async () => {
    await run({ context: 'shop' });
    expect(await readKeptColumns(folder.out)).toEqual([]);
    const names = ['context', 'time.hour', 'time.weekday', 'time.month'];
    const columns = await readBasketColumns(folder.out, names, 'train');
    expect([...columns.values()]).toEqual([
      ['web', null],
      ['9', '23'],
      ['1', '2'],
      ['5', '12'],
    ]);
  });
});
