// Candidates from the vectors. A batch's first look is one native call for all its queries; a query that needs
// more looks again on its own. Buffers are reused: results hold until the next call.

import type { Vectors } from '../artifact/vectors.ts';
import { limits } from '../base/limits.ts';
import type { Index, SearchWay } from '../native/index.ts';

export interface VectorQuery {
  /** A product with a vector. */
  readonly row: number;
  readonly gamma: number;
  readonly efSearch: number;
}

/** A run of candidates, best first, in shared buffers: rows[start] up to rows[start + count] (excluded). */
export interface Candidates {
  readonly rows: Uint32Array;
  readonly scores: Float32Array;
  readonly start: number;
  readonly count: number;
  /** How many were asked for. */
  readonly asked: number;
  /** How they were found; a small catalogue is scanned. */
  readonly way: SearchWay;
}

export interface Retriever {
  /** Products with a vector that are not removed. */
  readonly reachable: number;
  /**
   * The best `k` of each query, in order of the queries; held until the next `search`. No more than efSearch, so that a
   * narrower search is a faster one.
   */
  search(queries: readonly VectorQuery[], k: number): Candidates[];
  /** A longer look for one query; held until the next `widen`. */
  widen(query: VectorQuery, k: number): Candidates;
  /**
   * The best `k` of some rows (rising, each once); held until the next `widen`, `among` or `filtered`. By scan, unless they are
   * so many that a search in the graph, told which they are, is quicker.
   */
  among(query: VectorQuery, rows: Uint32Array, k: number): Candidates;
  /** The best `k` of the rows whose bit is set (bit `row & 31` of word `row >> 5`); held like those of `among`. */
  filtered(query: VectorQuery, mask: Uint32Array, k: number): Candidates;
  /** IN·OUT + gamma·popularity of one row, by the plain formula. */
  score(query: VectorQuery, row: number): number;
  /** The popularity part of that. */
  popularityPart(query: VectorQuery, row: number): number;
}

interface Buffers {
  queries: Float32Array;
  skip: Uint32Array;
  counts: Uint32Array;
  rows: Uint32Array;
  scores: Float32Array;
}

function allocate(queries: number, stride: number, results: number): Buffers {
  return {
    queries: new Float32Array(queries * stride),
    skip: new Uint32Array(queries),
    counts: new Uint32Array(queries),
    rows: new Uint32Array(results),
    scores: new Float32Array(results),
  };
}

/** Positions of the queries by their efSearch, so that a batch asked with one setting is one call. */
function groupByEf(queries: readonly VectorQuery[]): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  queries.forEach(({ efSearch }, i) => {
    const group = groups.get(efSearch);
    if (group === undefined) groups.set(efSearch, [i]);
    else group.push(i);
  });
  return groups;
}

export interface RetrieverOptions {
  /** Best estimates of a scan over the int8 copy that are scored exactly; that of the limits where absent. */
  readonly rerank?: number;
  /** How many rows `among` goes through one by one; that of the limits where absent. */
  readonly scannedRows?: number;
  /** Rows, rising, that are never found. */
  readonly removed?: Uint32Array;
}

/** The rows below `trained` as the index takes them; undefined where there are none. */
function removedBits(removed: Uint32Array | undefined, trained: number): Uint32Array | undefined {
  if (removed === undefined || !((removed[0] ?? trained) < trained)) return undefined;
  const bits = new Uint32Array(Math.ceil(trained / 32));
  for (const row of removed)
    if (row < trained) bits[row >>> 5] = (bits[row >>> 5] as number) | (1 << (row & 31));
  return bits;
}

/** Makes the retriever of one thread. `scale` is that of the popularity dimension. */
export function createRetriever(
  index: Index,
  vectors: Vectors,
  scale: number,
  {
    rerank = limits.rerank.default,
    scannedRows = limits.scannedRows.default,
    removed: rows,
  }: RetrieverOptions = {},
): Retriever {
  const { dims, trained } = vectors;
  const stride = dims + 1;
  const removed = removedBits(rows, trained);

  function embed({ row, gamma }: VectorQuery, buffers: Buffers, slot: number): void {
    buffers.queries.set(vectors.in.subarray(row * dims, (row + 1) * dims), slot * stride);
    buffers.queries[slot * stride + dims] = gamma / scale;
    buffers.skip[slot] = row;
  }

  /** The native call for the slots from `first` to `end` (excluded), results from `start` on, `k` each. */
  function callOf(buffers: Buffers, slots: { first: number; end: number; start: number }, k: number) {
    const { first, end, start } = slots;
    const results = start + (end - first) * k;
    return {
      queries: buffers.queries.subarray(first * stride, end * stride),
      ...{ k, rerank },
      rows: buffers.rows.subarray(start, results),
      scores: buffers.scores.subarray(start, results),
      counts: buffers.counts.subarray(first, end),
      skip: buffers.skip.subarray(first, end),
      ...(removed && { removed }),
    };
  }

  const candidates = (
    buffers: Buffers,
    slot: number,
    at: Pick<Candidates, 'start' | 'asked' | 'way'>,
  ): Candidates => ({
    rows: buffers.rows,
    scores: buffers.scores,
    count: buffers.counts[slot] as number,
    ...at,
  });

  let batch = allocate(0, stride, 0);
  let wide = allocate(1, stride, 0);

  /** The call of one query, in the buffers of longer looks. */
  function callOne(query: VectorQuery, k: number) {
    if (wide.rows.length < k) wide = allocate(1, stride, k);
    embed(query, wide, 0);
    return callOf(wide, { first: 0, end: 1, start: 0 }, k);
  }
  function bitsOf(rows: Uint32Array): Uint32Array {
    const bits = new Uint32Array(Math.ceil(trained / 32));
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      bits[row >>> 5] = (bits[row >>> 5] as number) | (1 << (row & 31));
    }
    return bits;
  }
  const foundOne = (way: SearchWay, k: number): Candidates =>
    candidates(wide, 0, { start: 0, asked: k, way });

  const popularityPart = ({ gamma }: VectorQuery, row: number): number =>
    (gamma / scale) * (vectors.out[row * stride + dims] as number);

  return {
    reachable: trained - (rows?.filter((row) => row < trained).length ?? 0),
    search(queries, k) {
      if (batch.skip.length < queries.length || batch.rows.length < queries.length * k)
        batch = allocate(queries.length, stride, queries.length * k);
      const found: Candidates[] = new Array(queries.length);
      let slot = 0;
      let start = 0;
      for (const [efSearch, members] of groupByEf(queries)) {
        const first = slot;
        const asked = Math.min(k, efSearch);
        for (const i of members) embed(queries[i] as VectorQuery, batch, slot++);
        const way = index.search({ ...callOf(batch, { first, end: slot, start }, asked), ef: efSearch });
        members.forEach((i, at) => {
          found[i] = candidates(batch, first + at, { start: start + at * asked, asked, way });
        });
        start += members.length * asked;
      }
      return found;
    },
    widen(query, k) {
      return foundOne(index.search({ ...callOne(query, k), ef: Math.max(k, query.efSearch) }), k);
    },
    among(query, rows, k) {
      const few = rows.length <= scannedRows;
      const eligible = few ? { among: rows } : { filter: bitsOf(rows), ef: Math.max(k, query.efSearch) };
      return foundOne(index.search({ ...callOne(query, k), ...eligible }), k);
    },
    filtered(query, mask, k) {
      const ef = Math.max(k, query.efSearch);
      return foundOne(index.search({ ...callOne(query, k), ef, filter: mask }), k);
    },
    score(query, row) {
      let sum = 0;
      const from = query.row * dims;
      const to = row * stride;
      for (let i = 0; i < dims; i++)
        sum += (vectors.in[from + i] as number) * (vectors.out[to + i] as number);
      return sum + popularityPart(query, row);
    },
    popularityPart,
  };
}
