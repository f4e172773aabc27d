// Downloads, whatever the store: goes on with a broken one, checks length and SHA-256 as the bytes come, then fsync and
// rename. Under its name there is never half a file.

import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SepetError } from '../base/errors.ts';
import { faultPoint } from '../base/faults.ts';
import { chunksOf, writeAll } from './chunks.ts';
import { localFailure, throwIfAborted } from './failures.ts';
import { makeFolder, syncFolder } from './folder.ts';
import { sha256OfFile } from './hash.ts';
import { claimPart, leavePart } from './part.ts';
import type { DownloadOptions } from './store.ts';

/** An object that can be read from any byte on. Chunks are valid until the next one is asked for. */
export interface Source {
  readonly bytes: number;
  chunks(from: number): AsyncIterable<Uint8Array>;
}

export interface Download extends DownloadOptions {
  readonly key: string;
  readonly path: string;
  /** Asked only where something is missing. Throws `object_missing`. */
  readonly source: () => Promise<Source>;
  /** What the source throws, as an error of Sepet that names the store. */
  readonly storeFailure: (error: unknown) => SepetError;
}

const damaged = (key: string, why: string): SepetError => new SepetError('file_damaged', `${key} ${why}.`);

/** Whether the file is there and right. */
async function isRight({ path, sha256, bytes, signal }: Download): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || found.size !== bytes) return false;
  return (await sha256OfFile(path, signal === undefined ? {} : { signal })) === sha256;
}

/** Hashes what an earlier download left; its length. One that is too long is begun anew. */
async function resume(part: FileHandle, hash: Hash, { bytes, signal }: Download): Promise<number> {
  const { size } = await part.stat();
  if (size > bytes) {
    await part.truncate(0);
    return 0;
  }
  let done = 0;
  for await (const chunk of chunksOf(part, { signal })) {
    hash.update(chunk);
    done += chunk.length;
  }
  return done;
}

/** Tells the store's failures from those of the local disk, which the loop's body has. */
async function* received(download: Download, source: Source, from: number): AsyncGenerator<Uint8Array, void> {
  try {
    yield* source.chunks(from);
  } catch (error) {
    throw download.storeFailure(error);
  }
}

/** Fetches what is missing in the part. Resolves to whether all of it is right, and how much was there before. */
async function fill(part: FileHandle, download: Download): Promise<{ right: boolean; resumed: number }> {
  const { key, bytes, sha256, signal, onProgress } = download;
  const source = await download.source().catch((error: unknown) => {
    throw download.storeFailure(error);
  });
  if (source.bytes !== bytes) throw damaged(key, `has ${source.bytes} bytes and not ${bytes}`);
  const hash = createHash('sha256');
  const resumed = await resume(part, hash, download);
  let done = resumed;
  if (done < bytes) {
    for await (const chunk of received(download, source, done)) {
      throwIfAborted(signal);
      if (done + chunk.length > bytes) throw damaged(key, `has more than ${bytes} bytes`);
      hash.update(chunk);
      await writeAll(part, chunk, done);
      done += chunk.length;
      if (done * 2 >= bytes) faultPoint('download:during');
      onProgress?.(done, bytes);
    }
  }
  if (done < bytes) throw damaged(key, `ended after ${done} of ${bytes} bytes`);
  return { right: hash.digest('hex') === sha256, resumed };
}

/** The part, whole and on the disk. Throws `file_damaged` and leaves it empty where the store's bytes are wrong. */
async function complete(path: string, download: Download): Promise<void> {
  const part = await open(path, constants.O_RDWR | constants.O_CREAT, 0o644);
  try {
    let filled = await fill(part, download);
    if (!filled.right && filled.resumed > 0) {
      // What an earlier download left may be at fault and not the store.
      await part.truncate(0);
      filled = await fill(part, download);
    }
    if (!filled.right) {
      await part.truncate(0);
      throw damaged(download.key, `does not have the SHA-256 ${download.sha256}`);
    }
    await part.sync();
  } finally {
    await part.close();
  }
}

/** Downloads an object to a path, as `Store.download` says. */
export async function downloadTo(download: Download): Promise<void> {
  const { path, bytes, onProgress } = download;
  try {
    if (await isRight(download)) return onProgress?.(bytes, bytes);
    await makeFolder(dirname(path));
    const part = await claimPart(path);
    try {
      await complete(part, download);
    } catch (error) {
      const left = await stat(part).catch(() => undefined);
      if (left === undefined || left.size === 0) await rm(part, { force: true });
      else await leavePart(part, path);
      throw error;
    }
    faultPoint('download:before-rename');
    await rename(part, path);
    await syncFolder(dirname(path));
    faultPoint('download:after-rename');
  } catch (error) {
    throw localFailure(path, error);
  }
}
