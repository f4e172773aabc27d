// What a delta would change of what a label serves: its artifact with all deltas that are published.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SepetError } from '../base/errors.ts';
import { genders } from '../base/products.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { normalizePath } from '../catalog/categories.ts';
import { mergeChanges, type ProductChange } from '../catalog/changes.ts';
import { makeOverlay, type OverlayReport, overlaid } from '../catalog/overlay.ts';
import { openArtifact } from '../recommend/artifact.ts';
import type { Store, TransferOptions } from '../store/store.ts';
import { cacheFolder, fetchArtifact, removeOld } from './cache.ts';
import { collectChanges, deltasAfter, downloadDeltas, readDeltaHead } from './deltas.ts';
import { knownLabel } from './label.ts';
import { type ArtifactRecord, knownRecord } from './record.ts';

/** The artifact that a label serves. Throws `label_unknown`, `option_invalid` where it serves none, `release_unknown`. */
export async function servedArtifact(store: Store, label: string): Promise<ArtifactRecord> {
  const { entry } = await knownLabel(store, label);
  if (entry.artifact !== null) return knownRecord(store, entry.artifact);
  throw new SepetError(
    'option_invalid',
    `${label} has no artifact yet, so there is nothing to check against.`,
  );
}

/** Everything that is known of a row, to be compared. */
function factsOf({ titles, images, categories, brands, groups, columns }: Catalog, row: number): string {
  const at = (column: Uint32Array): number => column[row] as number;
  return JSON.stringify([
    titles.at(row),
    images.at(row),
    categories.at(at(columns.category)),
    brands.at(at(columns.brand)),
    groups.at(at(columns.group)),
    genders[columns.gender[row] as number],
    at(columns.price),
    columns.stock[row],
    columns.released[row],
    ...Array.from(columns.numeric.values(), (column) => column[row]),
  ]);
}

function isDemoted({ category, numeric = {} }: ProductChange, { categories, columns }: Catalog): number {
  const misplaced = category !== undefined && categories.find(normalizePath(category)) === undefined;
  return Number(misplaced) + Object.keys(numeric).filter((name) => !columns.numeric.has(name)).length;
}

/** Compares what is served before and after, product by product. */
function compare(before: Catalog, after: Catalog, changes: readonly ProductChange[]): OverlayReport {
  const counts = { changed: 0, same: 0, added: 0, removed: 0, ignored: 0, demoted: 0 };
  for (const change of changes) {
    const [was, is] = [before.ids.row(change.id), after.ids.row(change.id)];
    if (is >= 0) counts.demoted += isDemoted(change, after);
    if (was < 0 && is < 0) counts.ignored++;
    else if (was < 0) counts.added++;
    else if (is < 0) counts.removed++;
    else if (factsOf(before, was) === factsOf(after, is)) counts.same++;
    else counts.changed++;
  }
  return counts;
}

/**
 * What the changes would do. Downloads the artifact and the deltas into the user's cache unless they are there. Throws what
 * opening them throws.
 */
export async function checkDelta(
  store: Store,
  record: ArtifactRecord,
  changes: readonly ProductChange[],
  options: TransferOptions = {},
): Promise<OverlayReport> {
  const { catalog, manifest } = openArtifact(await fetchArtifact(store, record, options));
  const head = (await readDeltaHead(store))?.head;
  const entries = deltasAfter(head, manifest.deltas?.revision ?? 0);
  const folder = join(cacheFolder(), 'deltas');
  mkdirSync(folder, { recursive: true });
  const files = await downloadDeltas(store, entries, folder, options);
  removeOld(folder);
  const merged = collectChanges(files, manifest.currency).changes;
  const revision = head?.revision ?? 0;
  const before = overlaid(catalog, makeOverlay(catalog, merged, revision).overlay);
  mergeChanges(merged, changes);
  const after = overlaid(catalog, makeOverlay(catalog, merged, revision + 1).overlay);
  return compare(before, after, changes);
}
