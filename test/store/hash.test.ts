// SHA-256 of files: as everybody computes it, and stoppable.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sha256Of, sha256OfFile } from '../../src/store/hash.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sepet-hash-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('is that of FIPS 180-4', async () => {
  await writeFile(join(folder, 'abc'), 'abc');
  const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(await sha256OfFile(join(folder, 'abc'))).toBe(expected);
  await writeFile(join(folder, 'empty'), '');
  expect(await sha256OfFile(join(folder, 'empty'))).toBe(sha256Of(new Uint8Array(0)));
});

it('reads a file piece by piece and tells how far it is', async () => {
  const content = Buffer.alloc((5 << 20) + 3, 'sepet');
  await writeFile(join(folder, 'long'), content);
  const told: [number, number][] = [];
  const found = await sha256OfFile(join(folder, 'long'), {
    onProgress: (...progress) => told.push(progress),
  });
  expect(found).toBe(sha256Of(content));
  expect(told.length).toBeGreaterThan(4);
  expect(told.at(-1)).toEqual([content.length, content.length]);
});

it('stops on request', async () => {
  const stopping = new AbortController();
  const stopped = sha256OfFile(join(folder, 'long'), {
    signal: stopping.signal,
    onProgress: () => stopping.abort(),
  });
  await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
});

it('says what cannot be read', async () => {
  await expect(sha256OfFile(join(folder, 'none'))).rejects.toMatchObject({ code: 'file_not_found' });
  await expect(sha256OfFile(folder)).rejects.toMatchObject({ code: 'file_io' });
});
