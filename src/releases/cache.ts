// Artifacts of a store that commands look into: kept in the user's cache folder under their SHA-256, so that the next
// look downloads nothing and a broken download goes on. What nobody has looked into for a week goes.

import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { localFailure } from '../store/failures.ts';
import type { Store, TransferOptions } from '../store/store.ts';
import { artifactKey, hexOf } from './keys.ts';
import type { ArtifactRecord } from './record.ts';

const keptMs = 7 * 24 * 60 * 60 * 1000;

/** `$XDG_CACHE_HOME/sepet` or `~/.cache/sepet`. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME: told = '' } = process.env;
  return join(told === '' ? join(homedir(), '.cache') : told, 'sepet');
}

/** Where artifacts lie already, and where they are put. */
export interface ArtifactPlaces {
  /** The user's own folder where absent. */
  readonly folder?: string | undefined;
  /** Paths of whole artifacts by the `sha256:…` of their files, which somebody else keeps: looked at, never changed. */
  readonly known?: Readonly<Record<string, string>> | undefined;
}

/** Removes what nobody has looked into for a week. */
export function removeOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > keptMs) rmSync(path, { force: true });
  }
}

/** Downloads an artifact unless it is there, and checks its SHA-256 either way. Returns its path. Throws what `download` throws, and `file_io`. */
export async function fetchArtifact(
  store: Store,
  { file, bytes }: Pick<ArtifactRecord, 'file' | 'bytes'>,
  { folder: base = cacheFolder(), known, ...options }: TransferOptions & ArtifactPlaces = {},
): Promise<string> {
  const there = known?.[file];
  if (there !== undefined && existsSync(there)) return there;
  const folder = join(base, 'artifacts');
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw localFailure(folder, error);
  }
  const path = join(folder, `${hexOf(file)}.sepet`);
  await store.download(artifactKey(file), path, { ...options, sha256: hexOf(file), bytes });
  const now = new Date();
  utimesSync(path, now, now);
  removeOld(folder);
  return path;
}
