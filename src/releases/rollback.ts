// Rolling back: a label returns to the release that it had before the current one came. Rolled back again, it goes
// further back, not to and fro: a rollback stands where the revision stands that it restored.

import { SepetError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import {
  checkExpected,
  knownLabel,
  type LabelEntry,
  movedMeanwhile,
  moveLabel,
  readRevision,
  sameRelease,
} from './label.ts';
import { type Moved, type MoveOptions, useRelease } from './promote.ts';

/** The revision that brought the release of `entry`: what a rollback restored, at the end of all rollbacks. */
async function originOf(store: Store, newest: LabelEntry, entry: LabelEntry): Promise<LabelEntry> {
  let origin = entry;
  while (origin.restores !== undefined && origin.restores < origin.revision)
    origin = await readRevision(store, newest, origin.restores);
  return origin;
}

/** What came before a revision's release; undefined where it was the label's first. */
async function before(store: Store, newest: LabelEntry, entry: LabelEntry): Promise<LabelEntry | undefined> {
  const origin = await originOf(store, newest, entry);
  if (origin.revision === 1) return undefined;
  return originOf(store, newest, await readRevision(store, newest, origin.revision - 1));
}

/** Where a label would be after one rollback, after two, and so on, at most `steps`. */
export async function rollbacks(store: Store, newest: LabelEntry, steps: number): Promise<LabelEntry[]> {
  const entries: LabelEntry[] = [];
  let entry = await before(store, newest, newest);
  for (; entry !== undefined && entries.length < steps; entry = await before(store, newest, entry))
    entries.push(entry);
  return entries;
}

/** What came before the current release. Throws `release_unknown` where nothing did. */
async function previous(store: Store, newest: LabelEntry): Promise<LabelEntry> {
  const entry = await before(store, newest, newest);
  if (entry !== undefined) return entry;
  throw new SepetError(
    'release_unknown',
    `${newest.label} had nothing before its current release, which is its first (sepet history ${newest.label}).`,
  );
}

/**
 * Moves a label back to the release before the current one, or to that of revision `to`. Throws `label_unknown`,
 * `release_unknown` where there is none before or it was pruned, `label_conflict` where the label moved meanwhile.
 */
export async function rollback(
  store: Store,
  {
    label,
    to,
    why,
    by,
    expected,
    publicKeys,
  }: MoveOptions & { readonly label: string; readonly to?: number },
): Promise<Moved> {
  const { entry: newest } = await knownLabel(store, label);
  checkExpected(label, newest, expected);
  await store.probe();
  const target = to === undefined ? await previous(store, newest) : await readRevision(store, newest, to);
  const release = { artifact: target.artifact, policies: target.policies };
  if (sameRelease(newest, release)) return { entry: newest, moved: false };
  await useRelease(store, release, publicKeys);
  const entry = await moveLabel(store, label, (current) => {
    if (current?.revision !== newest.revision) throw movedMeanwhile(label, current);
    return { ...release, action: 'rollback', why, by, restores: target.revision };
  });
  return { entry, moved: true };
}
