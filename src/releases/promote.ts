// Promoting: one label takes over the whole release of another, artifact and policies alike.

import { SepetError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import {
  checkExpected,
  checkLabelName,
  type LabelEntry,
  movedMeanwhile,
  moveLabel,
  type Release,
  readLabel,
  sameRelease,
} from './label.ts';
import { findRevision } from './names.ts';
import { artifacts, policySets, useRecord } from './record.ts';
import { checkSignature, subjectOf } from './sign.ts';

export interface Moved {
  readonly entry: LabelEntry;
  /** False where the label pointed there already. */
  readonly moved: boolean;
}

/** How a label is moved, and by whom. */
export interface MoveOptions {
  readonly why: string;
  /** Whom it is done for; the process's own user where absent. */
  readonly by?: string;
  /** The revision that the label must be at. */
  readonly expected?: number;
  /** In PEM form: a release that none of these keys has signed is not moved to. */
  readonly publicKeys?: string;
}

/**
 * Marks what a release is made of as used, so that prune lets it be. Throws `release_unknown` where some of it is gone,
 * `signature_missing` or `signature_invalid` where keys are given.
 */
export async function useRelease(
  store: Store,
  { artifact, policies }: Release,
  publicKeys?: string,
): Promise<void> {
  const record = artifact === null ? undefined : await useRecord(store, artifacts, artifact);
  const set = policies === null ? undefined : await useRecord(store, policySets, policies);
  if (publicKeys === undefined) return;
  if (record !== undefined) checkSignature(publicKeys, subjectOf('artifact', record.file), record.signature);
  if (set !== undefined) checkSignature(publicKeys, subjectOf('policies', set.policies), set.signature);
}

/**
 * Moves the label `to` to the release of `from`, a label or `label@revision`. Throws `label_unknown`,
 * `release_unknown`, `label_conflict` where either of them moved meanwhile, and what signatures that are asked for lack.
 */
export async function promote(
  store: Store,
  { from, to, why, by, expected, publicKeys }: MoveOptions & { readonly from: string; readonly to: string },
): Promise<Moved> {
  checkLabelName(to);
  const source = await findRevision(store, from);
  await store.probe();
  const before = (await readLabel(store, to))?.entry;
  checkExpected(to, before, expected);
  const release = { artifact: source.artifact, policies: source.policies };
  if (source.label === to)
    throw new SepetError(
      'option_invalid',
      `${to} cannot be promoted to itself. To go back: sepet rollback ${to} --to ${source.revision}`,
    );
  if (before !== undefined && sameRelease(before, release)) return { entry: before, moved: false };
  await useRelease(store, release, publicKeys);
  const entry = await moveLabel(store, to, (current) => {
    if (current?.revision !== before?.revision) throw movedMeanwhile(to, current);
    return {
      ...release,
      action: 'promote',
      why,
      by,
      source: { label: source.label, revision: source.revision },
    };
  });
  return { entry, moved: true };
}
