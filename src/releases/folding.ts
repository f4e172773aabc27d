// What a build takes from a store: the deltas that its data does not have yet, and the artifact that it follows.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SepetError } from '../base/errors.ts';
import { sha256OfFile } from '../store/hash.ts';
import type { Store, TransferOptions } from '../store/store.ts';
import type { DatasetManifest } from '../tables/manifest.ts';
import type { Folding } from '../training/build/fold.ts';
import { collectChanges, deltasAfter, downloadDeltas, readDeltaHead } from './deltas.ts';
import { digest } from './documents.ts';
import { findNamed } from './names.ts';

export interface StoreFolding extends Folding {
  /** The revision that the data has in it already. */
  readonly after: number;
  /** Prices in another currency than the data's, which are left out. */
  readonly foreignPrices: number;
}

/**
 * The deltas that came after the data. Throws `delta_invalid` where some of them were pruned, and what downloading and reading
 * them throws.
 */
export async function foldingFor(
  store: Store,
  { deltas, currency }: Pick<DatasetManifest, 'deltas' | 'currency'>,
  options: TransferOptions = {},
): Promise<StoreFolding> {
  const head = (await readDeltaHead(store))?.head;
  const after = deltas?.revision ?? 0;
  const entries = deltasAfter(head, after);
  const folder = await mkdtemp(join(tmpdir(), 'sepet-deltas-'));
  try {
    const files = await downloadDeltas(store, entries, folder, options);
    return { ...collectChanges(files, currency), after, revision: head?.revision ?? 0 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The artifact that is called so, as `sha256:` of its file. Without a store only that itself and files do. Throws `release_unknown`,
 * `label_unknown`, `input_missing`, `option_invalid` for a label without an artifact.
 */
export async function parentNamed(store: Store | undefined, name: string): Promise<string> {
  if (store === undefined && digest.safeParse(name).success) return name;
  const named = await findNamed(store, name);
  if (named.kind === 'file') return `sha256:${await sha256OfFile(named.path)}`;
  const file = named.kind === 'artifact' ? named.file : named.entry.artifact;
  if (file !== null) return file;
  throw new SepetError('option_invalid', `${name} has no artifact that a build could follow.`);
}
