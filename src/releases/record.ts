// The records beside what a store holds. An artifact or a policy set counts only once its record is there, which is
// written last; and every change of a record is compare-and-swap, so that prune and whoever is about to point a label
// at the thing cannot both win: prune claims the record first, a mover marks it as used.

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type ArtifactManifest, artifactManifestSchema } from '../artifact/manifest.ts';
import { SepetError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import { decodeDocument, digest, encodeDocument, moment } from './documents.ts';
import { gateNames } from './gate.ts';
import { artifactKey, artifactRecordKey, policiesKey, policiesRecordKey } from './keys.ts';
import { isConflict } from './label.ts';
import { signatureSchema } from './sign.ts';

const common = {
  version: z.literal(1),
  bytes: z.number().int().nonnegative(),
  /** When and by whom it was first published. */
  at: moment,
  by: z.string(),
  /** When a label was last moved to it; it was about to, at least. */
  used: moment,
  signature: signatureSchema.optional(),
};

const gateOutcome = z.object({
  gate: z.enum(gateNames),
  passed: z.boolean(),
  said: z.string(),
  skipped: z.literal(true).optional(),
  forced: z.literal(true).optional(),
});

const artifactRecord = z.object({
  kind: z.literal('sepet-artifact-record'),
  ...common,
  /** `sha256:` of the file's bytes, by which the store calls it. */
  file: digest,
  /** The id that answers carry: `sha256:` of the manifest. */
  artifact: digest,
  /** What the gates said when it was first published. */
  gates: z.array(gateOutcome),
  forced: z.string().optional(),
  manifest: artifactManifestSchema,
});

const policiesRecord = z.object({
  kind: z.literal('sepet-policies-record'),
  ...common,
  policies: digest,
  /** `name@revision` of each, the default first. */
  names: z.array(z.string()),
});

/** What stands in a record's place while prune removes what it is of. */
const claim = z.object({
  kind: z.literal('sepet-pruned'),
  version: z.literal(1),
  at: moment,
  by: z.string(),
  /** Whoever wrote it knows it by this, should the store's answer be lost. */
  claim: z.string(),
});

export interface ArtifactRecord extends z.output<typeof artifactRecord> {
  manifest: ArtifactManifest;
}
export type PoliciesRecord = z.output<typeof policiesRecord>;
export type Claim = z.output<typeof claim>;

/** A kind of thing with records: where they lie and what they look like. */
interface Kind<T> {
  readonly noun: string;
  readonly objectKey: (name: string) => string;
  readonly recordKey: (name: string) => string;
  readonly nameOf: (record: T) => string;
  readonly schema: z.ZodType<T>;
}

export const artifacts: Kind<ArtifactRecord> = {
  noun: 'artifact',
  objectKey: artifactKey,
  recordKey: artifactRecordKey,
  nameOf: ({ file }) => file,
  schema: artifactRecord,
};

export const policySets: Kind<PoliciesRecord> = {
  noun: 'policy set',
  objectKey: policiesKey,
  recordKey: policiesRecordKey,
  nameOf: ({ policies }) => policies,
  schema: policiesRecord,
};

export type Thing = ArtifactRecord | PoliciesRecord;
export type KindOf<T> = Kind<T>;

/** A record or a claim, with the etag that names this state of it. */
export type StoredRecord<T> = { readonly etag: string } & (
  | { readonly record: T; readonly claim?: never }
  | { readonly claim: Claim; readonly record?: never }
);

/** What stands at the place of a record. Throws `manifest_invalid`. */
export async function readStoredRecord<T>(
  store: Store,
  kind: Kind<T>,
  name: string,
): Promise<StoredRecord<T> | undefined> {
  const key = kind.recordKey(name);
  const stored = await store.read(key);
  if (stored === undefined) return undefined;
  const { etag, bytes } = stored;
  const isClaim = decodeDocument(z.looseObject({}), bytes, key).kind === 'sepet-pruned';
  if (isClaim) return { etag, claim: decodeDocument(claim, bytes, key) };
  const record = decodeDocument(kind.schema, bytes, key);
  if (kind.nameOf(record) !== name)
    throw new SepetError('manifest_invalid', `${key} in the store is the record of ${kind.nameOf(record)}.`);
  return { etag, record };
}

/** The record of an artifact by its `sha256:…`; undefined where the store has no such artifact. Throws `manifest_invalid`. */
export async function readRecord(store: Store, file: string): Promise<ArtifactRecord | undefined> {
  return (await readStoredRecord(store, artifacts, file))?.record;
}

/** Like `readRecord`; throws `release_unknown` where the store has no such artifact (any more). */
export async function knownRecord(store: Store, file: string): Promise<ArtifactRecord> {
  const record = await readRecord(store, file);
  if (record !== undefined) return record;
  throw gone(store, artifacts, file);
}

function gone<T>(store: Store, kind: Kind<T>, name: string): SepetError {
  const said = `${store.url} has no ${kind.noun} ${name}: it was pruned, or never published.`;
  return new SepetError('release_unknown', said);
}

/** A claim is taken back by nobody while prune may still be at work; older ones were left by one that died. */
const claimHoldsMs = 60 * 60 * 1000;

export const holds = ({ at }: Claim): boolean => Date.now() - Date.parse(at) < claimHoldsMs;

const attempts = 10;

/**
 * Writes the record of something whose object is in place, or marks the one that is there as used, with `fresh`'s
 * signature where it has one. Throws `store_conflict` where prune is removing it right now.
 */
export async function putRecord<T extends Thing>(
  store: Store,
  kind: Kind<T>,
  name: string,
  fresh: T,
): Promise<T> {
  return swapRecord(store, kind, name, (old) =>
    old === undefined
      ? fresh
      : { ...old, used: fresh.used, ...(fresh.signature && { signature: fresh.signature }) },
  );
}

/** Marks what a label is about to point at as used. Throws `release_unknown` where it is gone, `store_conflict`. */
export async function useRecord<T extends Thing>(store: Store, kind: Kind<T>, name: string): Promise<T> {
  return swapRecord(store, kind, name, (old) => {
    if (old === undefined) throw gone(store, kind, name);
    return { ...old, used: new Date().toISOString() };
  });
}

async function swapRecord<T extends Thing>(
  store: Store,
  kind: Kind<T>,
  name: string,
  next: (old: T | undefined) => T,
): Promise<T> {
  const key = kind.recordKey(name);
  for (let attempt = 1; ; attempt++) {
    const stored = await readStoredRecord(store, kind, name);
    if (stored?.claim && holds(stored.claim))
      throw new SepetError(
        'store_conflict',
        `${name} is being pruned by ${stored.claim.by} since ${stored.claim.at}: try again in a moment, or in an hour should that have died.`,
      );
    const record = next(stored?.record);
    try {
      await store.write(key, encodeDocument(record), stored?.etag ?? null);
      break;
    } catch (error) {
      if (!isConflict(error) || attempt === attempts) throw error;
    }
  }
  return checkObject(store, kind, name);
}

/** Its object may have gone before the record was marked. */
async function checkObject<T extends Thing>(store: Store, kind: Kind<T>, name: string): Promise<T> {
  const stored = await readStoredRecord(store, kind, name);
  const object = (await store.list(kind.objectKey(name))).find(({ key }) => key === kind.objectKey(name));
  if (stored?.record === undefined) throw gone(store, kind, name);
  if (object?.bytes === stored.record.bytes) return stored.record;
  const found = object === undefined ? 'is not there' : `has ${object.bytes} bytes`;
  throw new SepetError(
    'object_missing',
    `${kind.objectKey(name)} ${found}, though its record says ${stored.record.bytes} bytes. Publish the file again.`,
  );
}

/**
 * Puts a claim in a record's place, so that its object may be removed. False where the record is not what `etag` names
 * any more: somebody uses it.
 */
export async function claimRecord<T>(
  store: Store,
  kind: Kind<T>,
  name: string,
  { etag, by }: { etag: string | null; by: string },
): Promise<boolean> {
  const now = new Date().toISOString();
  const mark: Claim = { kind: 'sepet-pruned', version: 1, at: now, by, claim: randomUUID() };
  try {
    await store.write(kind.recordKey(name), encodeDocument(mark), etag);
    return true;
  } catch (error) {
    if (!isConflict(error)) throw error;
    return (await readStoredRecord(store, kind, name))?.claim?.claim === mark.claim;
  }
}
