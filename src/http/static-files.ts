// A folder of built files in memory, with the forms that the build compressed. Read once: a build that is replaced under a
// running server never gives half of the old and half of the new.

import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { type Coding, codingFor, codings } from './codings.ts';

/** Files of other types are not served. */
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

const suffixes: Readonly<Record<Coding, string>> = { br: '.br', gzip: '.gz' };

export interface Form {
  /** Absent for the file as it is. */
  readonly coding?: Coding;
  readonly body: Uint8Array;
  /** A strong entity tag: of these very bytes. */
  readonly tag: string;
}

export interface StaticFile {
  readonly contentType: string;
  readonly plain: Form;
  readonly compressed: ReadonlyMap<Coding, Form>;
}

/** Files by their paths, with `/` between folders. */
export type StaticFiles = ReadonlyMap<string, StaticFile>;

function formOf(body: Uint8Array, coding?: Coding): Form {
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { body, tag, ...(coding && { coding }) };
}

/** What the build made of a file, unless the file was written again since. */
async function compressedOf(file: string, writtenMs: number): Promise<Map<Coding, Form>> {
  const forms = new Map<Coding, Form>();
  for (const coding of codings) {
    const path = file + suffixes[coding];
    try {
      if ((await stat(path)).mtimeMs < writtenMs) continue;
      forms.set(coding, formOf(await readFile(path), coding));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return forms;
}

/** Reads all files of known types below a folder; undefined where it is not there, or being written. */
export async function readStaticFiles(folder: string): Promise<StaticFiles | undefined> {
  try {
    return await readAll(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readAll(folder: string): Promise<StaticFiles> {
  const files = new Map<string, StaticFile>();
  for (const name of await readdir(folder, { recursive: true })) {
    const contentType = contentTypes[extname(name)];
    const path = join(folder, name);
    if (contentType === undefined) continue;
    const { mtimeMs } = await stat(path);
    const plain = formOf(await readFile(path));
    const compressed = await compressedOf(path, mtimeMs);
    files.set(name.replaceAll(sep, '/'), { contentType, plain, compressed });
  }
  return files;
}

/** The form of a file that suits an Accept-Encoding header. */
export function formFor({ plain, compressed }: StaticFile, acceptEncoding: string): Form {
  const coding = codingFor(acceptEncoding, [...compressed.keys()]);
  return (coding && compressed.get(coding)) ?? plain;
}
