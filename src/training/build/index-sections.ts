// What is searched, made one after the other from the vectors: the graph, the codes of its neighbours, the int8 copy
// of the vectors, the cells of their rows. docs/formats.md draws them.

import type { IndexSections } from '../../artifact/vectors.ts';
import {
  type BuildGraphCall,
  buildBounds,
  buildCells,
  buildCodes,
  buildGraph,
  buildInt8,
  buildUpper,
  type IndexBounds,
} from '../../native/index.ts';

/** Bits a dimension of the codes: `auto` for what suits the dims, 0 for the lean index, without codes and int8 copy. */
export type CodeBits = 'auto' | 0 | 1 | 2;

export interface IndexCall extends Omit<BuildGraphCall, 'progress'> {
  readonly codeBits: CodeBits;
  /** The first row of each cell and, last, the number of rows, where the rows are ordered by cells. */
  readonly starts?: Uint32Array;
}

/** Counters of a build's parts, in the order in which they are made; each as BuildGraphCall has them. */
export interface IndexCounters {
  readonly graph: BigInt64Array;
  readonly codes: BigInt64Array;
}

/** What an index will take. Throws `argument_invalid` where the dims are too many for the bits that are asked for. */
export function boundsOf(
  call: Pick<IndexCall, 'dims' | 'M' | 'efConstruction' | 'threads' | 'codeBits'> & { readonly rows: number },
): IndexBounds {
  const { codeBits, ...rest } = call;
  return buildBounds(codeBits === 'auto' ? rest : { ...rest, codeBits });
}

/** Makes the sections. Blocks its thread. Throws what the native builds throw. */
export function buildIndex(
  { codeBits: asked, starts, ...call }: IndexCall,
  counters?: IndexCounters,
): IndexSections {
  const { vectors, dims, threads, seed } = call;
  const { codeBits } = boundsOf({ ...call, codeBits: asked, rows: vectors.length / dims });
  const graph = buildGraph({ ...call, ...(counters && { progress: counters.graph }) });
  if (asked === 0) return { graph };
  const coding = { graph, vectors, dims, threads, seed, ...(counters && { progress: counters.codes }) };
  const int8 = buildInt8({ vectors, dims, threads });
  return {
    graph,
    ...(codeBits !== 0 && { codes: buildCodes({ ...coding, bits: codeBits }) }),
    int8,
    ...(starts && {
      upper: buildUpper({ graph, vectors, dims, threads }),
      cells: buildCells({ vectors, dims, int8, starts, threads }),
    }),
  };
}
