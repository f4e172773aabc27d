// Policy sets in a store: the documents that are served together, under the SHA-256 of their JSON.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { SepetError } from '../base/errors.ts';
import { type PolicyDocument, policyLabel } from '../policy/document.ts';
import { checkPolicy } from '../policy/parse.ts';
import { policySet } from '../policy/set.ts';
import type { Store } from '../store/store.ts';
import { decodeDocument } from './documents.ts';
import { hexOf, policiesKey } from './keys.ts';
import { isConflict } from './label.ts';
import { type PoliciesRecord, policySets, putRecord, readStoredRecord } from './record.ts';
import type { Signature } from './sign.ts';
import { doneBy } from './who.ts';

/** A policy set with its name in the store. */
export interface NamedPolicies {
  /** `sha256:` of `bytes`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The default first. */
  readonly documents: readonly PolicyDocument[];
}

export interface StoredPolicies extends NamedPolicies {
  readonly record: PoliciesRecord;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Puts documents together under their name. Throws `policy_invalid` where two claim one name or placement. */
export function namePolicies(given: readonly PolicyDocument[]): NamedPolicies {
  const set = policySet(given);
  const others = set.documents.filter((document) => document !== set.default);
  const documents = [set.default, ...others];
  const plain = documents.map(({ origin: _, ...document }) => document);
  const bytes = new TextEncoder().encode(JSON.stringify(plain));
  return { name: `sha256:${sha256(bytes)}`, bytes, documents };
}

/**
 * The policy set of a name, whole and right; undefined where the store has none.
 * Throws `file_damaged` where its bytes are others, `manifest_invalid`, `policy_invalid`.
 */
export async function readPolicySet(store: Store, name: string): Promise<StoredPolicies | undefined> {
  const record = (await readStoredRecord(store, policySets, name))?.record;
  if (record === undefined) return undefined;
  const key = policiesKey(name);
  const stored = await store.read(key);
  if (stored === undefined) return undefined;
  if (sha256(stored.bytes) !== hexOf(name))
    throw new SepetError('file_damaged', `${key} in the store is not what its name says.`);
  const documents = decodeDocument(z.array(z.unknown()), stored.bytes, key);
  return { name, bytes: stored.bytes, documents: documents.map((document) => checkPolicy(document)), record };
}

/** Like `readPolicySet`; throws `release_unknown` where the store has none (any more). */
export async function knownPolicySet(store: Store, name: string): Promise<StoredPolicies> {
  const policies = await readPolicySet(store, name);
  if (policies !== undefined) return policies;
  const said = `${store.url} has no policy set ${name}: it was pruned, or never published.`;
  throw new SepetError('release_unknown', said);
}

/** Writes a policy set and its record, or marks the one that is there as used. Throws `store_conflict`. */
export async function writePolicySet(
  store: Store,
  { name, bytes, documents }: NamedPolicies,
  { signature, by }: { readonly signature?: Signature | undefined; readonly by?: string | undefined } = {},
): Promise<PoliciesRecord> {
  try {
    await store.write(policiesKey(name), bytes, null);
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
  const now = new Date().toISOString();
  return putRecord(store, policySets, name, {
    kind: 'sepet-policies-record',
    version: 1,
    policies: name,
    bytes: bytes.byteLength,
    names: documents.map(policyLabel),
    at: now,
    by: doneBy(by),
    used: now,
    ...(signature && { signature }),
  });
}
