// Removing what nothing points at any more. It must lose every race: whoever is about to move a label to something
// marks its record as used, prune claims the record by compare-and-swap as it was when it looked, and of the two only
// one succeeds. What was used within the last hour is let be, so a mark holds until its label has moved.

import { limits } from '../base/limits.ts';
import type { Store, StoredKey } from '../store/store.ts';
import { labelHistory, labelNames } from './label.ts';
import { pruneDeltas } from './prune-deltas.ts';
import {
  type ArtifactRecord,
  artifacts,
  claimRecord,
  holds,
  type KindOf,
  policySets,
  readStoredRecord,
  type StoredRecord,
  type Thing,
} from './record.ts';
import { rollbacks } from './rollback.ts';
import { several } from './several.ts';
import { whoami } from './who.ts';

export interface PruneOptions {
  /** Latest revisions of each label whose releases are kept, and as many that rollbacks lead to; the current one always is. */
  readonly keep: number;
  /** Without, nothing is removed. */
  readonly remove: boolean;
  /** Time since its last use in which nothing is removed. */
  readonly ageMinutes?: number;
  readonly nowMs?: number;
}

/** Something that goes. */
export interface Pruned {
  readonly what: 'artifact' | 'policies' | 'delta';
  /** `sha256:` and its hex digits. */
  readonly name: string;
  /** What people call it; absent where it has no record. */
  readonly title?: string;
  readonly bytes: number;
  /** When it was last used, or written. */
  readonly used: string;
}

export interface PruneReport {
  readonly pruned: readonly Pruned[];
  /** What somebody took into use while prune was at work. */
  readonly spared: readonly string[];
  readonly bytes: number;
  readonly kept: { readonly artifacts: number; readonly policies: number; readonly deltas: number };
}

/** Something that the store holds: its object, its record, or what was left of either. */
interface Holding<T> {
  readonly name: string;
  readonly bytes: number;
  readonly usedMs: number;
  readonly stored: StoredRecord<T> | undefined;
}

const files = {
  artifact: { prefix: 'artifacts/', pattern: /^artifacts\/([0-9a-f]{64})\.(?:json|sepet)$/ },
  policies: { prefix: 'policies/', pattern: /^policies\/([0-9a-f]{64})\.(?:record\.)?json$/ },
};

/** Everything of a kind, whether it counts or is left over from something cut off. */
async function holdings<T extends Thing>(
  store: Store,
  kind: KindOf<T>,
  { prefix, pattern }: { prefix: string; pattern: RegExp },
): Promise<Holding<T>[]> {
  const byName = new Map<string, StoredKey[]>();
  for (const key of await store.list(prefix)) {
    const hex = pattern.exec(key.key)?.[1];
    if (hex !== undefined) byName.set(`sha256:${hex}`, [...(byName.get(`sha256:${hex}`) ?? []), key]);
  }
  return several([...byName], async ([name, keys]) => {
    const stored = await readStoredRecord(store, kind, name);
    return {
      name,
      bytes: keys.reduce((sum, { bytes }) => sum + bytes, 0),
      usedMs: Math.max(
        Date.parse(stored?.record?.used ?? '') || 0,
        ...keys.map(({ modifiedMs }) => modifiedMs),
      ),
      stored,
    };
  });
}

/** What the labels point at, did in their last `keep` revisions, and would after less than `keep` rollbacks. */
async function reachable(store: Store, keep: number): Promise<Set<string>> {
  const entries = await several(await labelNames(store), async (label) => {
    const history = await labelHistory(store, label, Math.max(1, keep));
    const [newest] = history;
    return newest && keep > 1 ? [...history, ...(await rollbacks(store, newest, keep - 1))] : history;
  });
  return new Set(entries.flat().flatMap(({ artifact, policies }) => [artifact ?? [], policies ?? []].flat()));
}

/** Removes one thing, unless somebody took it into use. */
async function removeOne<T extends Thing>(
  store: Store,
  kind: KindOf<T>,
  { name, stored }: Holding<T>,
): Promise<boolean> {
  if (!(await claimRecord(store, kind, name, { etag: stored?.etag ?? null, by: whoami() }))) return false;
  await store.remove(kind.objectKey(name));
  await store.remove(kind.recordKey(name));
  return true;
}

interface Sweep {
  readonly pruned: readonly Pruned[];
  readonly spared: readonly string[];
}

async function sweep<T extends Thing>(
  store: Store,
  kind: KindOf<T>,
  { what, doomed, remove }: { what: Pruned['what']; doomed: readonly Holding<T>[]; remove: boolean },
  title: (record: T) => string,
): Promise<Sweep> {
  const gone = remove
    ? await several(doomed, (holding) => removeOne(store, kind, holding))
    : doomed.map(() => true);
  return {
    pruned: doomed
      .filter((_, i) => gone[i])
      .map(({ name, bytes, usedMs, stored }) => ({
        what,
        name,
        bytes,
        used: new Date(usedMs).toISOString(),
        ...(stored?.record && { title: title(stored.record) }),
      })),
    spared: doomed.filter((_, i) => !gone[i]).map(({ name }) => name),
  };
}

/**
 * Finds what no label points at, nor did in its last `keep` revisions, nor would after less than `keep` rollbacks, and
 * removes it where `remove` says so. Nothing that was used or written within the last `ageMinutes` goes. Deltas go where every artifact that stays has them folded in.
 */
export async function prune(store: Store, options: PruneOptions): Promise<PruneReport> {
  const { keep, remove, ageMinutes = limits.pruneAgeMinutes.default, nowMs = Date.now() } = options;
  const restMs = ageMinutes * 60 * 1000;
  if (remove) await store.probe();
  // Records before labels: whoever used something after its record was read here makes the claim fail.
  const held = await holdings(store, artifacts, files.artifact);
  const heldSets = await holdings(store, policySets, files.policies);
  const kept = await reachable(store, keep);
  const isDoomed = ({ name, usedMs, stored }: Holding<Thing>): boolean =>
    !kept.has(name) && nowMs - usedMs > restMs && !(stored?.claim && holds(stored.claim));
  const doomed = held.filter(isDoomed);
  const doomedSets = heldSets.filter(isDoomed);
  const byArtifact = await sweep(store, artifacts, { what: 'artifact', doomed, remove }, ({ manifest }) =>
    [manifest.name, manifest.createdAt].join(' of '),
  );
  const bySet = await sweep(
    store,
    policySets,
    { what: 'policies', doomed: doomedSets, remove },
    ({ names }) => names.join(', '),
  );
  const going = new Set(byArtifact.pruned.map(({ name }) => name));
  const staying = held.flatMap(({ name, stored }): ArtifactRecord[] =>
    stored?.record && !going.has(name) ? [stored.record] : [],
  );
  const deltas = await pruneDeltas(store, { staying, remove, olderThanMs: nowMs - restMs });
  const pruned = [...byArtifact.pruned, ...bySet.pruned, ...deltas.pruned];
  return {
    pruned,
    spared: [...byArtifact.spared, ...bySet.spared],
    bytes: pruned.reduce((sum, { bytes }) => sum + bytes, 0),
    kept: {
      artifacts: held.length - byArtifact.pruned.length,
      policies: heldSets.length - bySet.pruned.length,
      deltas: deltas.kept,
    },
  };
}
