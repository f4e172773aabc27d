// Promoting: one label takes over the whole release of another, artifact and policies alike.

import { SepetError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import {
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

export interface Moved {
  readonly entry: LabelEntry;
  /** False where the label pointed there already. */
  readonly moved: boolean;
}

/** Marks what a release is made of as used, so that prune lets it be. Throws `release_unknown` where some of it is gone. */
export async function useRelease(store: Store, { artifact, policies }: Release): Promise<void> {
  if (artifact !== null) await useRecord(store, artifacts, artifact);
  if (policies !== null) await useRecord(store, policySets, policies);
}

/**
 * Moves the label `to` to the release of `from`, a label or `label@revision`. Throws `label_unknown`,
 * `release_unknown`, and `label_conflict` where either of them moved meanwhile.
 */
export async function promote(
  store: Store,
  { from, to, why }: { from: string; to: string; why: string },
): Promise<Moved> {
  checkLabelName(to);
  const source = await findRevision(store, from);
  await store.probe();
  const before = (await readLabel(store, to))?.entry;
  const release = { artifact: source.artifact, policies: source.policies };
  if (source.label === to)
    throw new SepetError(
      'option_invalid',
      `${to} cannot be promoted to itself. To go back: sepet rollback ${to} --to ${source.revision}`,
    );
  if (before !== undefined && sameRelease(before, release)) return { entry: before, moved: false };
  await useRelease(store, release);
  const entry = await moveLabel(store, to, (current) => {
    if (current?.revision !== before?.revision) throw movedMeanwhile(to, current);
    return {
      ...release,
      action: 'promote',
      why,
      source: { label: source.label, revision: source.revision },
    };
  });
  return { entry, moved: true };
}
