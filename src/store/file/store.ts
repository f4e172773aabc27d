// A folder as a store, for one machine or a shared file system. Documents come by link(2) and change under a lock by rename,
// so readers see one or the other; what belongs to the store alone is under `.sepet`.

import { constants } from 'node:fs';
import { access, link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SepetError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { chunksOf, withFile } from '../chunks.ts';
import { downloadTo, type Source } from '../download.ts';
import { conflict, isMissing, messageOf, objectMissing, systemCode, tooLong } from '../failures.ts';
import { makeFolder, syncFolder } from '../folder.ts';
import { sha256Of } from '../hash.ts';
import { checkDocument, checkKey, checkPrefix } from '../keys.ts';
import type { DownloadOptions, Store, Stored, StoredKey, UploadOptions } from '../store.ts';
import { listFiles } from './list.ts';
import { withLock } from './lock.ts';
import { sweep, temporaryWith } from './temporary.ts';
import { copyIn } from './upload.ts';

export class FileStore implements Store {
  readonly url: string;
  readonly #root: string;
  readonly #temporary: string;
  #probed: Promise<void> | undefined;

  /** `root` is an absolute path; the folder may be missing. */
  constructor(root: string) {
    this.url = pathToFileURL(root).href;
    this.#root = root;
    this.#temporary = join(root, '.sepet', 'tmp');
  }

  probe(): Promise<void> {
    this.#probed ??= this.#ask(async () => {
      await makeFolder(this.#temporary);
      await sweep(this.#temporary);
      await this.#tryLock();
    });
    return this.#probed.catch((error: unknown) => {
      this.#probed = undefined;
      throw error;
    });
  }

  async read(key: string): Promise<Stored | undefined> {
    checkKey(key);
    return this.#ask(() => this.#document(key));
  }

  async readIfChanged(key: string, etag: string): Promise<Stored | 'same' | undefined> {
    const found = await this.read(key);
    return found?.etag === etag ? 'same' : found;
  }

  async write(key: string, bytes: Uint8Array, expected: string | null): Promise<string> {
    checkKey(key);
    checkDocument(key, bytes.length);
    return this.#ask(async () => {
      // Most of those who lose need no lock to know it.
      await this.#expect(key, expected);
      await makeFolder(this.#temporary);
      const temporary = await temporaryWith(this.#temporary, bytes, true);
      try {
        const target = this.#pathOf(key);
        await makeFolder(dirname(target));
        if (expected === null) await this.#create(key, temporary);
        else await this.#replace(key, temporary, expected);
        await syncFolder(dirname(target));
        return sha256Of(bytes);
      } finally {
        await rm(temporary, { force: true });
      }
    });
  }

  async upload(key: string, path: string, options: UploadOptions = {}): Promise<void> {
    checkKey(key);
    return withFile(path, (from, bytes) =>
      this.#ask(async () => {
        await access(this.#root);
        const to = this.#pathOf(key);
        const there = await stat(to).catch(() => undefined);
        if (there?.isFile() && there.size === bytes) return options.onProgress?.(bytes, bytes);
        await makeFolder(this.#temporary);
        await copyIn({ ...options, from, name: path, bytes, to, temporary: this.#temporary });
      }),
    );
  }

  async download(key: string, path: string, options: DownloadOptions): Promise<void> {
    checkKey(key);
    const source = () => this.#source(key);
    return downloadTo({ ...options, key, path, source, storeFailure: (error) => this.#failure(error) });
  }

  async list(prefix: string): Promise<StoredKey[]> {
    checkPrefix(prefix);
    return this.#ask(async () => {
      await access(this.#root);
      return listFiles(this.#root, prefix);
    });
  }

  async remove(key: string): Promise<void> {
    checkKey(key);
    return this.#ask(() => rm(this.#pathOf(key), { force: true }));
  }

  close(): void {}

  #pathOf = (key: string): string => join(this.#root, ...key.split('/'));

  #lockOf = (key: string): { folder: string; temporary: string } => ({
    folder: join(this.#root, '.sepet', 'locks', key.replaceAll('/', '+')),
    temporary: this.#temporary,
  });

  async #expect(key: string, etag: string | null): Promise<void> {
    if (((await this.#document(key))?.etag ?? null) !== etag) throw conflict(key);
  }

  /** link(2) is a condition by itself: one of many succeeds. */
  async #create(key: string, temporary: string): Promise<void> {
    try {
      await link(temporary, this.#pathOf(key));
    } catch (error) {
      throw systemCode(error) === 'EEXIST' ? conflict(key) : error;
    }
  }

  #replace(key: string, temporary: string, expected: string): Promise<void> {
    return withLock(this.#lockOf(key), async (checkTime) => {
      await this.#expect(key, expected);
      checkTime();
      await rename(temporary, this.#pathOf(key));
    });
  }

  /** A file system without hard links or without exclusive ones cannot lock. */
  async #tryLock(): Promise<void> {
    try {
      await withLock(this.#lockOf('probe'), async () => undefined);
    } catch (error) {
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(systemCode(error) ?? ''))
        throw error;
      const message = `${this.url} is on a file system without hard links, which labels need; use another one.`;
      throw new SepetError('store_unconditional', message, { cause: error });
    }
  }

  async #document(key: string): Promise<Stored | undefined> {
    try {
      const path = this.#pathOf(key);
      const { size } = await stat(path);
      if (size > limits.documentBytes.max) throw tooLong(key, size);
      const bytes = await readFile(path);
      return { bytes, etag: sha256Of(bytes) };
    } catch (error) {
      if (!isMissing(error)) throw error;
      // An empty store and one that is not mounted are not the same.
      await access(this.#root, constants.R_OK);
      return undefined;
    }
  }

  async #source(key: string): Promise<Source> {
    const path = this.#pathOf(key);
    const chunks = async function* (from: number): AsyncGenerator<Uint8Array, void> {
      const handle = await open(path, 'r');
      try {
        yield* chunksOf(handle, { from });
      } finally {
        await handle.close();
      }
    };
    return { bytes: await this.#bytesOf(key), chunks };
  }

  async #bytesOf(key: string): Promise<number> {
    try {
      return (await stat(this.#pathOf(key))).size;
    } catch (error) {
      if (!isMissing(error)) throw error;
      await access(this.#root, constants.R_OK);
      throw objectMissing(this.url, key);
    }
  }

  async #ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** What the file system says, as an error of Sepet. */
  #failure(error: unknown): SepetError {
    if (error instanceof SepetError) return error;
    const why = isMissing(error)
      ? 'there is no such folder; is it mounted? The first publish makes it'
      : messageOf(error);
    return new SepetError('store_unreachable', `${this.url}: ${why}.`, { cause: error });
  }
}
