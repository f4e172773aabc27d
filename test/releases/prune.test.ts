// Pruning: what goes is never reachable, a dry run removes nothing, and whoever moves a label at the same time either
// finds what it points at whole, or is told that it is gone.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { deltaKey, deltasKey, readDeltaHead } from '../../src/releases/deltas.ts';
import { encodeDocument } from '../../src/releases/documents.ts';
import { artifactKey, artifactRecordKey } from '../../src/releases/keys.ts';
import { labelHistory, labelNames, moveLabel, readLabel } from '../../src/releases/label.ts';
import { namePolicies, readPolicySet, writePolicySet } from '../../src/releases/policy-sets.ts';
import { promote } from '../../src/releases/promote.ts';
import { type PruneReport, prune } from '../../src/releases/prune.ts';
import { putArtifact } from '../../src/releases/put.ts';
import { artifacts, claimRecord, readRecord } from '../../src/releases/record.ts';
import { rollback } from '../../src/releases/rollback.ts';
import { sha256OfFile } from '../../src/store/hash.ts';
import type { Store } from '../../src/store/store.ts';
import { interleave } from './interleave.ts';
import { codeOf, makeWorld, policyOf, put, type World, writeArtifact } from './world.ts';

const files = makeWorld();
const artifact = (i: number): string => files.path(`${i}.sepet`);
beforeAll(async () => {
  for (let i = 0; i < 4; i++) await writeArtifact(artifact(i), { seed: i + 1, products: 60 });
});
afterAll(files.remove);

let world: World;
let store: Store;
beforeEach(() => {
  world = makeWorld();
  store = world.store;
  return world.remove;
});

const publishAll = async (label: string, ...order: number[]): Promise<string[]> => {
  const names: string[] = [];
  for (const i of order) {
    const { entry } = await put(store, label, {
      artifact: artifact(i),
      policies: [policyOf(`p${i}`)],
      force: 'a test',
    });
    names.push(entry.artifact ?? '');
  }
  return names;
};

/** Makes everything look as if it was last used long ago. */
async function age(minutes = 120): Promise<void> {
  const then = new Date(Date.now() - minutes * 60_000).toISOString();
  for (const { key } of await store.list('')) {
    if (!/^(artifacts\/.*\.json|policies\/.*\.record\.json)$/.test(key)) continue;
    const stored = await store.read(key);
    const record = JSON.parse(new TextDecoder().decode(stored?.bytes)) as object;
    await store.write(key, encodeDocument({ ...record, used: then }), stored?.etag ?? null);
  }
  world.age(minutes);
}

const namesOf = ({ pruned }: PruneReport, what = 'artifact'): string[] =>
  pruned.filter((one) => one.what === what).map(({ name }) => name);
const keys = async (): Promise<string[]> => (await store.list('')).map(({ key }) => key);

/** Everything that a label points at is there and right. */
async function expectWhole(own: Store, keep = 1): Promise<void> {
  for (const label of await labelNames(own))
    for (const { artifact: file, policies } of await labelHistory(own, label, keep)) {
      if (file !== null) {
        const record = await readRecord(own, file);
        expect(record, `${label} points at ${file}`).toBeDefined();
        expect((await own.list(artifactKey(file)))[0]?.bytes).toBe(record?.bytes);
      }
      if (policies !== null) expect(await readPolicySet(own, policies)).toBeDefined();
    }
}

/** Puts a release on the label `shelf`, without asking the gates. */
async function shelve(i: number): Promise<void> {
  const sha256 = `sha256:${await sha256OfFile(artifact(i))}`;
  await putArtifact(store, { path: artifact(i), sha256, isSame: () => true, gates: [], transfer: {} });
  const { policies } = await writePolicySet(store, namePolicies([policyOf(`p${i}`)]));
  await moveLabel(store, 'shelf', () => ({ artifact: sha256, policies, action: 'publish', why: '' }));
}

describe('prune', () => {
  it('keeps what labels point at and did in their last revisions, and what is young', async () => {
    const [first, second, third] = (await publishAll('test', 0, 1, 2)) as [string, string, string];
    await promote(store, { from: 'test@2', to: 'production', why: '' });
    expect(namesOf(await prune(store, { keep: 0, remove: true }))).toEqual([]);
    await age();
    expect(namesOf(await prune(store, { keep: 3, remove: false }))).toEqual([]);
    expect(namesOf(await prune(store, { keep: 2, remove: false }))).toEqual([first]);
    const report = await prune(store, { keep: 0, remove: true });
    expect(namesOf(report)).toEqual([first]);
    expect(namesOf(report, 'policies')).toHaveLength(1);
    expect(report.kept).toEqual({ artifacts: 2, policies: 2, deltas: 0 });
    expect(await keys()).not.toContain(artifactKey(first));
    expect(await readRecord(store, first)).toBeUndefined();
    for (const name of [second, third]) expect(await readRecord(store, name)).toBeDefined();
    await expectWhole(store);
    expect(await labelHistory(store, 'test', 10)).toHaveLength(3);
    expect(await codeOf(rollback(store, { label: 'test', to: 1, why: '' }))).toBe('release_unknown');
    await rollback(store, { label: 'test', why: '' });
    expect((await readLabel(store, 'test'))?.entry.artifact).toBe(second);
  });

  it('keeps what rollbacks lead to, however many revisions ago it came', async () => {
    const [first, second, third] = (await publishAll('test', 0, 1, 2)) as [string, string, string];
    await rollback(store, { label: 'test', why: '' });
    await age();
    const pruned = async (keep: number) => namesOf(await prune(store, { keep, remove: false })).toSorted();
    expect(await pruned(1)).toEqual([first, third].toSorted());
    expect(await pruned(2)).toEqual([]);
    await prune(store, { keep: 2, remove: true });
    await rollback(store, { label: 'test', why: '' });
    expect((await readLabel(store, 'test'))?.entry.artifact).toBe(first);
    expect(await pruned(1)).toEqual([second, third].toSorted());
  });

  it('removes nothing unless it is told to', async () => {
    await publishAll('test', 0, 1, 2);
    await age();
    const before = await keys();
    const dry = await prune(store, { keep: 0, remove: false });
    expect(await keys()).toEqual(before);
    const wet = await prune(store, { keep: 0, remove: true });
    expect(wet).toEqual(dry);
    expect(dry.pruned).toHaveLength(4);
    expect(before.length - (await keys()).length).toBe(8);
  });

  it('takes what a publish left that was cut off, once it is old', async () => {
    const [name = ''] = await publishAll('test', 0);
    const orphan = `sha256:${'a'.repeat(64)}`;
    await store.upload(artifactKey(orphan), artifact(1));
    expect(namesOf(await prune(store, { keep: 0, remove: true }))).toEqual([]);
    await age();
    expect(namesOf(await prune(store, { keep: 0, remove: true }))).toEqual([orphan]);
    expect((await keys()).filter((key) => key.startsWith('artifacts/'))).toEqual(
      [artifactRecordKey(name), artifactKey(name)].toSorted(),
    );
  });

  it('that died in the middle is finished by the next, and a publish says to wait or repairs it', async () => {
    const [first = ''] = await publishAll('test', 0, 1);
    await age();
    const { etag = null } = (await store.read(artifactRecordKey(first))) ?? {};
    expect(await claimRecord(store, artifacts, first, { etag, by: 'somebody' })).toBe(true);
    expect(await readRecord(store, first)).toBeUndefined();
    await expect(put(store, 'other', { artifact: artifact(0) })).rejects.toThrow(
      'is being pruned by somebody',
    );
    expect(namesOf(await prune(store, { keep: 0, remove: true }))).toEqual([]);
    const stale = {
      kind: 'sepet-pruned',
      version: 1,
      at: new Date(Date.now() - 7_200_000).toISOString(),
      by: 'somebody',
      claim: 'dead',
    };
    const key = artifactRecordKey(first);
    await store.write(key, encodeDocument(stale), (await store.read(key))?.etag ?? null);
    await put(store, 'other', { artifact: artifact(0) });
    await expectWhole(store);
    const again = (await store.read(key))?.etag ?? null;
    await store.write(key, encodeDocument(stale), again);
    world.age(120);
    await publishAll('other', 1);
    expect(namesOf(await prune(store, { keep: 0, remove: true }))).toEqual([first]);
    expect(await keys()).not.toContain(artifactKey(first));
  });

  it('loses every race with those who move labels', async () => {
    await publishAll('production', 0, 1);
    await publishAll('test', 2);
    await promote(store, { from: 'test', to: 'production', why: '' });
    await publishAll('test', 3);
    const seen = { pruned: 0, spared: 0, moved: 0, refused: 0 };
    for (let seed = 1; seed <= 40; seed++) {
      const random = new Random(seed);
      for (const i of [0, 1, 2, 3, 3]) await shelve(i);
      await age();
      const count = (await readLabel(store, 'shelf'))?.entry.revision ?? 1;
      const revision = (): string => `shelf@${count - random.below(4)}`;
      const movers = Array.from({ length: 3 }, () =>
        random.pick<(own: Store) => Promise<unknown>>([
          (own) => promote(own, { from: revision(), to: 'test', why: '' }),
          (own) => promote(own, { from: revision(), to: 'production', why: '' }),
          (own) => rollback(own, { label: 'production', why: '' }),
          (own) => put(own, 'test', { policies: [policyOf(`p${random.below(4)}`)] }),
        ]),
      );
      const pruner = (own: Store): Promise<unknown> => prune(own, { keep: 0, remove: true });
      const [pruned, other, ...moves] = await interleave(store, [pruner, pruner, ...movers], {
        random,
        lostAnswers: 0.02,
      });
      await expectWhole(store);
      for (const ended of [pruned, other])
        if (ended && 'error' in ended) throw new Error(`seed ${seed}`, { cause: ended.error });
      for (const move of moves) {
        if ('value' in move) seen.moved++;
        else {
          expect(['release_unknown', 'label_conflict', 'store_conflict', 'object_missing']).toContain(
            await codeOf(Promise.reject(move.error)),
          );
          seen.refused++;
        }
      }
      const report = (pruned as { value: PruneReport }).value;
      seen.pruned += report.pruned.length;
      seen.spared += report.spared.length;
    }
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(5);
  });
});

describe('deltas', () => {
  it('go where every artifact has them folded in, and not before', async () => {
    const then = new Date(Date.now() - 7_200_000).toISOString();
    const deltas = [1, 2, 3].map((revision) => ({
      revision,
      file: `sha256:${String(revision).repeat(64)}`,
      bytes: 1,
      at: then,
      by: 'test',
      products: 1,
      currency: null,
    }));
    await store.probe();
    for (const { file } of deltas) await store.upload(deltaKey(file), artifact(0));
    await store.write(
      deltasKey,
      encodeDocument({ kind: 'sepet-deltas', version: 1, revision: 3, deltas }),
      null,
    );
    const folding = async (revision: number): Promise<void> => {
      const file = world.path(`${revision}.sepet`);
      await writeArtifact(file, { products: 60, manifest: { deltas: { revision } } });
      await put(store, 'test', { artifact: file });
    };
    const left = async () => (await readDeltaHead(store))?.head.deltas.map(({ revision }) => revision);
    await folding(1);
    await folding(3);
    await age();
    world.age(120);
    expect(namesOf(await prune(store, { keep: 2, remove: false }), 'delta')).toHaveLength(1);
    expect(await left()).toEqual([1, 2, 3]);
    await prune(store, { keep: 2, remove: true });
    expect(await left()).toEqual([2, 3]);
    expect((await keys()).filter((key) => key.startsWith('deltas/'))).toHaveLength(2);
    await prune(store, { keep: 1, remove: true });
    expect(await left()).toEqual([]);
    expect((await readDeltaHead(store))?.head.revision).toBe(3);
    expect((await keys()).filter((key) => key.startsWith('deltas/'))).toEqual([]);
  });
});
