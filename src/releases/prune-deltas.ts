// Deltas that every artifact has folded in: they leave the stream's head first, then the store.

import type { Store } from '../store/store.ts';
import { type DeltaEntry, type DeltaHead, deltaKey, deltasKey, readDeltaHead } from './deltas.ts';
import { encodeDocument } from './documents.ts';
import { isConflict } from './label.ts';
import type { Pruned } from './prune.ts';
import { type ArtifactRecord, artifacts, readStoredRecord } from './record.ts';
import { several } from './several.ts';

export interface DeltaPruning {
  readonly staying: readonly ArtifactRecord[];
  readonly remove: boolean;
  readonly olderThanMs: number;
}

/** The revision up to which all of them have the deltas folded in; an artifact that says nothing has none. */
function foldedInAll(records: readonly ArtifactRecord[]): number {
  if (records.length === 0) return 0;
  return Math.min(...records.map(({ manifest }) => manifest.deltas?.revision ?? 0));
}

const attempts = 10;

/** Takes entries out of the head, whoever appends to it meanwhile. */
async function cutHead(store: Store, goes: (entry: DeltaEntry) => boolean): Promise<DeltaHead | undefined> {
  for (let attempt = 1; ; attempt++) {
    const found = await readDeltaHead(store);
    if (found === undefined) return undefined;
    const { head, etag } = found;
    const deltas = head.deltas.filter((entry) => !goes(entry));
    if (deltas.length === head.deltas.length) return head;
    try {
      const cut = { ...head, deltas };
      await store.write(deltasKey, encodeDocument(cut), etag);
      return cut;
    } catch (error) {
      if (!isConflict(error) || attempt === attempts) throw error;
    }
  }
}

/** What of the stream may go, and its removal where `remove` says so. */
export async function pruneDeltas(
  store: Store,
  { staying, remove, olderThanMs }: DeltaPruning,
): Promise<{ pruned: Pruned[]; kept: number }> {
  const head = (await readDeltaHead(store))?.head;
  const lowest = foldedInAll(remove ? await stillThere(store, staying) : staying);
  const goes = ({ revision, at }: DeltaEntry): boolean => revision <= lowest && Date.parse(at) < olderThanMs;
  const left = remove
    ? await cutHead(store, goes)
    : head && { ...head, deltas: head.deltas.filter((one) => !goes(one)) };
  const needed = new Set(left?.deltas.map(({ file }) => deltaKey(file)));
  const objects = (await store.list('deltas/')).filter(
    ({ key, modifiedMs }) => !needed.has(key) && modifiedMs < olderThanMs,
  );
  if (remove) await several(objects, ({ key }) => store.remove(key));
  const revisions = new Map(head?.deltas.map(({ file, revision }) => [deltaKey(file), revision]));
  const pruned = objects.map(({ key, bytes, modifiedMs }): Pruned => {
    const revision = revisions.get(key);
    return {
      what: 'delta',
      name: `sha256:${/([0-9a-f]{64})/.exec(key)?.[1] ?? key}`,
      bytes,
      used: new Date(modifiedMs).toISOString(),
      ...(revision !== undefined && { title: `revision ${revision}` }),
    };
  });
  return { pruned, kept: left?.deltas.length ?? 0 };
}

/** With those that were published while prune was at work: they may need what the others have folded in. */
async function stillThere(store: Store, known: readonly ArtifactRecord[]): Promise<ArtifactRecord[]> {
  const names = (await store.list('artifacts/')).flatMap(({ key }) => {
    const hex = /^artifacts\/([0-9a-f]{64})\.json$/.exec(key)?.[1];
    return hex === undefined || known.some(({ file }) => file === `sha256:${hex}`) ? [] : `sha256:${hex}`;
  });
  const records = await several(names, (name) => readStoredRecord(store, artifacts, name));
  return [...known, ...records.flatMap((stored) => stored?.record ?? [])];
}
