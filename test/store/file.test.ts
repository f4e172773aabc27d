// A folder as a store: the suite of all stores, and what only a folder has.

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { startChild } from './children.ts';
import { describeStore } from './conformance.ts';
import { codeOf, countUp, text } from './count.ts';

const folders: string[] = [];
async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sepet-file-store-'));
  folders.push(folder);
  return folder;
}
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

describeStore('a folder', async () => {
  const address = join(await temporaryFolder(), 'not', 'there', 'yet');
  return { address, fileOf: (key) => join(address, key), stop: async () => undefined };
});

describe('a folder store', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });

  it('that is not there is not the same as an empty one', async () => {
    const store = openStore(join(folder, 'store'));
    const code = (call: Promise<unknown>) => call.then(() => undefined, codeOf);
    expect(await code(store.read('labels/a.json'))).toBe('store_unreachable');
    expect(await code(store.list(''))).toBe('store_unreachable');
    await store.probe();
    const etag = await store.write('labels/a.json', Buffer.from('1'), null);
    expect(await code(store.read('labels/b.json'))).toBeUndefined();
    await rename(join(folder, 'store'), join(folder, 'away'));
    expect(await code(store.readIfChanged('labels/a.json', etag))).toBe('store_unreachable');
    await rename(join(folder, 'away'), join(folder, 'store'));
    expect(await store.readIfChanged('labels/a.json', etag)).toBe('same');
  });

  it('that is a file is said not to work', async () => {
    await writeFile(join(folder, 'store'), 'x');
    await expect(openStore(join(folder, 'store')).probe()).rejects.toMatchObject({
      code: 'store_unreachable',
    });
  });

  it('lists no files of its own and none that are hidden', async () => {
    const store = openStore(folder);
    await store.probe();
    await store.write('labels/a.json', Buffer.from('1'), null);
    await writeFile(join(folder, '.hidden'), 'x');
    expect((await store.list('')).map(({ key }) => key)).toEqual(['labels/a.json']);
    expect(existsSync(join(folder, '.sepet'))).toBe(true);
  });

  it('sweeps what dead processes left, and nothing else', async () => {
    const temporary = join(folder, '.sepet', 'tmp');
    await mkdir(temporary, { recursive: true });
    const store = openStore(folder);
    const child = startChild({ does: 'hold', folder: join(folder, 'lock'), temporary });
    await child.spoke;
    await openStore(folder).probe();
    expect(await readdir(temporary)).toHaveLength(1);
    child.process.kill('SIGKILL');
    await child.ended;
    await store.probe();
    expect(await readdir(temporary)).toEqual([]);
  });

  it('waits for a writer that lives, and not for one that was killed', async () => {
    const store = openStore(folder);
    await store.probe();
    const etag = await store.write('labels/a.json', Buffer.from('1'), null);
    const child = startChild({
      does: 'hold',
      folder: join(folder, '.sepet', 'locks', 'labels+a.json'),
      temporary: join(folder, '.sepet', 'tmp'),
    });
    await child.spoke;
    let isWritten = false;
    const writing = store.write('labels/a.json', Buffer.from('2'), etag).then(() => {
      isWritten = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isWritten).toBe(false);
    child.process.kill('SIGKILL');
    const killedMs = performance.now();
    await writing;
    // Nothing else than its death ends its turn so soon: it held it for ten seconds.
    expect(performance.now() - killedMs).toBeLessThan(8000);
    expect(text((await store.read('labels/a.json'))?.bytes ?? Buffer.alloc(0))).toBe('2');
    await child.ended;
  });

  it('loses no change of many processes, some of which are killed', async () => {
    const store = openStore(folder);
    await store.probe();
    const task = { does: 'count', address: folder, key: 'labels/count.json' } as const;
    const steady = [startChild({ ...task, times: 20 }), startChild({ ...task, times: 20 })];
    const doomed = [80, 200, 320].map((afterMs) => {
      const child = startChild({ ...task, times: 100_000 });
      child.spoke.then(() => setTimeout(() => child.process.kill('SIGKILL'), afterMs));
      return child;
    });
    await countUp(store, 'labels/count.json', 20);
    const ends = await Promise.all([...steady, ...doomed].map(({ ended }) => ended));
    expect(ends.map(({ code, signal }) => code ?? signal)).toEqual([0, 0, 'SIGKILL', 'SIGKILL', 'SIGKILL']);
    const told = 20 + ends.reduce((sum, { said }) => sum + said.length, 0);
    const counted = Number(text((await store.read('labels/count.json'))?.bytes ?? Buffer.alloc(0)));
    // A killed one may have written once more than it could tell.
    expect(counted).toBeGreaterThanOrEqual(told);
    expect(counted).toBeLessThanOrEqual(told + doomed.length);
  });
});
