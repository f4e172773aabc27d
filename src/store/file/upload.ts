// A file's way into a folder store: a copy beside it, fsync, rename.

import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { faultPoint } from '../../base/faults.ts';
import { chunksOf, writeAll } from '../chunks.ts';
import { changed } from '../failures.ts';
import { makeFolder, syncFolder } from '../folder.ts';
import type { UploadOptions } from '../store.ts';
import { temporaryPath } from './temporary.ts';

export interface Copy extends UploadOptions {
  readonly from: FileHandle;
  /** The file's path, for messages. */
  readonly name: string;
  readonly bytes: number;
  readonly to: string;
  /** The folder of temporary files. */
  readonly temporary: string;
}

/** Copies the file to `to`, whole or not at all. Throws `cancelled`, `file_io`. */
export async function copyIn(copy: Copy): Promise<void> {
  const temporary = temporaryPath(copy.temporary);
  const out = await open(temporary, 'wx');
  try {
    const hash = createHash('sha256');
    let done = 0;
    for await (const chunk of chunksOf(copy.from, { signal: copy.signal })) {
      hash.update(chunk);
      await writeAll(out, chunk, done);
      done += chunk.length;
      if (done * 2 >= copy.bytes) faultPoint('publish:during-upload');
      copy.onProgress?.(done, Math.max(done, copy.bytes));
    }
    const isSame = copy.sha256 === undefined || hash.digest('hex') === copy.sha256;
    if (done !== copy.bytes || !isSame) throw changed(copy.name);
    await out.sync();
    await out.close();
    await makeFolder(dirname(copy.to));
    await rename(temporary, copy.to);
    await syncFolder(dirname(copy.to));
  } catch (error) {
    await out.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}
