// Files on their way into a folder store: under `.sepet/tmp` of the same file system, named after their process.

import { randomBytes } from 'node:crypto';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isGone, owner } from '../owner.ts';

/** Idle time after which the temporary file of another machine's process is swept. */
const idleMsMax = 86_400_000;

/** A path that nobody else uses. */
export const temporaryPath = (folder: string): string =>
  join(folder, `${owner}.${randomBytes(8).toString('hex')}`);

/** Writes bytes to a new temporary file, on the disk where `sync`; its path. */
export async function temporaryWith(
  folder: string,
  bytes: Uint8Array | string,
  sync: boolean,
): Promise<string> {
  const path = temporaryPath(folder);
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(bytes);
    if (sync) await handle.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return path;
}

/** Removes what processes left that are gone. */
export async function sweep(folder: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    const path = join(folder, entry);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) continue;
    if (isGone(entry.split('.')[0] ?? '', Date.now() - found.mtimeMs, idleMsMax))
      await rm(path, { force: true });
  }
}
