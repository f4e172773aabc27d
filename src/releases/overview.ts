// What labels point at, told with the records of it: what `sepet labels` and `sepet history` show.

import type { Store } from '../store/store.ts';
import { knownLabel, type LabelEntry, labelHistory, labelNames } from './label.ts';
import {
  type ArtifactRecord,
  artifacts,
  type PoliciesRecord,
  policySets,
  readStoredRecord,
} from './record.ts';
import { several } from './several.ts';

/** What is told of an artifact: the record without its long parts. */
export type ArtifactSummary = Omit<ArtifactRecord, 'kind' | 'version' | 'manifest' | 'gates'> & {
  readonly name: string;
  readonly createdAt: string;
  readonly products: number;
};

export interface Told {
  readonly entry: LabelEntry;
  /** Absent where it was pruned. */
  readonly artifact?: ArtifactSummary;
  readonly policies?: Pick<PoliciesRecord, 'policies' | 'names' | 'signature'>;
}

export function summaryOf(record: ArtifactRecord): ArtifactSummary {
  const { kind: _, version: __, gates: ___, manifest, ...rest } = record;
  const { name, createdAt, counts } = manifest;
  return { name, createdAt, products: counts.products, ...rest };
}

/** Entries with what they point at, each record read once. */
async function tell(store: Store, entries: readonly LabelEntry[]): Promise<Told[]> {
  const files = [...new Set(entries.flatMap(({ artifact }) => artifact ?? []))];
  const sets = [...new Set(entries.flatMap(({ policies }) => policies ?? []))];
  const records = await several(files, (file) => readStoredRecord(store, artifacts, file));
  const setRecords = await several(sets, (name) => readStoredRecord(store, policySets, name));
  const byFile = new Map(files.map((file, i) => [file, records[i]?.record]));
  const byName = new Map(sets.map((name, i) => [name, setRecords[i]?.record]));
  return entries.map((entry) => {
    const artifact = byFile.get(entry.artifact ?? '');
    const set = byName.get(entry.policies ?? '');
    return {
      entry,
      ...(artifact && { artifact: summaryOf(artifact) }),
      ...(set && { policies: { policies: set.policies, names: set.names, signature: set.signature } }),
    };
  });
}

/** One entry with what it points at. */
export async function tellEntry(store: Store, entry: LabelEntry): Promise<Told> {
  const [told = { entry }] = await tell(store, [entry]);
  return told;
}

/** Every label of the store with what it points at, in alphabetical order. */
export async function tellLabels(store: Store): Promise<Told[]> {
  const names = await labelNames(store);
  const labels = await several(names, (name) => knownLabel(store, name));
  return tell(
    store,
    labels.map(({ entry }) => entry),
  );
}

/** The last revisions of a label with what they pointed at, newest first. Throws `label_unknown`. */
export async function tellHistory(store: Store, label: string, limit: number): Promise<Told[]> {
  return tell(store, await labelHistory(store, label, limit));
}
