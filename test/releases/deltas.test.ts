// The stream of deltas: whoever publishes when, nothing is lost and nothing half done counts; and `sepet delta`.

import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultPoint } from '../../src/base/faults.ts';
import { limits } from '../../src/base/limits.ts';
import { decodeChanges, type ProductChange } from '../../src/catalog/changes.ts';
import { mapFile } from '../../src/native/index.ts';
import {
  collectChanges,
  type DeltaHead,
  deltaKey,
  deltasAfter,
  deltasKey,
  downloadDeltas,
  pollDeltaHead,
  publishDelta,
  readDeltaHead,
} from '../../src/releases/deltas.ts';
import { encodeDocument } from '../../src/releases/documents.ts';
import { checkSignature, signSubject, subjectOf } from '../../src/releases/sign.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { sepetCommand } from '../shops.ts';
import { startS3 } from '../store/s3.ts';
import { makeWorld, put, type World, writeArtifact } from './world.ts';

let world: World;
beforeEach(async () => {
  world = makeWorld();
  await world.store.probe();
});
afterEach(() => world.remove());

const by = 'a test';
const publish = (changes: readonly ProductChange[], options: { currency?: string; at?: string } = {}) =>
  publishDelta(world.store, changes, { by, ...options });
const headNow = async (): Promise<DeltaHead | undefined> => (await readDeltaHead(world.store))?.head;
const rejects = (work: Promise<unknown>, code: string) => expect(work).rejects.toMatchObject({ code });

/** Everything that the store says is so now. */
async function published(): Promise<Map<string, ProductChange>> {
  const folder = world.path('downloads');
  mkdirSync(folder, { recursive: true });
  const files = await downloadDeltas(world.store, deltasAfter(await headNow(), 0), folder);
  return collectChanges(files, null).changes;
}

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command; `fault` is where it is to die. */
function run(args: readonly string[], fault?: FaultPoint): Promise<Ended> {
  const env = {
    ...{ ...process.env, SEPET_STORE: world.address, SEPET_USER: by },
    ...(fault !== undefined && { SEPET_FAULT: fault }),
  };
  const child = spawn(process.execPath, [sepetCommand, ...args], { env, stdio: 'pipe' });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk;
  });
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, out, err }));
  });
}

function written(name: string, text: string): string {
  const file = world.path(name);
  writeFileSync(file, text);
  return file;
}

describe('the stream of deltas', () => {
  it('is a line of revisions, and what they say lies one over the other', async () => {
    expect(await headNow()).toBeUndefined();
    const first = await publish([{ id: 'a', price: 5, stock: true }], { currency: 'EUR' });
    const second = await publish(
      [
        { id: 'a', price: 6 },
        { id: 'b', removed: true },
      ],
      { currency: 'EUR' },
    );
    const third = await publish([{ id: 'b', stock: false }]);
    expect([first, second, third].map(({ revision, currency }) => [revision, currency])).toEqual([
      [1, 'EUR'],
      [2, 'EUR'],
      [3, null],
    ]);
    expect(await headNow()).toMatchObject({ revision: 3, deltas: [first, second, third] });
    expect([...(await published()).values()]).toEqual([
      { id: 'a', price: 6, stock: true },
      { id: 'b', removed: true, stock: false },
    ]);
    const read = await readDeltaHead(world.store);
    expect(await pollDeltaHead(world.store, read?.etag ?? '')).toBe('same');
    await publish([{ id: 'c', stock: true }]);
    expect(await pollDeltaHead(world.store, read?.etag ?? '')).toMatchObject({ head: { revision: 4 } });
  });

  it('takes the same delta once', async () => {
    const at = '2026-05-01T00:00:00.000Z';
    const first = await publish([{ id: 'a', stock: true }], { at });
    expect(await publish([{ id: 'a', stock: true }], { at })).toEqual(first);
    expect(await headNow()).toMatchObject({ revision: 1 });
  });

  it('has one currency', async () => {
    await publish([{ id: 'a', price: 5 }], { currency: 'EUR' });
    await publish([{ id: 'a', stock: true }], { currency: 'USD' });
    await rejects(publish([{ id: 'a', price: 5 }], { currency: 'USD' }), 'delta_invalid');
    expect(await headNow()).toMatchObject({ revision: 2 });
    const folder = world.path('downloads');
    mkdirSync(folder);
    const files = await downloadDeltas(world.store, deltasAfter(await headNow(), 0), folder);
    const { changes, foreignPrices } = collectChanges(files, 'TRY');
    expect([...changes.values(), foreignPrices]).toEqual([{ id: 'a', stock: true }, 1]);
  });

  it('has an end, and says how it goes on', async () => {
    const first = await publish([{ id: 'a', stock: true }]);
    const deltas = Array.from({ length: limits.deltas.max }, (_, i) => ({ ...first, revision: i + 1 }));
    const head: DeltaHead = { kind: 'sepet-deltas', version: 1, revision: deltas.length, deltas };
    const { etag = '' } = (await world.store.read(deltasKey)) ?? {};
    await world.store.write(deltasKey, encodeDocument(head), etag);
    await expect(publish([{ id: 'b', stock: true }])).rejects.toThrow(/4096 deltas.*build.*prune/i);
  });

  it('says what an artifact still needs, or that it cannot be had', async () => {
    for (const id of ['a', 'b', 'c']) await publish([{ id, stock: true }]);
    const head = (await headNow()) as DeltaHead;
    expect(deltasAfter(undefined, 0)).toEqual([]);
    expect(deltasAfter(head, 1).map(({ revision }) => revision)).toEqual([2, 3]);
    expect(() => deltasAfter(head, 4)).toThrow(/another store/);
    const pruned = { ...head, deltas: head.deltas.slice(2) };
    expect(deltasAfter(pruned, 2)).toHaveLength(1);
    expect(() => deltasAfter(pruned, 1)).toThrow(/pruned/);
    expect(() => deltasAfter({ ...head, deltas: [] }, 2)).toThrow(/pruned/);
  });

  it('that somebody tampered with is not applied', async () => {
    const { file } = await publish([{ id: 'a', price: 5 }]);
    const path = join(world.address, deltaKey(file));
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    writeFileSync(path, bytes);
    await rejects(published(), 'file_damaged');
    const { etag = '' } = (await world.store.read(deltasKey)) ?? {};
    await world.store.write(deltasKey, new TextEncoder().encode('{"kind":"sepet-deltas"}'), etag);
    await rejects(headNow(), 'manifest_invalid');
  });

  const places = [
    ['a folder', () => Promise.resolve({ address: world.address, stop: () => Promise.resolve() })],
    ['object storage', startS3],
  ] as const;
  it.each(places)('loses nothing of eight that publish to %s at once', async (_, start) => {
    const { address, stop } = await start();
    const ids = Array.from({ length: 8 }, (_, i) => `P${i}`);
    const stores = ids.map(() => openStore(address));
    const entries = await Promise.all(
      stores.map((store, i) => publishDelta(store, [{ id: `P${i}`, stock: false }], { by })),
    );
    expect(entries.map(({ revision }) => revision).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const head = (await readDeltaHead(stores[0] as Store))?.head;
    const files = await downloadDeltas(stores[0] as Store, deltasAfter(head, 0), world.path('downloads'));
    expect([...collectChanges(files, null).changes.keys()].sort()).toEqual(ids);
    for (const store of stores) store.close();
    await stop();
  });
});

describe('sepet delta publish', () => {
  it('loses nothing of eight processes at once', async () => {
    const files = Array.from({ length: 8 }, (_, i) => written(`${i}.csv`, `id,stock\nP${i},0\nall,${i}\n`));
    const ended = await Promise.all(files.map((file) => run(['delta', 'publish', file, '--json'])));
    expect(ended.map(({ err }) => err)).toEqual(files.map(() => ''));
    const entries = ended.map(({ out }) => JSON.parse(out) as { revision: number; by: string });
    expect(entries.map(({ revision }) => revision).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const changes = await published();
    expect([...changes.keys()].sort()).toEqual([...files.map((_, i) => `P${i}`), 'all']);
    const last = entries.findIndex(({ revision }) => revision === 8);
    expect(changes.get('all')?.stock).toBe(last > 0);
  });

  it('that is killed counts wholly or not at all, and may be called again', async () => {
    const file = written('one.csv', 'id,price\nP1,2.50\n');
    expect((await run(['delta', 'publish', file], 'delta:after-upload')).signal).toBe('SIGKILL');
    expect(readdirSync(join(world.address, 'deltas'))).toHaveLength(1);
    expect(await headNow()).toBeUndefined();
    expect((await run(['delta', 'publish', file], 'delta:after-head')).signal).toBe('SIGKILL');
    expect(await headNow()).toMatchObject({ revision: 1 });
    expect((await run(['delta', 'publish', file])).code).toBe(0);
    expect(await headNow()).toMatchObject({ revision: 2 });
    expect([...(await published()).values()]).toEqual([{ id: 'P1', price: 250 }]);
  });

  it('says what it changes of a label, and refuses where that is nothing', async () => {
    const artifact = await writeArtifact(world.path('shop.sepet'), { manifest: { deltas: { revision: 0 } } });
    await put(world.store, 'production', { artifact });
    const against = async (text: string, ...flags: string[]): Promise<Ended> =>
      run(['delta', 'publish', written('changes.csv', text), '--label', 'production', '--json', ...flags]);
    const header = 'id,title,price,stock,removed,category\n';
    const first = await against(`${header}P1,,12.34,0,,\nP2,,,,true,\nN1,New,5,,,Home/Beds\ngone,,5,,,\n`);
    const effect = { changed: 1, same: 0, added: 1, removed: 1, ignored: 1, demoted: 1 };
    expect(JSON.parse(first.out)).toMatchObject({ revision: 1, currency: 'TRY', effect });
    const again = await against(`${header}P1,,12.34,,,\nP2,,1,,,\nN1,,5,,,\n`);
    expect(again.err).toMatch(
      /would change nothing of production: 2 products are so already, 1 are not.*delta_invalid/,
    );
    expect((await against(`${header}P1,,12.34,,,\n`, '--force')).code).toBe(0);
    const back = await against('id,removed\nP2,false\nP1,false\n');
    expect(JSON.parse(back.out)).toMatchObject({ effect: { added: 1, same: 1 } });
    const foreign = await against('id,price,currency\nP1,3,EUR\n');
    expect(foreign.err).toMatch(/in EUR, those of production in TRY/);
    expect((await against(`${header}P1,,9,,,\n`, '--label', 'prodution')).err).toMatch(
      /Did you mean "production"/,
    );
    const list = await run(['delta', 'list']);
    expect(list.out).toMatch(/3 .* a test +2 .*\n.*2 .* a test +1 .*TRY.*\n.*1 .* a test +4 /);
  });

  it('signs with a key', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const file = written('one.csv', 'id,stock\nP1,1\n');
    expect((await run(['delta', 'publish', file, '--sign-key', written('key.pem', pem)])).code).toBe(0);
    const entry = (await headNow())?.deltas[0];
    const trusted = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const subject = subjectOf('delta', entry?.file ?? '');
    checkSignature(trusted, subject, entry?.signature);
    expect(entry?.signature).toEqual(signSubject(pem, subject));
    expect((await run(['delta', 'list'])).out).toContain(entry?.signature?.keyId);
  });

  it('says what its file is about, and what is wrong with it', async () => {
    const { err } = await run(['delta', 'publish', written('bad.csv', 'id,price\nP1,2\nP2,free\n')]);
    expect(err).toMatch(
      /bad\.csv, line 3: the price "free" of product "P2" is not a price above 0\. \[delta_invalid\]/,
    );
    expect(await headNow()).toBeUndefined();
    expect((await run(['delta', 'list'])).out).toMatch(/no deltas yet/);
  });
});

it('a delta in a store is a file like any other of Sepet', async () => {
  const { file, products, at } = await publish([{ id: 'a', price: 5 }], { currency: 'EUR' });
  const { manifest, changes } = decodeChanges(mapFile(join(world.address, deltaKey(file))));
  expect(manifest).toMatchObject({ at, by, currency: 'EUR', products });
  expect(changes).toEqual([{ id: 'a', price: 5 }]);
});
