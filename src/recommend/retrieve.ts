// Candidates from the vectors. A batch's first look is one native call for all its queries; a query that needs
// more looks again on its own. Buffers are reused: results hold until the next call.

import type { Vectors } from '../artifact/vectors.ts';
import { limits } from '../base/limits.ts';
import type { Index, SearchCall, SearchWay } from '../native/index.ts';
import { depthOf, logSumExp, merge, wholeDepthOf } from './basket.ts';

export interface VectorQuery {
  /** A product with a vector; it is never found. */
  readonly row: number;
  /** Further ones, at least one, asked together with it. */
  readonly others?: readonly number[];
  /** What to search with in place of the vectors of products; `row` is then `noRow`. */
  readonly vector?: Float32Array;
  /** Added to the vector of each product. */
  readonly shift?: Float32Array;
  /** What the vector of each product is taken times before, 1 if absent. */
  readonly share?: number;
  readonly gamma: number;
  readonly efSearch: number;
  /** Searched by exact scan over the vectors, in place of the graph and of estimates. */
  readonly exact?: boolean;
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
  /** Time spent in the index so far. */
  readonly searchMs: number;
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
  /** IN·OUT + gamma·popularity of one row, by the plain formula; of several products, the log-sum-exp of theirs. */
  score(query: VectorQuery, row: number): number;
  /** The scores that one has of each product of the query. */
  parts(query: VectorQuery, row: number): Float32Array;
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

/** Positions of queries that are asked with one setting, so that they are one call. */
interface Group {
  readonly efSearch: number;
  readonly exact: boolean;
  readonly members: number[];
}

function groupAlike(queries: readonly VectorQuery[]): Iterable<Group> {
  const groups = new Map<number, Group>();
  queries.forEach(({ efSearch, exact = false }, i) => {
    const key = exact ? -efSearch : efSearch;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { efSearch, exact, members: [i] });
    else group.members.push(i);
  });
  return groups.values();
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

  const count = ({ others }: VectorQuery): number => 1 + (others?.length ?? 0);
  const rowAt = ({ row, others = [] }: VectorQuery, i: number): number =>
    i === 0 ? row : (others[i - 1] as number);

  /** How deep to look for each product of a query so that the best `k` of all are found. */
  const wholeOf = (query: VectorQuery, k: number): number =>
    query.others === undefined ? k : wholeDepthOf(k, count(query));

  function move(queries: Float32Array, at: number, { shift, share = 1 }: VectorQuery): void {
    for (let i = 0; i < dims; i++)
      queries[at + i] = share * (queries[at + i] as number) + (shift?.[i] as number);
  }

  /** Writes a query's products into slots from `first` on; returns the slot behind. */
  function embed(query: VectorQuery, buffers: Buffers, first: number): number {
    const end = first + count(query);
    for (let slot = first; slot < end; slot++) {
      const row = rowAt(query, slot - first);
      const vector = query.vector ?? vectors.in.subarray(row * dims, (row + 1) * dims);
      buffers.queries.set(vector, slot * stride);
      if (query.shift !== undefined) move(buffers.queries, slot * stride, query);
      buffers.queries[slot * stride + dims] = query.gamma / scale;
      buffers.skip[slot] = row;
    }
    return end;
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

  /** The runs of a query's slots as one. */
  function together(
    query: VectorQuery,
    runs: readonly Candidates[],
    depth: number,
    most: number,
  ): Candidates {
    const [first] = runs as [Candidates];
    if (runs.length === 1) return first;
    const own = [query.row, ...(query.others ?? [])];
    const score = (i: number, row: number): number => scoreOf(query, i, row);
    return { ...merge({ runs, depth, most, own, score }), start: 0, asked: first.asked, way: first.way };
  }

  /** Searches for one query, in the buffers of longer looks: `depth` of each product, `most` of all. */
  function searchOne(query: VectorQuery, rest: Partial<SearchCall>, depth: number, most: number): Candidates {
    const slots = count(query);
    if (wide.skip.length < slots || wide.rows.length < slots * depth)
      wide = allocate(slots, stride, slots * depth);
    embed(query, wide, 0);
    const way = run(
      {
        ...callOf(wide, { first: 0, end: slots, start: 0 }, depth),
        ef: Math.max(depth, query.efSearch),
        ...rest,
      },
      query.exact,
    );
    const runs = Array.from({ length: slots }, (_, i) =>
      candidates(wide, i, { start: i * depth, asked: most, way }),
    );
    return together(query, runs, depth, most);
  }

  function bitsOf(rows: Uint32Array): Uint32Array {
    const bits = new Uint32Array(Math.ceil(trained / 32));
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      bits[row >>> 5] = (bits[row >>> 5] as number) | (1 << (row & 31));
    }
    return bits;
  }

  let searchMs = 0;

  function run(call: SearchCall, exact = false): SearchWay {
    const startedMs = performance.now();
    const way = exact ? 'scan' : index.search(call);
    if (exact) index.scan(call);
    searchMs += performance.now() - startedMs;
    return way;
  }

  const popularityPart = ({ gamma }: VectorQuery, row: number): number =>
    (gamma / scale) * (vectors.out[row * stride + dims] as number);

  /** The inner product of a vector that stands at `from` with the OUT vector of a row. */
  function product(vector: Float32Array, from: number, row: number): number {
    const to = row * stride;
    let sum = 0;
    for (let at = 0; at < dims; at++) sum += (vector[from + at] as number) * (vectors.out[to + at] as number);
    return sum;
  }

  const moved = new Float32Array(dims);

  function scoreOf(query: VectorQuery, i: number, row: number): number {
    const { vector = vectors.in } = query;
    const from = query.vector === undefined ? rowAt(query, i) * dims : 0;
    if (query.shift === undefined) return product(vector, from, row) + popularityPart(query, row);
    moved.set(vector.subarray(from, from + dims));
    move(moved, 0, query);
    return product(moved, 0, row) + popularityPart(query, row);
  }

  const parts = (query: VectorQuery, row: number): Float32Array =>
    Float32Array.from({ length: count(query) }, (_, i) => scoreOf(query, i, row));

  return {
    get searchMs() {
      return searchMs;
    },
    reachable: trained - (rows?.filter((row) => row < trained).length ?? 0),
    search(queries, k) {
      const slots = queries.reduce((sum, query) => sum + count(query), 0);
      if (batch.skip.length < slots || batch.rows.length < slots * k)
        batch = allocate(slots, stride, slots * k);
      const found: Candidates[] = new Array(queries.length);
      let slot = 0;
      let start = 0;
      for (const { efSearch, exact, members } of groupAlike(queries)) {
        const first = slot;
        const asked = Math.min(k, efSearch);
        for (const i of members) slot = embed(queries[i] as VectorQuery, batch, slot);
        const way = run({ ...callOf(batch, { first, end: slot, start }, asked), ef: efSearch }, exact);
        let at = first;
        for (const i of members) {
          const query = queries[i] as VectorQuery;
          const nextRun = (): Candidates => {
            const one = candidates(batch, at++, { start, asked, way });
            start += asked;
            return one;
          };
          if (query.others === undefined) found[i] = nextRun();
          else {
            const runs = Array.from({ length: count(query) }, nextRun);
            found[i] = together(query, runs, depthOf(asked, runs.length), slots * k);
          }
        }
      }
      return found;
    },
    widen(query, k) {
      const depth = depthOf(k, count(query));
      return { ...searchOne(query, {}, depth, count(query) * depth), asked: k };
    },
    among(query, rows, k) {
      const few = query.exact || rows.length <= scannedRows;
      return searchOne(query, few ? { among: rows } : { filter: bitsOf(rows) }, wholeOf(query, k), k);
    },
    filtered: (query, mask, k) => searchOne(query, { filter: mask }, wholeOf(query, k), k),
    score: (query, row) =>
      query.others === undefined ? scoreOf(query, 0, row) : logSumExp(parts(query, row)),
    parts,
    popularityPart,
  };
}
