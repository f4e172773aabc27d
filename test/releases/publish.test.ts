// Publishing, promoting, rolling back: what a label points at afterwards, and what can be called by which name.

import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeDocument } from '../../src/releases/documents.ts';
import {
  artifactKey,
  artifactRecordKey,
  historyKey,
  labelKey,
  policiesKey,
} from '../../src/releases/keys.ts';
import { labelHistory, labelNames, readLabel } from '../../src/releases/label.ts';
import { findNamed } from '../../src/releases/names.ts';
import { readPolicySet } from '../../src/releases/policy-sets.ts';
import { promote } from '../../src/releases/promote.ts';
import { readRecord } from '../../src/releases/record.ts';
import { rollback } from '../../src/releases/rollback.ts';
import { sha256OfFile } from '../../src/store/hash.ts';
import type { Store } from '../../src/store/store.ts';
import { codeOf, makeWorld, policyOf, put, type World, writeArtifact } from './world.ts';

const files = makeWorld();
const artifact = (i: number): string => files.path(`${i}.sepet`);
const hashes: string[] = [];
beforeAll(async () => {
  for (let i = 0; i < 4; i++) {
    await writeArtifact(artifact(i), { seed: i + 1 });
    hashes.push(`sha256:${await sha256OfFile(artifact(i))}`);
  }
});
afterAll(files.remove);

let world: World;
let store: Store;
beforeEach(() => {
  world = makeWorld();
  store = world.store;
  return world.remove;
});

const current = async (label: string) => (await readLabel(store, label))?.entry;
const go = (label: string, to?: number) =>
  rollback(store, { label, why: 'back', ...(to !== undefined && { to }) });

describe('publish', () => {
  it('stores the file under its SHA-256, with a record that says what it is', async () => {
    const { entry, moved } = await put(store, 'test', { artifact: artifact(0), why: 'first' });
    expect(moved).toBe(true);
    expect(entry).toMatchObject({
      kind: 'sepet-label',
      revision: 1,
      artifact: hashes[0],
      policies: null,
      why: 'first',
      from: null,
    });
    const record = await readRecord(store, hashes[0] as string);
    expect(record).toMatchObject({ file: hashes[0], bytes: readFileSync(artifact(0)).length });
    expect(record?.manifest.name).toBe('shop');
    const copy = world.path('copy.sepet');
    const { bytes = 0 } = record ?? {};
    await store.download(artifactKey(hashes[0] as string), copy, {
      sha256: (hashes[0] as string).slice(7),
      bytes,
    });
    expect(readFileSync(copy).equals(readFileSync(artifact(0)))).toBe(true);
  });

  it('of the same again moves nothing and uploads nothing', async () => {
    const { entry } = await put(store, 'test', { artifact: artifact(0) });
    expect(await put(store, 'test', { artifact: artifact(0) })).toMatchObject({ moved: false, entry });
    expect(await labelHistory(store, 'test', 10)).toHaveLength(1);
  });

  it('of an artifact keeps the policies, of policies the artifact', async () => {
    await put(store, 'test', { artifact: artifact(0), policies: [policyOf('a'), policyOf('b')] });
    const { policies } = (await current('test')) ?? {};
    await put(store, 'test', { artifact: artifact(1) });
    expect(await current('test')).toMatchObject({ artifact: hashes[1], policies });
    await put(store, 'test', { policies: [policyOf('c')] });
    const now = await current('test');
    expect(now?.artifact).toBe(hashes[1]);
    expect((await readPolicySet(store, now?.policies ?? ''))?.documents.map(({ name }) => name)).toEqual([
      'c',
    ]);
  });

  it('of policies comes back as it was, the default first', async () => {
    const full = { ...policyOf('default', 'Bolt', 7), placement: ['cart'], limit: 5 };
    await put(store, 'test', { policies: [policyOf('pdp'), full] });
    const set = await readPolicySet(store, (await current('test'))?.policies ?? '');
    expect(set?.documents).toEqual([full, policyOf('pdp')]);
    expect(set?.record.names).toEqual(['default@7', 'pdp@1']);
  });

  it('refuses policies that claim one name, and a file that is not there', async () => {
    expect(await codeOf(put(store, 'test', { policies: [policyOf('a'), policyOf('a', 'Bolt')] }))).toBe(
      'policy_invalid',
    );
    expect(await codeOf(put(store, 'test', { artifact: world.path('none.sepet') }))).toBe('input_missing');
    expect(await codeOf(put(store, '../test', { artifact: artifact(0) }))).toBe('option_invalid');
    expect(await labelNames(store)).toEqual([]);
  });

  it('of a file that changes meanwhile leaves only what has its name', async () => {
    const file = world.path('changing.sepet');
    copyFileSync(artifact(0), file);
    const changing = put(store, 'test', {
      artifact: file,
      onProgress: (step, done, total) => {
        if (step === 'Uploading' && done === total) writeFileSync(file, 'X', { flag: 'r+' });
      },
    });
    expect(await codeOf(changing)).toBe('input_unreadable');
    for (const { key } of await store.list('artifacts/'))
      expect(key).toBe(`artifacts/${await sha256OfFile(fileURLToPath(`${store.url}/${key}`))}.sepet`);
    expect(await current('test')).toBeUndefined();
  });

  it('that is stopped while it uploads says so, and goes through the next time', async () => {
    const abort = new AbortController();
    const onProgress = (step: string): void => {
      if (step === 'Uploading') abort.abort();
    };
    const stopped = put(store, 'test', { artifact: artifact(0), signal: abort.signal, onProgress });
    const code = await codeOf(stopped);
    // A file of one piece may be up before anybody can stop it: then the label did move.
    expect([undefined, 'cancelled']).toContain(code);
    if (code !== undefined) expect(await current('test')).toBeUndefined();
    await put(store, 'test', { artifact: artifact(0) });
    expect((await current('test'))?.artifact).toBe(hashes[0]);
  });

  it('puts an object back that is gone although its record is there', async () => {
    await put(store, 'test', { artifact: artifact(0) });
    await store.remove(artifactKey(hashes[0] as string));
    await put(store, 'other', { artifact: artifact(0) });
    expect((await store.list(artifactKey(hashes[0] as string))).length).toBe(1);
  });
});

describe('promote', () => {
  it('takes over artifact and policies together', async () => {
    await put(store, 'test', { artifact: artifact(0), policies: [policyOf('a')] });
    await put(store, 'test', { artifact: artifact(1) });
    const { entry } = await promote(store, { from: 'test', to: 'production', why: 'go' });
    const test = await current('test');
    expect(entry).toMatchObject({
      revision: 1,
      action: 'promote',
      why: 'go',
      artifact: test?.artifact,
      policies: test?.policies,
      source: { label: 'test', revision: 2 },
    });
    await promote(store, { from: 'test@1', to: 'production', why: '' });
    expect(await current('production')).toMatchObject({
      artifact: hashes[0],
      source: { revision: 1 },
      revision: 2,
    });
    expect(await promote(store, { from: 'test@1', to: 'production', why: '' })).toMatchObject({
      moved: false,
    });
  });

  it('names what it cannot find', async () => {
    await put(store, 'test', { artifact: artifact(0) });
    await expect(promote(store, { from: 'tset', to: 'production', why: '' })).rejects.toThrow(
      'Did you mean "test"?',
    );
    expect(await codeOf(promote(store, { from: 'test@2', to: 'production', why: '' }))).toBe(
      'release_unknown',
    );
    expect(await codeOf(promote(store, { from: 'test', to: 'test', why: '' }))).toBe('option_invalid');
    await store.remove(artifactRecordKey(hashes[0] as string));
    expect(await codeOf(promote(store, { from: 'test', to: 'production', why: '' }))).toBe('release_unknown');
    expect(await labelNames(store)).toEqual(['test']);
  });
});

describe('rollback', () => {
  const artifactNow = async () => hashes.indexOf((await current('test'))?.artifact ?? '');
  const publishAll = async (...order: number[]) => {
    for (const i of order) await put(store, 'test', { artifact: artifact(i), force: 'a test' });
  };

  it('goes back step by step, not to and fro', async () => {
    await publishAll(0, 1, 2);
    expect((await go('test')).entry).toMatchObject({ revision: 4, restores: 2, action: 'rollback' });
    expect(await artifactNow()).toBe(1);
    expect((await go('test')).entry).toMatchObject({ revision: 5, restores: 1 });
    expect(await artifactNow()).toBe(0);
    expect(await codeOf(go('test'))).toBe('release_unknown');
    expect(await artifactNow()).toBe(0);
  });

  it('after a publish that followed a rollback returns to what was rolled back to', async () => {
    await publishAll(0, 1, 2);
    await go('test');
    await publishAll(3);
    expect((await go('test')).entry.restores).toBe(2);
    expect(await artifactNow()).toBe(1);
    await go('test');
    expect(await artifactNow()).toBe(0);
  });

  it('--to returns to any revision, also to one that was a rollback', async () => {
    await publishAll(0, 1, 2);
    await go('test');
    await go('test', 3);
    expect(await artifactNow()).toBe(2);
    await go('test', 4);
    expect(await artifactNow()).toBe(1);
    expect((await go('test', 2)).moved).toBe(false);
    expect(await codeOf(go('test', 99))).toBe('release_unknown');
    await go('test');
    expect(await artifactNow()).toBe(0);
  });

  it('brings artifact and policies back together', async () => {
    await put(store, 'test', { artifact: artifact(0), policies: [policyOf('a')] });
    const first = await current('test');
    await put(store, 'test', { artifact: artifact(1), policies: [policyOf('b')] });
    await go('test');
    expect(await current('test')).toMatchObject({ artifact: first?.artifact, policies: first?.policies });
  });

  it('to what was pruned is refused, and the label stays', async () => {
    await publishAll(0, 1);
    await store.remove(artifactRecordKey(hashes[0] as string));
    expect(await codeOf(go('test'))).toBe('release_unknown');
    expect(await artifactNow()).toBe(1);
  });
});

describe('names', () => {
  it('are files, labels, revisions and digits, in this order', async () => {
    await put(store, 'test', { artifact: artifact(0) });
    const [file = ''] = hashes;
    expect(await findNamed(store, artifact(0))).toEqual({ kind: 'file', path: artifact(0) });
    expect(await findNamed(store, 'test')).toMatchObject({ kind: 'release', entry: { revision: 1 } });
    expect(await findNamed(store, 'test@1')).toMatchObject({ kind: 'release' });
    for (const name of [file, file.slice(0, 14), file.slice(7, 13)])
      expect(await findNamed(store, name)).toEqual({ kind: 'artifact', file });
    expect(await codeOf(findNamed(store, file.slice(7, 12)))).toBe('release_unknown');
    expect(await codeOf(findNamed(undefined, 'test'))).toBe('input_missing');
    await expect(findNamed(store, 'tets')).rejects.toThrow('Did you mean "test"?');
  });

  it('that several artifacts have are told apart', async () => {
    await put(store, 'test', { artifact: artifact(0) });
    const [file = ''] = hashes;
    const twin = `${file.slice(0, 20)}${'0'.repeat(51)}`;
    const { bytes } = (await store.read(artifactRecordKey(file))) ?? {};
    await store.write(artifactRecordKey(twin), bytes ?? new Uint8Array(), null);
    await expect(findNamed(store, file.slice(7, 15))).rejects.toThrow(/2 artifacts .* Give more digits/);
    expect(await findNamed(store, file.slice(0, 30))).toEqual({ kind: 'artifact', file });
  });
});

describe('documents of a store that are not right', () => {
  it('are named', async () => {
    await put(store, 'test', { artifact: artifact(0), policies: [policyOf('a')] });
    const entry = await current('test');
    const key = policiesKey(entry?.policies ?? '');
    await store.write(key, new TextEncoder().encode('[]'), (await store.read(key))?.etag ?? null);
    expect(await codeOf(readPolicySet(store, entry?.policies ?? ''))).toBe('file_damaged');
    const label = labelKey('test');
    await store.write(
      label,
      encodeDocument({ ...entry, revision: 0 }),
      (await store.read(label))?.etag ?? null,
    );
    await expect(readLabel(store, 'test')).rejects.toThrow('labels/test.json in the store: its revision');
    await store.write(label, new Uint8Array([123]), (await store.read(label))?.etag ?? null);
    expect(await codeOf(readLabel(store, 'test'))).toBe('manifest_invalid');
  });

  it('are not taken for others', async () => {
    await put(store, 'test', { artifact: artifact(0) });
    await put(store, 'test', { artifact: artifact(1) });
    const [first = '', second = ''] = hashes;
    const bytesOf = async (key: string) => (await store.read(key))?.bytes ?? new Uint8Array();
    const overwrite = async (key: string, bytes: Uint8Array): Promise<void> => {
      await store.write(key, bytes, (await store.read(key))?.etag ?? null);
    };
    await overwrite(artifactRecordKey(second), await bytesOf(artifactRecordKey(first)));
    await expect(readRecord(store, second)).rejects.toThrow(`is the record of ${first}`);
    await overwrite(labelKey('other'), await bytesOf(labelKey('test')));
    await expect(readLabel(store, 'other')).rejects.toThrow('labels/other.json in the store is test@2');
    await overwrite(historyKey('test', 1), await bytesOf(labelKey('test')));
    expect(await codeOf(labelHistory(store, 'test', 2))).toBe('manifest_invalid');
  });

  it('do not make a store where there is none', async () => {
    expect(await codeOf(promote(store, { from: 'a', to: 'b', why: '' }))).toBe('store_unreachable');
    expect(existsSync(world.address)).toBe(false);
  });
});
