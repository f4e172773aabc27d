// Processes killed in the middle of an upload or a download: nothing half done counts, and what was done is gone on with.

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FaultPoint } from '../../src/base/faults.ts';
import { sha256Of } from '../../src/store/hash.ts';
import { openStore } from '../../src/store/open.ts';
import { runChild } from './children.ts';
import { type S3Server, startS3 } from './s3.ts';

let folder: string;
let server: S3Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sepet-crash-'));
  server = await startS3();
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const stores = [
  { name: 'a folder', address: () => join(folder, 'store'), bytes: 5_000_000 },
  { name: 'S3', address: () => server.address, bytes: (36 << 20) + 1 },
];

describe.each(stores)('killed while it uses $name', ({ address, bytes }) => {
  let content: Buffer;
  let size: { sha256: string; bytes: number };
  let [key, file, to, cache] = ['', '', '', ''];

  beforeEach(async () => {
    content = randomBytes(bytes);
    size = { sha256: sha256Of(content), bytes };
    key = `artifacts/${size.sha256}.sepet`;
    cache = await mkdtemp(join(folder, 'cache-'));
    [file, to] = [join(folder, 'file'), join(cache, 'artifact')];
    await writeFile(file, content);
    await openStore(address()).probe();
    server.proxy.asked.length = 0;
  });

  /** Transfers the file in a process that is to die there. */
  const killedAt = async (fault: FaultPoint): Promise<void> => {
    const { signal, stderr } = await runChild({ does: 'transfer', address: address(), file, to }, fault);
    expect(signal, stderr).toBe('SIGKILL');
  };
  const isWhole = async (): Promise<boolean> => content.equals(await readFile(to));
  const sentParts = () => server.proxy.asked.filter(({ query }) => query.has('partNumber')).length;

  it('in an upload', async () => {
    await killedAt('publish:during-upload');
    const store = openStore(address());
    expect(await store.list(key)).toEqual([]);
    await expect(store.download(key, to, size)).rejects.toMatchObject({ code: 'object_missing' });
    await store.probe();
    if (existsSync(join(folder, 'store')))
      expect(await readdir(join(folder, 'store', '.sepet', 'tmp'))).toEqual([]);
    server.proxy.asked.length = 0;
    await store.upload(key, file);
    if (address() === server.address) expect(sentParts()).toBeLessThan(3);
    expect(server.proxy.uploads()).toBe(0);
    await store.download(key, to, size);
    expect(await isWhole()).toBe(true);
  });

  it('in a download', async () => {
    await killedAt('download:during');
    const [part, ...others] = await readdir(cache);
    expect(others).toEqual([]);
    expect(part).toMatch(/^artifact\..*part$/);
    const there = (await stat(join(cache, part ?? ''))).size;
    expect(there).toBeGreaterThanOrEqual(bytes / 2);
    expect(there).toBeLessThan(bytes);
    const progress: number[] = [];
    await openStore(address()).download(key, to, { ...size, onProgress: (done) => progress.push(done) });
    expect(progress[0]).toBeGreaterThan(there);
    expect(await isWhole()).toBe(true);
    expect(await readdir(cache)).toEqual(['artifact']);
  });

  it('before a download has its name', async () => {
    await killedAt('download:before-rename');
    expect(existsSync(to)).toBe(false);
    const progress: number[] = [];
    await openStore(address()).download(key, to, { ...size, onProgress: (done) => progress.push(done) });
    expect(progress).toEqual([]);
    expect(await isWhole()).toBe(true);
    expect(await readdir(cache)).toEqual(['artifact']);
  });

  it('after a download has its name', async () => {
    await killedAt('download:after-rename');
    expect(await readdir(cache)).toEqual(['artifact']);
    expect(await isWhole()).toBe(true);
  });
});
