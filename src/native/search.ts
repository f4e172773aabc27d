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
  /** Rows that may not be returned, as bits like `filter`: products that were removed since the build. */
  readonly removed?: Uint32Array;
  /** The only rows looked at, ascending and each once; the answers are exact. With `filter`, rows that are in both. */
  readonly among?: Uint32Array;
  /**
   * Up to this many eligible rows a filtered search is an exact scan. If absent, five for each cell, but at least 8,192;
   * without cells 150 times the larger of k and ef, but at least 30,000 and, with codes and an int8 copy, as many as take twice the
   * time of a walk.
   */
  readonly scanRows?: number;
  /** Best estimates of a scan over the int8 copy that are scored exactly, 64 if absent, raised to 4k + 16. */
  readonly rerank?: number;
}

/** How a search was answered: 'scan' is exact, but for the estimates of an int8 copy. */
export type SearchWay = 'graph' | 'scan';

/** What an index is made of; all of it may be shared by many indexes. */
export interface IndexParts {
  /** rows * dims floats: the rows of the graph, then a side segment that is scanned exactly and merged into every answer. */
  readonly vectors: Float32Array;
  readonly dims: number;
  /** A section made by buildGraph over the first rows of the vectors. Without it the index only scans. */
  readonly graph?: Uint8Array;
  /** A section made by buildCodes for that graph: faster searches for about 640 bytes a row (M 16, up to 64 dims). */
  readonly codes?: Uint8Array;
  /** A section made by buildInt8 over the graph's rows: faster scans of narrow filters for one byte a value. */
  readonly int8?: Uint8Array;
  /** A section made by buildUpper for that graph: a shorter way down its levels, for 4 bytes a row (M 16, 64 dims). */
  readonly upper?: Uint8Array;
  /**
   * A section made by buildCells for that int8 copy, the rows being numbered by cells: much faster searches under filters that keep
   * up to a quarter of the rows, or rows far from the query.
   */
  readonly cells?: Uint8Array;
  /**
   * Only the heads of the sections are looked at, so that opening takes no time whatever their size. Damaged ones then
   * give wrong answers, never a crash.
   */
  readonly trusted?: boolean;
}

export interface IndexStats {
  readonly rows: number;
  readonly dims: number;
  /** Rows that the graph covers; those behind are scanned. */
  readonly graphRows: number;
  readonly M: number;
  readonly efConstruction: number;
  readonly maxLevel: number;
  readonly kernel: string;
  /** Bits a dimension of the codes, 0 without. */
  readonly codeBits: number;
  readonly graphBytes: number;
  readonly codesBytes: number;
  readonly int8Bytes: number;
  readonly upperBytes: number;
  /** How many, 0 without. */
  readonly cells: number;
  readonly cellsBytes: number;
}

/**
 * Top-k by inner product over vectors that stay where they are (a mapped file, or any array); equal scores are
 * ordered by row. Belongs to the thread that made it; threads share the memory, each with an Index of its own.
 */
export class Index {
  readonly #raw: RawIndex;

  /**
   * Everything is checked here unless `trusted`. Throws argument_invalid, vector_not_finite (naming the row), file_foreign,
   * file_version, file_damaged (a section).
   */
  constructor(parts: IndexParts) {
    this.#raw = native(() => new binding.Index(parts));
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

  /** Links on all levels of the graph. Reads all of it. */
  edges(): number {
    return native(() => this.#raw.edges());
  }
}
