// A shop whose customers go by their country and by the hour: with a thing northerners take its northern partner and southerners
// its southern one; in the morning coffee is in the basket, in the evening wine.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../src/base/random.ts';
import { ingest } from '../../src/dataprep/ingest.ts';
import { checkSpec } from '../../src/features/spec.ts';
import type { DataFolder } from './train-world.ts';

export const things = 12;

export const askedSpec = checkSpec(
  {
    version: 1,
    user: [{ column: 'country', kind: 'dictionary' }],
    context: [
      { column: 'query.id', kind: 'dictionary' },
      { column: 'time.hour', kind: 'dictionary' },
      { column: 'time.weekday', kind: 'hash', buckets: 64 },
    ],
    item: [{ column: 'id', kind: 'dictionary' }],
  },
  'spec',
);

/** Orders of the shop, ingested with the country kept; a tenth has none. */
export async function askedFolder(orders: number, seed: number): Promise<DataFolder> {
  const dir = mkdtempSync(join(tmpdir(), 'sepet-asked-'));
  const random = new Random(seed);
  const start = Date.UTC(2025, 0, 1);
  const lines = Array.from({ length: orders }, (_, order) => {
    const thing = random.below(things);
    const country = random.chance(0.5) ? 'north' : 'south';
    const hour = random.chance(0.5) ? 9 : 21;
    const time = new Date(start + order * 86_400_000 + hour * 3_600_000);
    const products = [`thing${thing}`, `${country}${thing}`, hour === 9 ? 'coffee' : 'wine'];
    const shown = time.toISOString().slice(0, 19).replace('T', ' ');
    return products.map((product) => `${order},${product},${shown},${order % 10 === 0 ? '' : country}`);
  });
  const file = join(dir, 'orders.csv');
  writeFileSync(file, `order_id,product_id,time,Land\n${lines.flat().join('\n')}\n`);
  await ingest({ files: [file], out: dir, testShare: 0.1, mapping: { keep: { country: 'Land' } } });
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
