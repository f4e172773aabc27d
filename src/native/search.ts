import { binding, native, type RawIndex } from './binding.ts';

/** The row number that means "no row". */
export const noRow = 0xffffffff;

/** A batch of q queries. The caller owns every array; the outputs are filled in place. */
export interface SearchCall {
  /** q * dims floats. */
  readonly queries: Float32Array;
  /** Results wanted for each query. */
  readonly k: number;
  /** Width of the graph search, 200 if absent, raised to k where smaller; a scan ignores it. */
  readonly ef?: number;
  /** Out: q * k rows, best first; places that were not filled hold `noRow`. */
  readonly rows: Uint32Array;
  /** Out: q * k inner products; -Infinity where no row was found. */
  readonly scores: Float32Array;
  /** Out: q numbers of results, at most k. */
  readonly counts: Uint32Array;
  /** One row to leave out for each query, `noRow` for none. */
  readonly skip?: Uint32Array;
  /**
   * Which rows may be returned, for the whole batch: ceil(rows / 32) words, bit `row % 32` of word `row >>> 5`. A search then
   * returns min(k, eligible) results, whatever the filter.
   */
  readonly filter?: Uint32Array;
  /** The only rows looked at, ascending and each once; the answers are exact. With `filter`, rows that are in both. */
  readonly among?: Uint32Array;
  /**
   * Up to this many eligible rows a filtered search is an exact scan; 150 times the larger of k and ef if absent, but at
   * least 30,000.
   */
  readonly scanRows?: number;
}

/** How a search was answered: 'scan' is exact. */
export type SearchWay = 'graph' | 'scan';

export interface IndexStats {
  readonly rows: number;
  readonly dims: number;
  readonly M: number;
  readonly efConstruction: number;
  readonly maxLevel: number;
  /** Links on all levels of the graph. */
  readonly edges: number;
  readonly kernel: string;
  readonly graphBytes: number;
}

/**
 * Top-k by inner product over vectors that stay where they are (a mapped file, or any array); equal scores are
 * ordered by row. Belongs to the thread that made it; threads share the memory, each with an Index of its own.
 */
export class Index {
  readonly #raw: RawIndex;

  /**
   * `vectors` holds rows * dims floats; `graph` is a section made by buildGraph over the same vectors, checked whole here.
   * Throws argument_invalid, vector_not_finite (naming the row), file_foreign, file_version, file_damaged (the graph).
   */
  constructor(options: { vectors: Float32Array; dims: number; graph?: Uint8Array }) {
    this.#raw = native(() => new binding.Index(options));
  }

  /**
   * On the graph: approximate, fast. Under a filter that leaves few rows, with `among`, or where the graph would not find
   * enough, by scan; 'scan' is returned where all queries of the batch were answered so. Throws argument_invalid, vector_not_finite.
   */
  search(call: SearchCall): SearchWay {
    return native(() => this.#raw.search(call));
  }

  /** Over every row, or every row that `filter` and `among` leave: exact. Throws argument_invalid, vector_not_finite. */
  scan(call: SearchCall): void {
    native(() => this.#raw.scan(call));
  }

  stats(): IndexStats {
    return native(() => this.#raw.stats());
  }
}

export interface BuildGraphCall {
  /** rows * dims floats, as they will be searched. */
  readonly vectors: Float32Array;
  readonly dims: number;
  /**
   * A sample of the queries that will be asked (q * dims), best one for each product and without a popularity term: rows that
   * answer the same query are linked. Much better recall where queries are of another kind than the vectors (IN asking
   * for OUT). Without it the vectors stand in. At most 32,768, evenly spread, are used.
   */
  readonly queries?: Float32Array;
  /** Neighbours a row on the upper levels, 2-128; twice as many on the base level. */
  readonly M: number;
  /** Candidates from which neighbours are chosen, M-4096. */
  readonly efConstruction: number;
  /** With 1 the same input gives the same bytes. */
  readonly threads: number;
  readonly seed: number;
  /** Over a SharedArrayBuffer, so that another thread may look: [0] write 1 to cancel, [1] steps done, [2] steps in all. */
  readonly progress?: BigInt64Array;
}

/**
 * Builds an HNSW graph (Malkov, Yashunin 2016) for search by inner product, with one value added to each vector so that nearest
 * is largest product (Bachrach et al. 2014). Returns the bytes of a `graph` section. Blocks its thread: call it from a worker.
 * Throws argument_invalid, vector_not_finite, cancelled, out_of_memory.
 */
export function buildGraph(call: BuildGraphCall): Uint8Array {
  return native(() => binding.buildGraph(call));
}
