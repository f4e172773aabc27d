// A release's whole way over a folder and over S3: published, promoted, compared, rolled back, pruned.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareSides, openSides } from '../../src/releases/diff.ts';
import { findNamed } from '../../src/releases/names.ts';
import { tellHistory, tellLabels } from '../../src/releases/overview.ts';
import { promote } from '../../src/releases/promote.ts';
import { prune } from '../../src/releases/prune.ts';
import { rollback } from '../../src/releases/rollback.ts';
import { openStore } from '../../src/store/open.ts';
import { startS3 } from '../store/s3.ts';
import { codeOf, makeWorld, policyOf, put, writeArtifact } from './world.ts';

const world = makeWorld();
const artifact = (i: number): string => world.path(`${i}.sepet`);
beforeAll(async () => {
  for (const i of [0, 1, 2]) await writeArtifact(artifact(i), { seed: i + 1, name: `shop-${i}` });
});
afterAll(world.remove);

const stores = {
  'a folder': async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sepet-releases-'));
    return { address: folder, stop: async () => rmSync(folder, { recursive: true }) };
  },
  S3: startS3,
};

describe.each(Object.entries(stores))('in %s', (_, start) => {
  it('a release goes its whole way', async () => {
    const { address, stop } = await start();
    const store = openStore(address);
    try {
      const progress: string[] = [];
      const onProgress = (step: string): void => void progress.push(step);
      await put(store, 'test', { artifact: artifact(0), policies: [policyOf('a')], onProgress });
      await put(store, 'test', { artifact: artifact(1), onProgress });
      expect(new Set(progress)).toEqual(new Set(['Hashing', 'Uploading', 'Downloading']));
      await promote(store, { from: 'test@1', to: 'production', why: 'tested' });
      await promote(store, { from: 'test', to: 'production', why: 'tested too' });
      const told = await tellLabels(store);
      expect(told.map(({ entry, artifact: what }) => [entry.label, entry.revision, what?.name])).toEqual([
        ['production', 2, 'shop-1'],
        ['test', 2, 'shop-1'],
      ]);
      const sides = await openSides(store, ['production@1', 'production']);
      expect(compareSides(...sides, { products: 60, examples: 1 }).lists.changed).toBeGreaterThan(0);
      await rollback(store, { label: 'production', why: 'too soon' });
      const history = await tellHistory(store, 'production', 2);
      expect(history.map(({ entry, artifact: what }) => [entry.why, what?.name])).toEqual([
        ['too soon', 'shop-0'],
        ['tested too', 'shop-1'],
      ]);
      await put(store, 'test', { artifact: artifact(2) });
      const inTwoHours = Date.now() + 2 * 60 * 60 * 1000;
      const pruned = await prune(store, { keep: 1, remove: true, nowMs: inTwoHours });
      expect(pruned.pruned.map(({ title }) => title?.split(' ')[0])).toEqual(['shop-1']);
      expect((await store.list('artifacts/')).length).toBe(4);
      expect(await codeOf(rollback(store, { label: 'test', why: '' }))).toBe('release_unknown');
      const hex = told[0]?.entry.artifact?.slice(7, 20) ?? '';
      expect(await codeOf(findNamed(store, hex))).toBe('release_unknown');
    } finally {
      store.close();
      await stop();
    }
  });
});
