// Writing a data folder whole or not at all: temporary files, fsync, rename, the manifest last.

import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SepetError } from '../base/errors.ts';
import { fileHash } from '../base/file-hash.ts';
import { type Database, literal } from '../tables/duckdb.ts';
import { basketsFile, type DatasetManifest, manifestFile, productsFile } from '../tables/manifest.ts';

/** SHA-256 of a file's bytes, in hexadecimal, and their number. */
export async function sizedHash(path: string): Promise<{ bytes: number; sha256: string }> {
  return { bytes: (await stat(path)).size, sha256: await fileHash(path) };
}

export interface DataFolder {
  readonly out: string;
  /** Queries of the two tables, in the order of their rows. */
  readonly baskets: string;
  readonly products: string;
  /** The manifest, given the hashes of both files. */
  readonly manifest: (hashes: DatasetManifest['hashes']) => DatasetManifest;
}

async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes the folder. Until the last rename an earlier manifest is either still true or gone, so a folder never pairs a
 * manifest with other files. Throws `file_io` where the disk refuses.
 */
export async function writeDataFolder(database: Database, folder: DataFolder): Promise<DatasetManifest> {
  const { out } = folder;
  const temporary = (name: string): string => join(out, `${name}.${process.pid}.tmp`);
  const names = [basketsFile, productsFile, manifestFile];
  try {
    await mkdir(out, { recursive: true });
    const copy = (query: string, name: string): Promise<void> =>
      database.run(`COPY (${query}) TO ${literal(temporary(name))} (FORMAT parquet, COMPRESSION zstd)`);
    await copy(folder.baskets, basketsFile);
    await copy(folder.products, productsFile);
    const manifest = folder.manifest({
      [basketsFile]: await fileHash(temporary(basketsFile)),
      [productsFile]: await fileHash(temporary(productsFile)),
    });
    await writeFile(temporary(manifestFile), `${JSON.stringify(manifest, null, 2)}\n`);
    for (const name of names) await synced(temporary(name));
    await rm(join(out, manifestFile), { force: true });
    for (const name of names) await rename(temporary(name), join(out, name));
    await synced(out);
    return manifest;
  } catch (cause) {
    if (cause instanceof SepetError) throw cause;
    const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new SepetError('file_io', `${out} cannot be written: ${why}`, { cause });
  } finally {
    for (const name of names) await rm(temporary(name), { force: true });
  }
}
