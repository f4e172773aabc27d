// Puts an artifact into a store: the file, then its record.

import { statSync } from 'node:fs';
import { SepetError } from '../base/errors.ts';
import { faultPoint } from '../base/faults.ts';
import { openArtifact } from '../recommend/artifact.ts';
import type { Store, TransferOptions } from '../store/store.ts';
import type { GateOutcome } from './gate.ts';
import { artifactKey, hexOf } from './keys.ts';
import { type ArtifactRecord, artifacts, putRecord } from './record.ts';
import type { Signature } from './sign.ts';
import { whoami } from './who.ts';

export interface PutCall {
  readonly path: string;
  /** `sha256:` of its bytes. */
  readonly sha256: string;
  /** Whether the file is still the one that was hashed. */
  readonly isSame: () => boolean;
  readonly gates: readonly GateOutcome[];
  readonly forced?: string;
  readonly signature?: Signature;
  readonly transfer: TransferOptions;
}

/**
 * Uploads an artifact unless it is there, and writes its record or marks it as used.
 * Throws `input_unreadable` where the file was changed since it was hashed, `store_conflict`, `cancelled`.
 */
export async function putArtifact(store: Store, call: PutCall): Promise<ArtifactRecord> {
  const { path, sha256, isSame, gates, forced, signature, transfer } = call;
  const { id, manifest } = openArtifact(path);
  faultPoint('publish:before-upload');
  await store.upload(artifactKey(sha256), path, { ...transfer, sha256: hexOf(sha256) });
  faultPoint('publish:after-upload');
  // What is there already was not read again, but the manifest was.
  if (!isSame())
    throw new SepetError('input_unreadable', `${path} was changed while it was published. Publish it again.`);
  const now = new Date().toISOString();
  return putRecord(store, artifacts, sha256, {
    kind: 'sepet-artifact-record',
    version: 1,
    file: sha256,
    bytes: statSync(path).size,
    artifact: id,
    at: now,
    by: whoami(),
    used: now,
    gates: [...gates],
    ...(forced !== undefined && { forced }),
    ...(signature && { signature }),
    manifest,
  });
}
