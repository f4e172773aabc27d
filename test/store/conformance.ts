// What every store must do, run over a folder and over S3.

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { sha256Of } from '../../src/store/hash.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { codeOf, countUp, text } from './count.ts';

export interface Subject {
  readonly address: string;
  /** The file that holds a key's bytes, to damage it. */
  fileOf(key: string): string;
  stop(): Promise<void>;
}

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

/** Codes of those that failed; undefined for those that did not. */
async function outcomes(calls: Promise<unknown>[]): Promise<(string | undefined)[]> {
  const settled = await Promise.allSettled(calls);
  return settled.map((outcome) => (outcome.status === 'rejected' ? codeOf(outcome.reason) : undefined));
}

export function describeStore(name: string, start: () => Promise<Subject>): void {
  describe(name, () => {
    let subject: Subject;
    let store: Store;
    let folder: string;
    let content: Buffer;
    let sha256: string;
    let key: string;
    /** Its own file, target and key for each test. */
    const file = (): string => join(folder, `${key.slice(-12)}.file`);
    const target = (): string => join(folder, 'cache', `${key.slice(-12)}.sepet`);
    const size = (): { sha256: string; bytes: number } => ({ sha256, bytes: content.length });
    const downloaded = async (progress: number[] = []): Promise<void> =>
      store.download(key, target(), { ...size(), onProgress: (done) => progress.push(done) });
    const isWhole = async (): Promise<boolean> => content.equals(await readFile(target()));
    /** What is beside the target: nothing of an end that went well or badly may stay but a part to go on with. */
    const around = async (): Promise<string[]> =>
      (await readdir(dirname(target()))).filter((f) => f.startsWith(key.slice(-12)));

    beforeAll(async () => {
      subject = await start();
      store = openStore(subject.address);
      await store.probe();
      folder = await mkdtemp(join(tmpdir(), 'sepet-store-'));
      await mkdir(join(folder, 'cache'));
    });
    afterAll(async () => {
      store.close();
      await subject.stop();
      await rm(folder, { recursive: true });
    });
    beforeEach(async () => {
      content = randomBytes(3_000_000);
      sha256 = sha256Of(content);
      key = `artifacts/${sha256}`;
      await writeFile(file(), content);
    });

    describe('documents', () => {
      it('are read as they were written', async () => {
        expect(await store.read('labels/none.json')).toBeUndefined();
        expect(await store.readIfChanged('labels/none.json', 'x')).toBeUndefined();
        const etag = await store.write('labels/a.json', bytes('1'), null);
        expect(await store.read('labels/a.json')).toMatchObject({ etag });
        expect(await store.readIfChanged('labels/a.json', etag)).toBe('same');
        const next = await store.write('labels/a.json', bytes('22'), etag);
        const found = await store.readIfChanged('labels/a.json', etag);
        expect(found).toMatchObject({ etag: next });
        expect(text((found as { bytes: Uint8Array }).bytes)).toBe('22');
      });

      it('are not written over what the writer has not seen', async () => {
        const etag = await store.write('labels/b.json', bytes('1'), null);
        const next = await store.write('labels/b.json', bytes('2'), etag);
        const wrong = [null, etag, '"0"', ''].map((expected) =>
          store.write('labels/b.json', bytes('x'), expected),
        );
        expect(await outcomes(wrong)).toEqual(wrong.map(() => 'store_conflict'));
        expect(await outcomes([store.write('labels/new.json', bytes('x'), next)])).toEqual([
          'store_conflict',
        ]);
        expect(await store.read('labels/new.json')).toBeUndefined();
        expect(text((await store.read('labels/b.json'))?.bytes ?? bytes(''))).toBe('2');
      });

      it('of many writers with one expectation one succeeds', async () => {
        const stores = [store, openStore(subject.address), openStore(subject.address)];
        let etag: string | null = null;
        for (let round = 0; round < 12; round++) {
          const calls = Array.from({ length: 9 }, (_, i) =>
            (stores[i % 3] as Store).write('labels/race.json', bytes(`${round} of ${i}`), etag),
          );
          const codes = await outcomes(calls);
          const winners = codes.flatMap((code, i) => (code === undefined ? [i] : []));
          expect(winners).toHaveLength(1);
          expect(codes.filter((code) => code !== undefined && code !== 'store_conflict')).toEqual([]);
          const found = await store.read('labels/race.json');
          expect(text(found?.bytes ?? bytes(''))).toBe(`${round} of ${winners[0]}`);
          etag = found?.etag ?? null;
        }
      });

      it('lose no change of those who try again', async () => {
        await Promise.all(Array.from({ length: 6 }, () => countUp(store, 'labels/count.json', 5)));
        expect(text((await store.read('labels/count.json'))?.bytes ?? bytes(''))).toBe('30');
      });

      it('have a length that is bounded both ways', async () => {
        const long = new Uint8Array(limits.documentBytes.max + 1);
        expect(await outcomes([store.write('labels/long.json', long, null)])).toEqual(['argument_invalid']);
        await store.write('labels/long.json', bytes('x'), null);
        await truncate(subject.fileOf('labels/long.json'), limits.documentBytes.max + 1);
        expect(await outcomes([store.read('labels/long.json')])).toEqual(['file_damaged']);
      });
    });

    describe('keys', () => {
      it('that leave the store are refused', async () => {
        const wrong = [
          '',
          '/',
          '/a',
          'a/',
          'a//b',
          '.',
          '..',
          'a/../b',
          '../a',
          '.sepet/x',
          'a/.b',
          'a\\b',
          'a b',
          'ä',
          'a\0',
        ];
        expect(await outcomes(wrong.map((one) => store.read(one)))).toEqual(
          wrong.map(() => 'argument_invalid'),
        );
        const writes = wrong.map((one) => store.write(one, bytes('x'), null));
        expect(await outcomes(writes)).toEqual(wrong.map(() => 'argument_invalid'));
      });

      it('are listed by prefix and in order, and removed', async () => {
        const keys = ['list/a.json', 'list/a/b.json', 'list/a0.json', 'list/b.json', 'listed.json'];
        for (const one of keys.toReversed()) await store.write(one, bytes(one), null);
        const listed = async (prefix: string) => (await store.list(prefix)).map((found) => found.key);
        expect(await listed('list/')).toEqual(keys.slice(0, 4));
        expect(await listed('list')).toEqual(keys);
        expect(await listed('list/a')).toEqual(keys.slice(0, 3));
        expect(await listed('none/')).toEqual([]);
        const [first] = await store.list('list/a.json');
        expect(first?.bytes).toBe('list/a.json'.length);
        expect(Math.abs((first?.modifiedMs ?? 0) - Date.now())).toBeLessThan(60_000);
        expect((await listed('')).filter((one) => one.startsWith('list'))).toEqual(keys);
        await store.remove('list/a.json');
        await store.remove('list/a.json');
        expect(await listed('list/')).toEqual(keys.slice(1, 4));
      });
    });

    describe('objects', () => {
      it('come down as they went up', async () => {
        const progress: number[] = [];
        await store.upload(key, file(), { onProgress: (done, total) => progress.push(done / total) });
        expect(progress.at(-1)).toBe(1);
        expect(await store.list(key)).toMatchObject([{ key, bytes: content.length }]);
        await downloaded();
        expect(await isWhole()).toBe(true);
        expect(await around()).toHaveLength(1);
        await downloaded(progress);
        expect(progress.at(-1)).toBe(content.length);
      });

      it('may be empty', async () => {
        await writeFile(file(), '');
        [content, sha256] = [Buffer.alloc(0), sha256Of(Buffer.alloc(0))];
        await store.upload(key, file());
        await downloaded();
        expect(await readFile(target())).toHaveLength(0);
      });

      it('that are there are left as they are', async () => {
        await store.upload(key, file());
        const before = await store.list(key);
        await store.upload(key, file());
        expect(await store.list(key)).toEqual(before);
      });

      it('are not stored under a name that is not theirs', async () => {
        const wrong = { sha256: sha256Of(bytes('another')) };
        expect(await outcomes([store.upload(key, file(), wrong)])).toEqual(['file_io']);
        expect(await store.list(key)).toEqual([]);
        await store.upload(key, file(), { sha256 });
      });

      it('that are missing are said to be, and nothing is left behind', async () => {
        expect(await outcomes([downloaded()])).toEqual(['object_missing']);
        expect(await around()).toEqual([]);
        expect(await outcomes([store.upload(key, join(folder, 'none'))])).toEqual(['file_not_found']);
        expect(await outcomes([store.upload(key, folder)])).toEqual(['file_io']);
        expect(await store.list(key)).toEqual([]);
      });

      it('are not taken with one bit wrong', async () => {
        await store.upload(key, file());
        const damaged = Buffer.from(content);
        damaged[1_500_000] = (damaged[1_500_000] ?? 0) ^ 4;
        await writeFile(subject.fileOf(key), damaged);
        expect(await outcomes([downloaded()])).toEqual(['file_damaged']);
        expect(await around()).toEqual([]);
      });

      it('are not taken with another length', async () => {
        await store.upload(key, file());
        for (const length of [content.length - 1, content.length + 1, 0]) {
          const call = store.download(key, target(), { sha256, bytes: length });
          expect(await outcomes([call])).toEqual(['file_damaged']);
        }
        expect(await around()).toEqual([]);
      });

      it('replace a wrong file of their name', async () => {
        await store.upload(key, file());
        for (const wrong of [content.subarray(1), Buffer.alloc(content.length)]) {
          await writeFile(target(), wrong);
          await downloaded();
          expect(await isWhole()).toBe(true);
        }
      });

      it('go on with the part of an earlier download', async () => {
        await store.upload(key, file());
        await writeFile(`${target()}.part`, content.subarray(0, 2_000_000));
        const progress: number[] = [];
        await downloaded(progress);
        expect(progress[0]).toBeGreaterThan(2_000_000);
        expect(await isWhole()).toBe(true);
        expect(await around()).toHaveLength(1);
      });

      it('take no wrong part over', async () => {
        await store.upload(key, file());
        const damaged = Buffer.from(content);
        damaged[7] = (damaged[7] ?? 0) ^ 1;
        for (const part of [damaged.subarray(0, 2_000_000), damaged, Buffer.concat([content, content])]) {
          await rm(target(), { force: true });
          await writeFile(`${target()}.part`, part);
          await downloaded();
          expect(await isWhole()).toBe(true);
          expect(await around()).toHaveLength(1);
        }
      });

      it('come once to each of two who want one path', async () => {
        await store.upload(key, file());
        await writeFile(`${target()}.part`, content.subarray(0, 1_000_000));
        const other = openStore(subject.address);
        await Promise.all([downloaded(), downloaded(), other.download(key, target(), size())]);
        expect(await isWhole()).toBe(true);
        expect(await around()).toHaveLength(1);
      });

      it('stop on request and go on later', async () => {
        const stopping = new AbortController();
        const stopped = { signal: stopping.signal, onProgress: () => stopping.abort() };
        await store.upload(key, file());
        expect(await outcomes([store.download(key, target(), { ...size(), ...stopped })])).toEqual([
          'cancelled',
        ]);
        expect(existsSync(target())).toBe(false);
        expect(existsSync(`${target()}.part`)).toBe(true);
        const progress: number[] = [];
        await downloaded(progress);
        expect(progress.length).toBeGreaterThan(0);
        expect(await isWhole()).toBe(true);
        const again = { signal: AbortSignal.abort() };
        expect(await outcomes([store.upload(`${key}x`, file(), again)])).toEqual(['cancelled']);
        expect(await store.list(`${key}x`)).toEqual([]);
      });
    });
  });
}
