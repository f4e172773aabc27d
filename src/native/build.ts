// What an index is built from: the graph, the codes of its neighbours, the int8 copy of the vectors, the cells of their rows.

import { binding, native } from './binding.ts';

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

export interface BuildCodesCall {
  readonly graph: Uint8Array;
  /** The vectors of the graph. */
  readonly vectors: Float32Array;
  readonly dims: number;
  /** A dimension, 1 or 2; what gives a neighbour at least 128 if absent. */
  readonly bits?: number;
  readonly threads: number;
  readonly seed: number;
  readonly progress?: BigInt64Array;
}

/**
 * The codes of a graph's neighbours (RaBitQ, arXiv 2405.12497; SymphonyQG, arXiv 2411.12229), a `codes` section: the same bytes
 * for any number of threads. Throws argument_invalid, file_*, cancelled, out_of_memory.
 */
export function buildCodes(call: BuildCodesCall): Uint8Array {
  return native(() => binding.buildCodes(call));
}

export interface BuildInt8Call {
  readonly vectors: Float32Array;
  readonly dims: number;
  /** 1 if absent; the bytes are the same for any number. */
  readonly threads?: number;
}

/** A copy of the vectors in one byte a value, an `int8` section. Throws argument_invalid, vector_not_finite, out_of_memory. */
export function buildInt8(call: BuildInt8Call): Uint8Array {
  return native(() => binding.buildInt8(call));
}

export interface BuildUpperCall {
  readonly graph: Uint8Array;
  /** The vectors of the graph. */
  readonly vectors: Float32Array;
  readonly dims: number;
  /** 1 if absent. */
  readonly threads?: number;
}

/**
 * A copy in one byte a value of the vectors of the graph's upper nodes alone, one after the other: an `upper` section, in the form of
 * an `int8` section. Throws argument_invalid, file_*, vector_not_finite, out_of_memory.
 */
export function buildUpper(call: BuildUpperCall): Uint8Array {
  return native(() => binding.buildUpper(call));
}

export interface ArrangeCellsCall {
  readonly vectors: Float32Array;
  readonly dims: number;
  readonly threads: number;
  readonly seed: number;
}

/** An order of rows in which those that lie near each other have neighbouring numbers, cut into cells. */
export interface CellOrder {
  /** The given row that goes to each place; those of a cell ascend. */
  readonly order: Uint32Array;
  /** The first place of each cell and, last, the number of rows. */
  readonly starts: Uint32Array;
}

/**
 * Cells of k-means (Lloyd 1982), three times the root of the rows of them: the same for any number of threads. Blocks its thread.
 * Throws argument_invalid, vector_not_finite, out_of_memory.
 */
export function arrangeCells(call: ArrangeCellsCall): CellOrder {
  return native(() => binding.arrangeCells(call));
}

export interface BuildCellsCall {
  /** In the order of the cells. */
  readonly vectors: Float32Array;
  readonly dims: number;
  /** Their `int8` section. */
  readonly int8: Uint8Array;
  /** The first row of each cell and, last, the number of rows. */
  readonly starts: Uint32Array;
  /** 1 if absent. */
  readonly threads?: number;
}

/** What a search under a filter needs to visit few cells, a `cells` section. Throws argument_invalid, file_*. */
export function buildCells(call: BuildCellsCall): Uint8Array {
  return native(() => binding.buildCells(call));
}

export interface BoundsCall {
  readonly rows: number;
  readonly dims: number;
  readonly M: number;
  readonly efConstruction: number;
  readonly threads: number;
  /** 0 for the lean index, without codes and int8 copy; what suits the dims if absent. */
  readonly codeBits?: number;
}

/** Known before anything is built, in bytes. */
export interface IndexBounds {
  /** Bits a dimension of the codes; 0 where there will be none. */
  readonly codeBits: number;
  /** At most: the levels of the rows are drawn. */
  readonly graphBytes: number;
  readonly codesBytes: number;
  readonly int8Bytes: number;
  /** At most, where there are cells, as `upper` stands beside them. */
  readonly upperBytes: number;
  readonly cellsBytes: number;
  /** What building one after the other allocates at most, the results included and the vectors not. */
  readonly memoryBytes: number;
}

/** Throws `argument_invalid`, also where the dims are too many for the bits. */
export function buildBounds(call: BoundsCall): IndexBounds {
  return native(() => binding.buildBounds(call));
}
