// Products most like each other, by the cosine of their IN vectors: what is bought in the same company. Exact where products are few
// enough to be compared with all others, else by a graph of its own.

import type { ScoredLists } from '../../artifact/lists.ts';
import { SepetError } from '../../base/errors.ts';
import { Index, noRow, type SearchCall } from '../../native/index.ts';
import { unitRows } from '../unit-rows.ts';
import type { IndexBuilder } from './index-in-worker.ts';
import type { IndexCall } from './index-sections.ts';

/** Up to so many products are compared with all others; beyond, a graph takes less time and finds nearly the same. */
const comparedProducts = 30_000;
const queriesAtOnce = 256;
const efLeast = 100;

export interface SimilarCall {
  /** rows × dims: the IN vectors of the catalogue's first rows. */
  readonly in: Float32Array;
  readonly dims: number;
  /** How many of these rows, the first, have vectors of their own: they alone are listed, for all rows. */
  readonly own: number;
  /** Lists to make: those behind the rows are empty. */
  readonly products: number;
  readonly length: number;
  /** Up to so many products are compared with all others; `comparedProducts` if absent. */
  readonly compared?: number;
  /** As the artifact's own graph is built. */
  readonly graph: Pick<IndexCall, 'M' | 'efConstruction' | 'threads' | 'seed'>;
  readonly buildIndex: IndexBuilder;
  readonly signal?: AbortSignal;
}

const isCompared = ({ own, compared = comparedProducts }: SimilarCall): boolean => own <= compared;

async function indexOf(call: SimilarCall, vectors: Float32Array): Promise<Index> {
  const { dims, graph, buildIndex } = call;
  if (isCompared(call)) return new Index({ vectors, dims });
  const parameters = { ...graph, dims, vectors, codeBits: 'auto' as const };
  return new Index({ vectors, dims, ...(await buildIndex(parameters, 'similar')) });
}

/** The lists, best first. Gives way to other work between batches. Throws `cancelled` and what building throws. */
export async function similarLists(call: SimilarCall): Promise<ScoredLists> {
  const { dims, own, products, length, signal } = call;
  const units = unitRows(call.in, dims);
  const rows = units.length / dims;
  const k = Math.min(length, own);
  const index = await indexOf(call, units.subarray(0, own * dims));
  const found = new Uint32Array(rows * k);
  const scores = new Float32Array(rows * k);
  const offsets = new Uint32Array(products + 1);
  let end = 0;
  for (let first = 0; first < rows; first += queriesAtOnce) {
    await new Promise(setImmediate);
    if (signal?.aborted === true) throw new SepetError('cancelled', 'The build was stopped.');
    const some = Math.min(queriesAtOnce, rows - first);
    const asked: SearchCall = {
      ...{ queries: units.subarray(first * dims, (first + some) * dims), k, ef: Math.max(efLeast, 2 * k) },
      skip: Uint32Array.from({ length: some }, (_, i) => (first + i < own ? first + i : noRow)),
      rows: new Uint32Array(some * k),
      scores: new Float32Array(some * k),
      counts: new Uint32Array(some),
    };
    if (isCompared(call)) index.scan(asked);
    else index.search(asked);
    for (let i = 0; i < some; i++) {
      const count = asked.counts[i] as number;
      found.set(asked.rows.subarray(i * k, i * k + count), end);
      scores.set(asked.scores.subarray(i * k, i * k + count), end);
      end += count;
      offsets[first + i + 1] = end;
    }
  }
  offsets.fill(end, rows + 1);
  return { offsets, rows: found.slice(0, end), scores: scores.slice(0, end) };
}
