// The keys of a folder store: its files, without what begins with a dot.

import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../failures.ts';
import type { StoredKey } from '../store.ts';

/** Walks only folders that can hold a key of this prefix. */
async function walk(root: string, folder: string, prefix: string, found: StoredKey[]): Promise<void> {
  let entries: Dirent[];
  try {
    entries = await readdir(join(root, folder), { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  for (const entry of entries) {
    const key = `${folder}${entry.name}`;
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) {
      const below = `${key}/`;
      if (below.startsWith(prefix) || prefix.startsWith(below)) await walk(root, below, prefix, found);
    } else if (key.startsWith(prefix)) {
      const file = await stat(join(root, key)).catch(() => undefined);
      if (file?.isFile()) found.push({ key, bytes: file.size, modifiedMs: file.mtimeMs });
    }
  }
}

/** Every key below `root` that begins with `prefix`, in the order of keys. */
export async function listFiles(root: string, prefix: string): Promise<StoredKey[]> {
  const found: StoredKey[] = [];
  const slash = prefix.lastIndexOf('/') + 1;
  await walk(root, prefix.slice(0, slash), prefix, found);
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}
