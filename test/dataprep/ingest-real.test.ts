import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ingest } from '../../src/dataprep/ingest.ts';
import { readBaskets, readProducts } from '../../src/tables/dataset.ts';
import { type Folder, makeFolder, sharedData } from './ingest-folder.ts';

const onlineRetail = join(sharedData, 'online-retail', 'online-retail-2010-2011.csv.gz');
const completeJourney = join(sharedData, 'complete-journey', 'transactions.csv.gz');

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.remove());

describe.skipIf(!existsSync(onlineRetail))('Online Retail (skipped where the file is missing)', () => {
  it('accounts for its 541,909 lines', async () => {
    const { manifest, unreadable } = await ingest({
      files: [onlineRetail],
      out: folder.out,
      preset: 'online-retail',
    });
    const { counts } = manifest;
    expect(counts).toMatchObject({ lines: 541_909, orders: 20_538, baskets: 18_292, customers: 4335 });
    expect(counts.dropped).toMatchObject({ unreadable: 0, cancelled: 9288, time_unreadable: 0 });
    expect(counts.kept + Object.values(counts.dropped).reduce((a, b) => a + b, 0)).toBe(541_909);
    expect(unreadable).toEqual([]);
    const products = await readProducts(folder.out);
    const heart = products.ids.indexOf('85123A');
    expect(heart).toBe(0);
    expect(products.titles[heart]).toBe('WHITE HANGING HEART T-LIGHT HOLDER');
    expect(products.prices[heart]).toBe(295);
    expect(products.ids).toContain('DCGS0003');
    for (const id of ['POST', 'M', 'BANK CHARGES', 'GIFT_0001_20']) expect(products.ids).not.toContain(id);
    const test = await readBaskets(folder.out, { split: 'test' });
    const train = await readBaskets(folder.out, { split: 'train' });
    expect(train.baskets + test.baskets).toBe(18_292);
    expect(train.items.length + test.items.length).toBe(counts.tokens);
    expect((train.timeSeconds.at(-1) ?? 0) < (test.timeSeconds[0] ?? 0)).toBe(true);
  });
});

describe.skipIf(!existsSync(completeJourney))('Complete Journey (skipped where the file is missing)', () => {
  it('accounts for its 75,000 lines and takes its product table', async () => {
    const { manifest } = await ingest({
      files: [completeJourney],
      out: folder.out,
      preset: 'complete-journey',
    });
    expect(manifest.counts).toMatchObject({ lines: 75_000, catalogue: { lines: 92_331, kept: 92_331 } });
    expect(manifest.counts.dropped.quantity_not_positive).toBe(416);
    expect(manifest.time.first.slice(0, 4)).toBe('2017');
    const products = await readProducts(folder.out);
    expect([products.titles[0], products.categories[0], products.brands[0]]).toEqual([
      'BANANAS',
      'PRODUCE/TROPICAL FRUIT/BANANAS',
      'National 2',
    ]);
  });
});
