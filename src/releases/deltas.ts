// The stream of deltas of a store: immutable files, and one small document that lists them in order. Appending is always
// right, as deltas name products and say what is so now; so whoever meets another publisher just appends again.

import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { SepetError } from '../base/errors.ts';
import { faultPoint } from '../base/faults.ts';
import { limits } from '../base/limits.ts';
import { decodeChanges, encodeChanges, mergeChanges, type ProductChange } from '../catalog/changes.ts';
import { mapFile, writeFile } from '../native/index.ts';
import { sha256OfFile } from '../store/hash.ts';
import type { Store } from '../store/store.ts';
import { decodeDocument, digest, encodeDocument, moment, revisionNumber } from './documents.ts';
import { hexOf } from './keys.ts';
import { several } from './several.ts';
import { type Signature, signatureSchema, subjectOf } from './sign.ts';

export const deltasKey = 'deltas.json';
export const deltaKey = (file: string): string => `deltas/${hexOf(file)}.delta`;

export const entrySchema = z.object({
  revision: revisionNumber,
  /** `sha256:` of the file's bytes. */
  file: digest,
  bytes: z.number().int().positive(),
  at: moment,
  by: z.string(),
  products: z.number().int().positive(),
  /** Of the prices in it; null where there are none or nobody said. */
  currency: z.string().nullable(),
  signature: signatureSchema.optional(),
});

const headSchema = z
  .object({
    kind: z.literal('sepet-deltas'),
    version: z.literal(1),
    /** Of the newest delta that ever was. */
    revision: z.number().int().nonnegative(),
    /** Oldest first; of those that were folded into builds, prune leaves out the oldest. */
    deltas: z.array(entrySchema).max(limits.deltas.max),
  })
  .refine(
    ({ revision, deltas }) =>
      deltas.every(
        (entry, i) => entry.revision > (deltas[i - 1]?.revision ?? 0) && entry.revision <= revision,
      ),
    'its revisions do not rise to the newest',
  );

export type DeltaEntry = z.output<typeof entrySchema>;
export type DeltaHead = z.output<typeof headSchema>;
export interface StoredHead {
  readonly head: DeltaHead;
  readonly etag: string;
}

/** The list of deltas; undefined where none was ever published. Throws `manifest_invalid`. */
export async function readDeltaHead(store: Store): Promise<StoredHead | undefined> {
  const stored = await store.read(deltasKey);
  return stored && { etag: stored.etag, head: decodeDocument(headSchema, stored.bytes, deltasKey) };
}

/** Like `readDeltaHead`; `same` where it still is what `etag` names, which costs next to nothing. */
export async function pollDeltaHead(store: Store, etag: string): Promise<StoredHead | 'same' | undefined> {
  const stored = await store.readIfChanged(deltasKey, etag);
  if (stored === 'same' || stored === undefined) return stored;
  return { etag: stored.etag, head: decodeDocument(headSchema, stored.bytes, deltasKey) };
}

export interface PublishDeltaOptions {
  readonly by: string;
  /** ISO 8601 in UTC; now where absent. */
  readonly at?: string;
  /** Of the prices; null where nobody said. */
  readonly currency?: string | null;
  /** Signs `sepet delta sha256:…`. */
  readonly sign?: (subject: string) => Signature;
}

/**
 * Publishes changes, one a product, as the next delta. Once it has returned, servers that look apply it. A delta that was
 * uploaded and is not listed yet is none: nothing half published is ever applied. Throws `delta_invalid` (a change, another
 * currency than the last prices', too many deltas since the last build) and what the store throws.
 */
export async function publishDelta(
  store: Store,
  changes: Iterable<ProductChange>,
  { by, at = new Date().toISOString(), currency: told = null, sign }: PublishDeltaOptions,
): Promise<DeltaEntry> {
  const list = [...changes];
  const currency = list.some(({ price }) => price !== undefined) ? told : null;
  const sections = encodeChanges(list, { at, by, currency });
  await store.probe();
  const path = join(tmpdir(), `sepet-delta-${process.pid}-${randomUUID()}.delta`);
  try {
    writeFile(path, sections);
    const file = `sha256:${await sha256OfFile(path)}`;
    const { bytes } = mapFile(path);
    await store.upload(deltaKey(file), path, { sha256: hexOf(file) });
    faultPoint('delta:after-upload');
    const entry = await append(store, {
      ...{ file, bytes, at, by, products: list.length, currency },
      ...(sign && { signature: sign(subjectOf('delta', file)) }),
    });
    faultPoint('delta:after-head');
    return entry;
  } finally {
    await rm(path, { force: true });
  }
}

/** Each attempt of many publishers lets one of them pass. */
const attempts = 200;
const pauseMs = 20;

async function append(store: Store, delta: Omit<DeltaEntry, 'revision'>): Promise<DeltaEntry> {
  for (let attempt = 1; ; attempt++) {
    const found = await readDeltaHead(store);
    const { revision, deltas } = found?.head ?? { revision: 0, deltas: [] };
    // A write whose answer was lost is asked again, and then meets itself.
    const written = deltas.find(({ file }) => file === delta.file);
    if (written !== undefined) return written;
    checkRoom(deltas);
    checkCurrency(deltas, delta);
    const entry: DeltaEntry = { revision: revision + 1, ...delta };
    const head: DeltaHead = {
      kind: 'sepet-deltas',
      version: 1,
      revision: entry.revision,
      deltas: [...deltas, entry],
    };
    try {
      await store.write(deltasKey, encodeDocument(head), found?.etag ?? null);
      return entry;
    } catch (error) {
      if (!(error instanceof SepetError && error.code === 'store_conflict') || attempt === attempts)
        throw error;
      await sleep(Math.random() * pauseMs * Math.min(attempt, 10));
    }
  }
}

function checkRoom(deltas: readonly DeltaEntry[]): void {
  if (deltas.length < limits.deltas.max) return;
  const [first] = deltas;
  throw new SepetError(
    'delta_invalid',
    `The store holds ${deltas.length} deltas, from revision ${first?.revision} on. Build with --store, publish the artifact to every label and prune, then publish the delta again.`,
  );
}

function checkCurrency(deltas: readonly DeltaEntry[], { currency }: Omit<DeltaEntry, 'revision'>): void {
  const last = deltas.findLast((entry) => entry.currency !== null);
  if (currency === null || last === undefined || last.currency === currency) return;
  throw new SepetError(
    'delta_invalid',
    `The prices are in ${currency}, those of revision ${last.revision} in ${last.currency}: a store has one currency.`,
  );
}

/**
 * The deltas that an artifact, or a data folder, with those up to `revision` folded in still needs. Throws `delta_invalid` where
 * some of them were pruned, or the store never came so far.
 */
export function deltasAfter(head: DeltaHead | undefined, revision: number): readonly DeltaEntry[] {
  const newest = head?.revision ?? 0;
  if (revision > newest)
    throw new SepetError(
      'delta_invalid',
      `Deltas up to revision ${revision} are folded in, but those of this store end at ${newest}: it is another store's.`,
    );
  const entries = head?.deltas.filter((entry) => entry.revision > revision) ?? [];
  if (entries.length < newest - revision)
    throw new SepetError(
      'delta_invalid',
      `Deltas up to revision ${revision} are folded in, and of those up to ${newest} some were pruned. Ingest and build anew with --store.`,
    );
  return entries;
}

export interface DeltaFile {
  readonly entry: DeltaEntry;
  readonly path: string;
}

/**
 * Downloads deltas into a folder, several at a time, those that are there and right already not at all; in their order.
 * Throws `object_missing`, `file_damaged`, `cancelled` and what else the store throws.
 */
export async function downloadDeltas(
  store: Store,
  entries: readonly DeltaEntry[],
  dir: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<DeltaFile[]> {
  return several(entries, async (entry) => {
    const { file, bytes } = entry;
    const path = join(dir, `${hexOf(file)}.delta`);
    await store.download(deltaKey(file), path, { sha256: hexOf(file), bytes, ...(signal && { signal }) });
    faultPoint('delta:after-download');
    return { entry, path };
  });
}

/**
 * Merges deltas, in their order, into `into`. Prices in another currency than the artifact's are left out and counted: a price
 * that is not shown is better than a wrong one. Throws what reading a file and decoding a delta throw, naming the revision.
 */
export function collectChanges(
  files: readonly DeltaFile[],
  currency: string | null,
  into: Map<string, ProductChange> = new Map(),
): { changes: Map<string, ProductChange>; foreignPrices: number } {
  let foreignPrices = 0;
  for (const { entry, path } of files) {
    const { manifest, changes } = openDelta(entry, path);
    const isForeign = manifest.currency !== null && currency !== null && manifest.currency !== currency;
    mergeChanges(
      into,
      !isForeign
        ? changes
        : changes.map(({ price, ...rest }) => {
            if (price !== undefined) foreignPrices++;
            return rest;
          }),
    );
  }
  return { changes: into, foreignPrices };
}

function openDelta(entry: DeltaEntry, path: string): ReturnType<typeof decodeChanges> {
  try {
    return decodeChanges(mapFile(path));
  } catch (error) {
    if (!(error instanceof SepetError)) throw error;
    throw new SepetError(error.code, `Delta ${entry.revision}: ${error.message}`, { cause: error });
  }
}
