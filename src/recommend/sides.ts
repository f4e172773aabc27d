// The sources that are searched: the embedding, and the factorization machine where the artifact has one, each with an index and
// a set of eligible rows of its own.

import type { Artifact } from './artifact.ts';
import { createEligible, type EligibleOptions } from './eligible.ts';
import type { Look, Looks, Side } from './fill.ts';
import type { Prepared } from './prepare.ts';
import { type Source, sourceCodes, sources } from './recommender.ts';
import {
  type Candidates,
  createRetriever,
  type Retriever,
  type RetrieverOptions,
  type VectorQuery,
} from './retrieve.ts';
import type { Selection } from './select.ts';

export interface Sides {
  readonly embedding: Side;
  readonly fm?: Side;
}

/** Makes the sides of one thread. */
export function createSides(
  artifact: Artifact,
  selection: Selection,
  given: EligibleOptions & RetrieverOptions,
): Sides {
  const { catalog, index, vectors, manifest, fm } = artifact;
  const options = { ...given, removed: catalog.removed };
  const embedding: Side = {
    retriever: createRetriever(index, vectors, manifest.popularity.scale, options),
    eligible: createEligible(catalog, vectors.trained, selection, given),
    rows: vectors.trained,
  };
  if (fm === undefined) return { embedding };
  const rows = fm.bias.length;
  // The last value of an OUT row is what the machine adds for the item: asked with 1, as the popularity is with gamma.
  const folded = { trained: rows, dims: fm.factors, in: fm.in, out: fm.out };
  return {
    embedding,
    fm: {
      retriever: createRetriever(fm.index, folded, 1, options),
      eligible: createEligible(catalog, rows, selection, { ...given, source: sourceCodes.fm }),
      rows,
    },
  };
}

/** Whether the machine looks first in any case, so that a batch asks it with one call; else it is asked where others find too few. */
export function beginsWithMachine({ fm, query, served }: Prepared): boolean {
  const { source, blend } = served.policy.candidates;
  if (fm === undefined) return false;
  return blend !== undefined || source[0] === 'fm' || (query === undefined && source[0] === 'embedding');
}

/** The first looks of a batch by one native call, at the places of their queries. */
export function searchAll(
  retriever: Retriever,
  queries: readonly (VectorQuery | undefined)[],
  count: number,
): readonly (Candidates | undefined)[] {
  const asked = queries.filter((query) => query !== undefined);
  if (asked.length === 0) return [];
  const found = retriever.search(asked, Math.min(count, Math.max(1, retriever.reachable)));
  let at = 0;
  return queries.map((query) => (query === undefined ? undefined : found[at++]));
}

export function looksOf(
  { query, fm }: Prepared,
  first: Candidates | undefined,
  machineFirst: Candidates | undefined,
): Looks {
  const embedding: Look | undefined = query && { query, first };
  return { embedding, fm: fm && { query: fm, first: machineFirst } };
}

/** What answers say of a candidate's source: some vectors are made from those of neighbours. */
export function sourcesOf({ vectors, manifest }: Artifact): (source: number, row: number) => Source {
  const cold = vectors.trained - (manifest.counts.cold ?? 0);
  return (source, row) =>
    source === sourceCodes.embedding && row >= cold ? 'cold' : (sources[source] as Source);
}
