// S3 as a store: the suite of all stores, and what only a network has.

import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sha256Of } from '../../src/store/hash.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { runChild } from './children.ts';
import { describeStore } from './conformance.ts';
import { codeOf, countUp, text } from './count.ts';
import { type S3Server, startS3 } from './s3.ts';
import type { Asked } from './s3-proxy.ts';

describeStore('S3', startS3);

const empty = Buffer.alloc(0);
const code = (call: Promise<unknown>) => call.then(() => undefined, codeOf);

describe('an S3 store', () => {
  let server: S3Server;
  let store: Store;
  let folder: string;

  beforeAll(async () => {
    server = await startS3();
    store = openStore(server.address);
    folder = await mkdtemp(join(tmpdir(), 'sepet-s3-store-'));
  });
  afterEach(() => {
    server.proxy.intercept = undefined;
    server.proxy.asked.length = 0;
  });
  afterAll(async () => {
    store.close();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  /** Makes trouble at the first request that fits. */
  const once = (
    fits: (asked: Asked) => boolean,
    trouble: NonNullable<ReturnType<NonNullable<S3Server['proxy']['intercept']>>>,
  ) => {
    let isDone = false;
    server.proxy.intercept = (asked) => {
      if (isDone || !fits(asked)) return undefined;
      isDone = true;
      return trouble;
    };
  };
  const made = async (
    bytes: number,
  ): Promise<{ content: Buffer; file: string; key: string; sha256: string; bytes: number }> => {
    const content = randomBytes(bytes);
    const sha256 = sha256Of(content);
    const file = join(folder, sha256);
    await writeFile(file, content);
    return { content, file, key: `artifacts/${sha256}.sepet`, sha256, bytes };
  };

  describe('conditions', () => {
    it('are asked for, and a server that ignores them is refused', async () => {
      const plain = openStore(server.plainAddress);
      await expect(plain.probe()).rejects.toMatchObject({ code: 'store_unconditional' });
      await expect(plain.probe()).rejects.toThrow('ignores If-Match of a missing object');
      await store.probe();
      const asked = server.proxy.asked.length;
      await store.probe();
      expect(server.proxy.asked).toHaveLength(asked);
    });

    it.each([
      ['If-None-Match', 'if-none-match', 1, 'does not take If-None-Match'],
      ['If-Match', 'if-match', 1, 'does not take If-Match'],
    ])('are all needed: %s', async (_name, header, _count, message) => {
      server.proxy.intercept = ({ method, headers }) =>
        method === 'PUT' && headers[header] !== undefined
          ? { kind: 'answer', status: 501, code: 'NotImplemented' }
          : undefined;
      await expect(openStore(server.address).probe()).rejects.toThrow(message);
    });

    it('leave nothing behind', async () => {
      await openStore(server.address).probe();
      const { asked } = server.proxy;
      const probe = asked.find(({ method }) => method === 'PUT')?.key ?? '';
      expect(probe).toContain('.probe-');
      expect(asked.at(-1)).toMatchObject({ method: 'DELETE', key: probe });
      await expect(readFile(server.fileOf(probe.replace('team/sepet/', '')))).rejects.toMatchObject({
        code: 'ENOENT',
      });
    });
  });

  describe('documents', () => {
    it('are written once although the answer was lost', async () => {
      const isPut = ({ method }: Asked): boolean => method === 'PUT';
      once(isPut, { kind: 'lose' });
      const etag = await store.write('labels/lost.json', Buffer.from('1'), null);
      expect(server.proxy.asked.filter(isPut)).toHaveLength(2);
      once(isPut, { kind: 'lose' });
      await store.write('labels/lost.json', Buffer.from('2'), etag);
      expect(text((await store.read('labels/lost.json'))?.bytes ?? empty)).toBe('2');
      once(isPut, { kind: 'lose' });
      expect(await code(store.write('labels/lost.json', Buffer.from('3'), etag))).toBe('store_conflict');
    });

    it('are read again where the answer breaks off', async () => {
      await store.write('labels/cut.json', Buffer.from('0123456789'), null);
      once(({ method }) => method === 'GET', { kind: 'cut', afterBytes: 4 });
      expect(text((await store.read('labels/cut.json'))?.bytes ?? empty)).toBe('0123456789');
    });

    it('lose no change of several processes', async () => {
      const task = { does: 'count', address: server.address, key: 'labels/count.json', times: 8 } as const;
      const [ends] = await Promise.all([
        Promise.all([runChild(task), runChild(task)]),
        countUp(store, 'labels/count.json', 8),
      ]);
      expect(ends.map(({ code: exit }) => exit)).toEqual([0, 0]);
      expect(text((await store.read('labels/count.json'))?.bytes ?? empty)).toBe('24');
    });
  });

  describe('objects', () => {
    it('are listed page by page', async () => {
      const keys = Array.from({ length: 1100 }, (_, i) => `history/many/${String(i).padStart(8, '0')}.json`);
      await mkdir(dirname(server.fileOf('history/many/x')), { recursive: true });
      for (const key of keys) await writeFile(server.fileOf(key), 'x');
      expect((await store.list('history/many/')).map(({ key }) => key)).toEqual(keys);
      expect(server.proxy.asked).toHaveLength(2);
    });

    it('go on where a connection broke, by Range and If-Match', async () => {
      const { content, file, key, sha256, bytes } = await made(3_000_000);
      await store.upload(key, file);
      server.proxy.asked.length = 0;
      once(({ method }) => method === 'GET', { kind: 'cut', afterBytes: 1_000_000 });
      await store.download(key, join(folder, 'cut'), { sha256, bytes });
      expect(content.equals(await readFile(join(folder, 'cut')))).toBe(true);
      const reads = server.proxy.asked.filter(({ method }) => method === 'GET');
      expect(reads).toHaveLength(2);
      const from = Number(/^bytes=(\d+)-$/.exec(reads[1]?.headers.range ?? '')?.[1]);
      expect(from).toBeGreaterThan(0);
      expect(reads[1]?.headers['if-match']).toMatch(/^"[0-9a-f]{32}"$/);
    });

    it('are not taken where a bit flips on the way', async () => {
      const { file, key, sha256, bytes } = await made(100_000);
      await store.upload(key, file);
      server.proxy.intercept = ({ method }) => (method === 'GET' ? { kind: 'flip' } : undefined);
      expect(await code(store.download(key, join(folder, 'flip'), { sha256, bytes }))).toBe('file_damaged');
      server.proxy.intercept = undefined;
      await store.download(key, join(folder, 'flip'), { sha256, bytes });
    });

    it('go up in parts, and a part whose answer is lost again', async () => {
      const { file, key, sha256, bytes } = await made(36 << 20);
      const isPart = ({ query }: Asked): boolean => query.get('partNumber') === '2';
      once(isPart, { kind: 'lose' });
      await store.upload(key, file);
      expect(server.proxy.asked.filter(isPart)).toHaveLength(2);
      expect(server.proxy.uploads()).toBe(0);
      await store.download(key, join(folder, 'parts'), { sha256, bytes });
    });

    it('are not stored from a file that changed, also in parts', async () => {
      const { file, key, sha256 } = await made(17 << 20);
      expect(await code(store.upload(key, file, { sha256: sha256.replace(/./g, '0') }))).toBe('file_io');
      expect(await store.list(key)).toEqual([]);
      await store.upload(key, file, { sha256 });
      expect(await store.list(key)).toHaveLength(1);
    });

    it('count once where the answer to their end is lost', async () => {
      const { file, key, sha256, bytes } = await made(17 << 20);
      const isEnd = ({ method, query }: Asked): boolean => method === 'POST' && query.has('uploadId');
      once(isEnd, { kind: 'lose' });
      await store.upload(key, file);
      expect(server.proxy.asked.filter(isEnd).length).toBeGreaterThan(1);
      await store.download(key, join(folder, 'end'), { sha256, bytes });
    });

    it('go on with the parts of an upload that failed, but not with wrong ones', async () => {
      const { content, file, key, sha256, bytes } = await made(52 << 20);
      const parts = () =>
        server.proxy.asked
          .filter(({ query }) => query.has('partNumber'))
          .map(({ query }) => query.get('partNumber'));
      server.proxy.intercept = ({ query }) =>
        query.get('partNumber') === '4' ? { kind: 'answer', status: 403, code: 'AccessDenied' } : undefined;
      // Another file under the same key: its parts are not those of the file that is sent then.
      const other = Buffer.from(content);
      other[5] = (other[5] ?? 0) ^ 1;
      await writeFile(file, other);
      expect(await code(store.upload(key, file))).toBe('store_unreachable');
      expect(server.proxy.uploads()).toBe(1);
      expect(await store.list(key)).toEqual([]);
      server.proxy.intercept = undefined;
      server.proxy.asked.length = 0;
      await writeFile(file, content);
      await store.upload(key, file);
      expect(parts().toSorted()).toEqual(['1', '4']);
      await store.download(key, join(folder, 'resumed'), { sha256, bytes });
      expect(server.proxy.uploads()).toBe(0);
    });
  });

  describe('failures', () => {
    it('say what to do', async () => {
      const says = async (address: string): Promise<string> => {
        const error: unknown = await openStore(address)
          .read('labels/a.json')
          .catch((thrown: unknown) => thrown);
        expect(codeOf(error)).toBe('store_unreachable');
        return (error as Error).message;
      };
      expect(await says(server.address.replace('sepet-test', 'sepet-none'))).toMatch(
        /there is no bucket sepet-none/,
      );
      expect(await says('s3://sepet-test?endpoint=http://127.0.0.1:1')).toMatch(
        /does not answer .*ECONNREFUSED/,
      );
      server.proxy.intercept = () => ({ kind: 'answer', status: 403, code: 'SignatureDoesNotMatch' });
      expect(await says(server.address)).toMatch(/refuses these credentials \(SignatureDoesNotMatch\)/);
      server.proxy.intercept = () => ({ kind: 'answer', status: 400, code: 'InvalidRequest' });
      expect(await says(server.address)).toMatch(/answered 400 InvalidRequest/);
    });

    it('that pass are survived', async () => {
      once(() => true, { kind: 'answer', status: 503, code: 'SlowDown' });
      expect(await store.read('labels/none.json')).toBeUndefined();
      server.proxy.intercept = () => ({ kind: 'answer', status: 503, code: 'SlowDown' });
      expect(await code(store.read('labels/none.json'))).toBe('store_unreachable');
      expect(await code(store.download('artifacts/x', join(folder, 'x'), { sha256: '', bytes: 1 }))).toBe(
        'store_unreachable',
      );
    });

    it('name missing credentials and regions', async () => {
      const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
      const kept = names.map((name) => [name, process.env[name]] as const);
      for (const name of names) delete process.env[name];
      const files = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
      Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: 'true', ...files });
      try {
        await expect(openStore(server.address).probe()).rejects.toThrow(
          'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
        );
        await expect(openStore('s3://sepet-test').probe()).rejects.toThrow(
          'add ?region=.. or set AWS_REGION',
        );
      } finally {
        for (const [name, value] of kept) process.env[name] = value;
        for (const name of ['AWS_EC2_METADATA_DISABLED', ...Object.keys(files)]) delete process.env[name];
      }
    });
  });
});
