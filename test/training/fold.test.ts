// Folding deltas into a build: what a server makes of an artifact with deltas is what the next build makes of both, and
// that one says which deltas it has in it, and whom it follows.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeOverlay } from '../../src/catalog/overlay.ts';
import { type Artifact, openArtifact } from '../../src/recommend/artifact.ts';
import { createRecommender } from '../../src/recommend/open.ts';
import { isFailure } from '../../src/recommend/recommender.ts';
import { fieldNames } from '../../src/recommend/request.ts';
import { verifyArtifact } from '../../src/recommend/verify.ts';
import { type DeltaHead, deltasKey, publishDelta } from '../../src/releases/deltas.ts';
import { encodeDocument } from '../../src/releases/documents.ts';
import { foldingFor } from '../../src/releases/folding.ts';
import { sha256OfFile } from '../../src/store/hash.ts';
import { openStore } from '../../src/store/open.ts';
import type { DatasetManifest } from '../../src/tables/manifest.ts';
import { temporaryFolder } from '../recommend/shop.ts';
import { sepet, sepetCommand } from '../shops.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
const dir = folder.path('shop');
const address = folder.path('store');
const store = openStore(address);
const ingest = (out: string, ...flags: string[]): void => {
  const files = [join(dir, 'orders.csv'), '--products', join(dir, 'products.csv')];
  sepet('ingest', '--preset', 'demo', ...files, '--out', out, ...flags);
};
const build = (name: string, ...flags: string[]): Artifact => {
  sepet('build', dir, '--out', folder.path(name), '--ef-construction', '40', ...flags);
  return openArtifact(folder.path(name));
};
const datasetOf = (path: string): DatasetManifest =>
  JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8')) as DatasetManifest;

let before: Artifact;
let after: Artifact;

beforeAll(async () => {
  sepet('demo', '--products', '400', '--orders', '4000', '--seed', '3', '--out', dir);
  await store.probe();
  ingest(dir, '--store', address);
  sepet('train', dir, '--epochs', '2', '--dims', '16', '--seed', '1');
  before = build('before.sepet', '--store', address);
  const { ids } = before.catalog;
  const [first, second, third] = [ids.id(0), ids.id(1), ids.id(2)];
  await publishDelta(
    store,
    [
      { id: first, removed: true },
      { id: second, price: 4321, stock: false, title: 'Another title', numeric: { margin: 0.75 } },
      {
        id: 'new-1',
        title: 'A new one',
        price: 990,
        brand: 'A brand nobody knew',
        group: 'new',
        stock: true,
      },
      { id: 'nobody', price: 5 },
    ],
    { by: 'a test', currency: before.manifest.currency },
  );
  await publishDelta(
    store,
    [
      { id: third, stock: false },
      { id: 'new-1', stock: false },
    ],
    { by: 'a test' },
  );
  after = build('after.sepet', '--store', address, '--parent', folder.path('before.sepet'));
}, 120_000);

describe('sepet build --store', () => {
  it('says which deltas it has folded in and whom it follows', async () => {
    expect(datasetOf(dir).deltas).toEqual({ revision: 0 });
    expect(before.manifest.deltas).toEqual({ revision: 0 });
    expect(after.manifest.deltas).toEqual({ revision: 2 });
    expect(after.manifest.parent).toBe(`sha256:${await sha256OfFile(folder.path('before.sepet'))}`);
    const shown = sepet('inspect', folder.path('after.sepet'));
    expect(shown).toMatch(/parent +sha256:[0-9a-f]{64}\n +deltas +up to revision 2 folded in/);
  });

  it('leaves a removed product out of everything, and gives an added one no vector', () => {
    verifyArtifact(after);
    expect(after.catalog.products).toBe(before.catalog.products);
    expect(after.vectors.trained).toBe(before.vectors.trained - 1);
    expect(after.catalog.ids.row(before.catalog.ids.id(0))).toBe(-1);
    const row = after.catalog.ids.row('new-1');
    expect(row).toBe(after.catalog.products - 1);
    expect(after.catalog.titles.at(row)).toBe('A new one');
    expect([...after.cooccurrence.rows].every((other) => other < row)).toBe(true);
    expect(after.manifest.counts.products).toBe(after.catalog.products);
  });

  it('makes what answers as the artifact before with the same deltas', async () => {
    const { changes, revision } = await foldingFor(store, datasetOf(dir));
    const { overlay, report } = makeOverlay(before.catalog, changes, revision);
    expect(report).toEqual({ changed: 2, same: 0, added: 1, removed: 1, ignored: 1, demoted: 0 });
    const [overlaid, folded] = [createRecommender(before, [], { overlay }), createRecommender(after, [])];
    const products = [...folded.popularIds(60), 'new-1', before.catalog.ids.id(0), 'nobody'];
    expect(overlaid.popularIds(60)).toEqual(folded.popularIds(60));
    expect(overlaid.info.products).toBe(folded.info.products);
    // Without popularity, whose mean is that of other products.
    const requests = products.map((product) => ({ product, gamma: 0, fields: fieldNames }));
    const told = (recommender: typeof folded) =>
      recommender.recommend(requests).map((answer) => (isFailure(answer) ? answer.error.code : answer.items));
    expect(told(overlaid)).toEqual(told(folded));
    expect(told(folded).slice(-2)).toEqual(['product_unknown', 'product_unknown']);
  });

  it('makes what the same deltas change nothing of', async () => {
    const { changes } = await foldingFor(store, datasetOf(dir));
    const { overlay, report } = makeOverlay(after.catalog, changes, 2);
    expect(report).toEqual({ changed: 0, same: 3, added: 0, removed: 0, ignored: 2, demoted: 0 });
    expect(overlay.sections).toEqual([]);
  });

  it('plans with them', () => {
    const plan = JSON.parse(sepet('build', dir, '--dry-run', '--json', '--store', address)) as {
      rows: number;
    };
    expect(plan.rows).toBe(after.vectors.trained);
  });

  it('that is killed while it downloads leaves nothing, and may be called again', () => {
    const out = folder.path('killed.sepet');
    const args = ['build', dir, '--store', address, '--out', out];
    const env = { ...process.env, SEPET_FAULT: 'delta:after-download' };
    expect(spawnSync(process.execPath, [sepetCommand, ...args], { env }).signal).toBe('SIGKILL');
    expect(existsSync(out)).toBe(false);
    build('killed.sepet', '--store', address);
  });

  it('does not begin where deltas are missing that the data lacks', async () => {
    const cut = folder.path('cut');
    cpSync(address, cut, { recursive: true });
    const head = JSON.parse(readFileSync(join(cut, deltasKey), 'utf8')) as DeltaHead;
    writeFileSync(join(cut, deltasKey), encodeDocument({ ...head, deltas: head.deltas.slice(1) }));
    expect(() => sepet('build', dir, '--store', cut)).toThrow(/some were pruned.*\[delta_invalid\]/);
  });
});

describe('sepet ingest --store', () => {
  it('notes that the product table has the deltas in it', () => {
    const again = folder.path('again');
    ingest(again, '--store', address);
    expect(datasetOf(again).deltas).toEqual({ revision: 2 });
    sepet('train', again, '--epochs', '1', '--dims', '8');
    expect(sepet('build', again, '--store', address)).toMatch(/no deltas after revision 2/);
    sepet('build', again);
    expect(openArtifact(join(again, 'artifact.sepet')).manifest.deltas).toEqual({ revision: 2 });
  });

  it('wants the product table', () => {
    const orders = join(dir, 'orders.csv');
    expect(() => sepet('ingest', orders, '--store', address, '--out', folder.path('none'))).toThrow(
      /--products, or leave --store out. \[option_invalid\]/,
    );
  });
});
