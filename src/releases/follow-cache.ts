// What a server that follows a label keeps on its disk: the files it serves, laid out like a store, and a document that
// says what was served last and was right. With these it starts while the store is away.

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { localFailure } from '../store/failures.ts';
import { syncFolder } from '../store/folder.ts';
import { sha256Of } from '../store/hash.ts';
import { cacheFolder } from './cache.ts';
import { deltaKey, entrySchema } from './deltas.ts';
import { decodeDocument, encodeDocument, moment, revisionNumber } from './documents.ts';
import { artifactKey, policiesKey } from './keys.ts';
import { artifacts, policySets } from './record.ts';

const wantedSchema = z.object({
  /** The label's revision. */
  revision: revisionNumber,
  artifact: artifacts.schema,
  /** Null for the built-in policy. */
  policies: policySets.schema.nullable(),
  /** Those that are not folded into the artifact, oldest first. */
  deltas: z.array(entrySchema),
});

/** All that a release is made of, by name, with the signatures. */
export type Wanted = z.output<typeof wantedSchema>;

const lastGoodSchema = z.object({
  kind: z.literal('sepet-last-good'),
  version: z.literal(1),
  at: moment,
  store: z.string(),
  label: z.string(),
  wanted: wantedSchema,
});

/** The keys of its files in a store, and in the cache. */
function keysOf({ artifact, policies, deltas }: Wanted): string[] {
  return [
    artifactKey(artifact.file),
    ...(policies ? [policiesKey(policies.policies)] : []),
    ...deltas.map(({ file }) => deltaKey(file)),
  ];
}

/** Parts of downloads that nobody goes on with for so long are litter. */
const partIdleMs = 24 * 60 * 60 * 1000;

export class FollowCache {
  readonly folder: string;
  readonly #origin: { readonly store: string; readonly label: string };

  /** A folder of its own for each label of each store, below `base` or the user's cache. Throws `file_io`. */
  constructor(origin: { readonly store: string; readonly label: string }, base: string = cacheFolder()) {
    const { store, label } = origin;
    const hash = sha256Of(new TextEncoder().encode(`${store}\n${label}`)).slice(0, 12);
    this.#origin = origin;
    this.folder = resolve(base, 'serve', `${label}-${hash}`);
    try {
      mkdirSync(this.folder, { recursive: true });
    } catch (error) {
      throw localFailure(this.folder, error);
    }
  }

  get #lastGood(): string {
    return join(this.folder, 'last-good.json');
  }

  /** What was served last; undefined where nothing was. Throws `manifest_invalid`. */
  lastGood(): Wanted | undefined {
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(this.#lastGood);
    } catch {
      return undefined;
    }
    return decodeDocument(lastGoodSchema, bytes, this.#lastGood).wanted;
  }

  /** Notes what is served: whole under its name, or as it was. Throws `file_io`. */
  async keep(wanted: Wanted): Promise<void> {
    const document = {
      kind: 'sepet-last-good',
      version: 1,
      at: new Date().toISOString(),
      ...this.#origin,
      wanted,
    };
    const temporary = `${this.#lastGood}.${process.pid}`;
    try {
      await writeFile(temporary, encodeDocument(document), { flush: true });
      await rename(temporary, this.#lastGood);
      await syncFolder(this.folder);
    } catch (error) {
      throw localFailure(this.#lastGood, error);
    }
  }

  /** Removes the files that are not of this release. */
  sweep(wanted: Wanted): void {
    const needed = new Set(keysOf(wanted));
    for (const folder of ['artifacts', 'policies', 'deltas'])
      for (const name of this.#names(folder)) {
        const path = join(this.folder, folder, name);
        if (!needed.has(`${folder}/${name}`) && !isUnderWay(path)) rmSync(path, { force: true });
      }
  }

  #names(folder: string): string[] {
    try {
      return readdirSync(join(this.folder, folder));
    } catch {
      return [];
    }
  }
}

/** Another server on this machine may be at it. */
function isUnderWay(path: string): boolean {
  const mtimeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return path.endsWith('.part') && Date.now() - mtimeMs < partIdleMs;
}
