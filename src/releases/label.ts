// Labels: what `test` or `production` points at. A label is one small document with the newest revision; the earlier
// ones lie beside it, written before it moves on. Moving is compare-and-swap, so the revisions are a line.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { SepetError } from '../base/errors.ts';
import { faultPoint } from '../base/faults.ts';
import { suggestion } from '../base/nearest.ts';
import type { Store } from '../store/store.ts';
import { decodeDocument, digest, encodeDocument, moment, revisionNumber } from './documents.ts';
import { historyKey, labelKey } from './keys.ts';
import { several } from './several.ts';
import { doneBy } from './who.ts';

const releaseParts = {
  /** `sha256:` of the artifact's file; null where the label has policies alone. */
  artifact: digest.nullable(),
  /** `sha256:` of the policy set; null for the built-in policy. */
  policies: digest.nullable(),
};

/** What is served together. */
const releaseSchema = z.object(releaseParts);

const labelSchema = z.object({
  kind: z.literal('sepet-label'),
  version: z.literal(1),
  label: z.string(),
  revision: revisionNumber,
  ...releaseParts,
  at: moment,
  by: z.string(),
  why: z.string(),
  action: z.enum(['publish', 'promote', 'rollback']),
  /** What the label pointed at before. */
  from: releaseSchema.nullable(),
  /** Why gates that refused were overruled. */
  forced: z.string().optional(),
  /** Promote: the label it was taken from. */
  source: z.object({ label: z.string(), revision: revisionNumber }).optional(),
  /** Rollback: the revision whose release it is. */
  restores: revisionNumber.optional(),
  /** Whoever wrote it knows it by this, should the store's answer be lost. */
  move: z.string(),
});

export type Release = z.output<typeof releaseSchema>;
export type LabelEntry = z.output<typeof labelSchema>;

export interface Label {
  readonly entry: LabelEntry;
  readonly etag: string;
  /** As they lie in the store. */
  readonly bytes: Uint8Array;
}

/** What a move decides; the rest of the entry follows. */
export type Draft = Release &
  Pick<LabelEntry, 'action' | 'why' | 'forced' | 'source' | 'restores'> & {
    /** Whom it is done for; the process's own user where absent. */
    readonly by?: string | undefined;
  };

export const sameRelease = (a: Release, b: Release): boolean =>
  a.artifact === b.artifact && a.policies === b.policies;

export const isLabelName = (name: string): boolean => /^[A-Za-z0-9_][\w.-]{0,63}$/.test(name);

/** Throws `option_invalid`. */
export function checkLabelName(name: string): string {
  if (isLabelName(name)) return name;
  const rule = 'up to 64 letters, digits, ., - and _, the first no . or -';
  throw new SepetError('option_invalid', `"${name}" cannot be a label: ${rule}.`);
}

/** An entry that is what its key says. Throws `manifest_invalid`. */
function decodeEntry(
  bytes: Uint8Array,
  key: string,
  { label, revision }: { label: string; revision?: number },
): LabelEntry {
  const entry = decodeDocument(labelSchema, bytes, key);
  if (entry.label === label && (revision === undefined || entry.revision === revision)) return entry;
  throw new SepetError('manifest_invalid', `${key} in the store is ${entry.label}@${entry.revision}.`);
}

/** The label's newest revision, or undefined where there is no such label. Throws `manifest_invalid`, `option_invalid`. */
export async function readLabel(store: Store, name: string): Promise<Label | undefined> {
  const key = labelKey(checkLabelName(name));
  const stored = await store.read(key);
  return stored && { ...stored, entry: decodeEntry(stored.bytes, key, { label: name }) };
}

/** Like `readLabel`; throws `label_unknown` with the nearest label where there is none. */
export async function knownLabel(store: Store, name: string): Promise<Label> {
  const label = await readLabel(store, name);
  if (label !== undefined) return label;
  const near = suggestion(name, await labelNames(store));
  throw new SepetError('label_unknown', `${store.url} has no label "${name}".${near}`);
}

/** All labels of the store, in alphabetical order. */
export async function labelNames(store: Store): Promise<string[]> {
  const keys = await store.list('labels/');
  return keys.flatMap(({ key }) => /^labels\/([^/]+)\.json$/.exec(key)?.[1] ?? []).sort();
}

/** One revision of a label. Throws `release_unknown` where it never was. */
export async function readRevision(store: Store, newest: LabelEntry, revision: number): Promise<LabelEntry> {
  if (revision === newest.revision) return newest;
  const key = historyKey(newest.label, revision);
  const stored = revision > newest.revision ? undefined : await store.read(key);
  if (stored !== undefined) return decodeEntry(stored.bytes, key, { label: newest.label, revision });
  throw new SepetError(
    'release_unknown',
    `${newest.label} has no revision ${revision}: they go from 1 to ${newest.revision} (sepet history ${newest.label}).`,
  );
}

/** The last `limit` revisions, newest first. Throws `label_unknown`. */
export async function labelHistory(store: Store, name: string, limit: number): Promise<LabelEntry[]> {
  const { entry } = await knownLabel(store, name);
  const count = Math.min(limit, entry.revision);
  const revisions = Array.from({ length: count }, (_, i) => entry.revision - i);
  return several(revisions, (revision) => readRevision(store, entry, revision));
}

/** The error of whoever decided by a state that the label has left. */
export function movedMeanwhile(label: string, now: LabelEntry | undefined): SepetError {
  const what =
    now === undefined ? 'is gone' : `went to revision ${now.revision} (${now.action} by ${now.by})`;
  return new SepetError(
    'label_conflict',
    `${label} ${what} meanwhile, and stays there. Look at \`sepet history ${label}\`, then decide anew.`,
  );
}

/** Throws `label_conflict` where the label is not at the revision that somebody decided by. */
export function checkExpected(
  label: string,
  now: LabelEntry | undefined,
  expected: number | undefined,
): void {
  if (expected !== undefined && expected !== now?.revision) throw movedMeanwhile(label, now);
}

/** Copies a revision to where the earlier ones lie. Whoever else does it at the same time copies the same bytes. */
async function keepRevision(store: Store, { entry, bytes }: Label): Promise<void> {
  const key = historyKey(entry.label, entry.revision);
  try {
    await store.write(key, bytes, null);
  } catch (error) {
    if (!isConflict(error)) throw error;
    const kept = await store.read(key);
    if (kept === undefined || Buffer.compare(kept.bytes, bytes) !== 0)
      throw new SepetError('manifest_invalid', `${key} in the store is not what ${entry.label} was.`, {
        cause: error,
      });
  }
}

export const isConflict = (error: unknown): boolean =>
  error instanceof SepetError && error.code === 'store_conflict';

/**
 * Moves a label to what `decide` makes of where it is now, or makes the label. What `decide` throws goes to the
 * caller, and nothing has changed. Throws `label_conflict` where somebody else moved it between reading and writing.
 */
export async function moveLabel(
  store: Store,
  name: string,
  decide: (current: LabelEntry | undefined) => Draft,
): Promise<LabelEntry> {
  const before = await readLabel(store, name);
  const { by, ...draft } = decide(before?.entry);
  const entry: LabelEntry = {
    kind: 'sepet-label',
    version: 1,
    label: name,
    revision: (before?.entry.revision ?? 0) + 1,
    ...draft,
    at: new Date().toISOString(),
    by: doneBy(by),
    from: before ? { artifact: before.entry.artifact, policies: before.entry.policies } : null,
    move: randomUUID(),
  };
  if (before) await keepRevision(store, before);
  faultPoint('label:after-history');
  try {
    await store.write(labelKey(name), encodeDocument(entry), before?.etag ?? null);
  } catch (error) {
    if (!isConflict(error)) throw error;
    // A write whose answer was lost is asked again, and then meets itself.
    const now = (await readLabel(store, name))?.entry;
    const written =
      now && now.revision >= entry.revision ? await readRevision(store, now, entry.revision) : undefined;
    if (written?.move !== entry.move) throw movedMeanwhile(name, now);
  }
  faultPoint('label:after-write');
  return entry;
}
