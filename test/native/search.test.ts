import { describe, expect, test } from 'vitest';
import { buildGraph, Index, noRow } from '../../src/native/index.ts';
import { errorOf, outputs, vectors } from './helpers.ts';

const dims = 24;
const rows = 3000;
const out = vectors(rows, dims, 1);
const queries = vectors(rows, dims, 2);
const graph = buildGraph({ vectors: out, dims, queries, M: 16, efConstruction: 100, threads: 2, seed: 1 });
const index = new Index({ vectors: out, dims, graph });

function dot(a: Float32Array, i: number, b: Float32Array, j: number): number {
  let sum = 0;
  for (let d = 0; d < dims; d++) sum += (a[i * dims + d] ?? 0) * (b[j * dims + d] ?? 0);
  return sum;
}

describe('scan', () => {
  test('finds exactly the largest inner products', () => {
    const k = 10;
    const found = outputs(3, k);
    index.scan({ queries: queries.subarray(0, 3 * dims), k, ...found });
    for (let q = 0; q < 3; q++) {
      const all = Array.from({ length: rows }, (_, row) => ({ row, score: dot(queries, q, out, row) }));
      all.sort((a, b) => b.score - a.score);
      expect([...found.rows.subarray(q * k, (q + 1) * k)]).toEqual(all.slice(0, k).map(({ row }) => row));
      expect(found.scores[q * k]).toBeCloseTo(all[0]?.score ?? 0, 4);
    }
    expect([...found.counts]).toEqual([k, k, k]);
  });

  test('leaves out one row a query, and says where there are fewer than k', () => {
    const small = new Index({ vectors: out.subarray(0, 3 * dims), dims });
    const found = outputs(2, 5);
    small.scan({ queries: queries.subarray(0, 2 * dims), k: 5, skip: new Uint32Array([1, noRow]), ...found });
    expect([...found.counts]).toEqual([2, 3]);
    expect([...found.rows.subarray(0, 5)].sort()).toEqual([0, 2, noRow, noRow, noRow]);
    expect(found.scores[4]).toBe(-Infinity);
  });
});

describe('search', () => {
  test('has recall@10 of at least 0.99 at ef 100', () => {
    const q = 300;
    const k = 10;
    const batch = queries.subarray(0, q * dims);
    const skip = Uint32Array.from({ length: q }, (_, i) => i);
    const truth = outputs(q, k);
    const found = outputs(q, k);
    index.scan({ queries: batch, k, skip, ...truth });
    expect(index.search({ queries: batch, k, ef: 100, skip, ...found })).toBe('graph');
    let hits = 0;
    for (let i = 0; i < q; i++) {
      const wanted = new Set(truth.rows.subarray(i * k, (i + 1) * k));
      for (const row of found.rows.subarray(i * k, (i + 1) * k)) {
        if (wanted.has(row)) hits++;
        expect(row).not.toBe(i);
      }
    }
    expect(hits / (q * k)).toBeGreaterThanOrEqual(0.99);
  });

  test('works over no rows and one row', () => {
    for (const count of [0, 1]) {
      const few = out.subarray(0, count * dims);
      const fewGraph = buildGraph({ vectors: few, dims, M: 8, efConstruction: 50, threads: 1, seed: 0 });
      const found = outputs(1, 4);
      new Index({ vectors: few, dims, graph: fewGraph }).search({
        queries: queries.subarray(0, dims),
        k: 4,
        ...found,
      });
      expect(found.counts[0]).toBe(count);
    }
  });

  test('describes itself', () => {
    expect(index.stats()).toMatchObject({ rows, dims, M: 16, efConstruction: 100, graphBytes: graph.length });
    expect(index.edges()).toBeGreaterThan(rows * 8);
    const bare = new Index({ vectors: out, dims });
    expect(bare.stats()).toMatchObject({ M: 0, graphRows: 0, graphBytes: 0, codeBits: 0 });
    expect(bare.edges()).toBe(0);
  });
});

describe('buildGraph', () => {
  const small = { vectors: vectors(400, dims, 3), dims, M: 8, efConstruction: 40, threads: 1, seed: 5 };

  test('repeats itself with one thread', () => {
    expect(buildGraph(small)).toEqual(buildGraph(small));
    expect(buildGraph({ ...small, seed: 6 })).not.toEqual(buildGraph(small));
  });

  test('refuses parameters out of range, naming them', () => {
    const wrong = [
      { M: 1 },
      { M: 2.5 },
      { efConstruction: 7 },
      { threads: 0 },
      { seed: -1 },
      { dims: 7 },
      { dims: 0 },
    ];
    for (const change of wrong) {
      const error = errorOf(() => buildGraph({ ...small, ...change }));
      expect(error.code).toBe('argument_invalid');
      expect(error.message).toMatch(
        change.dims === 7 ? /^vectors/ : new RegExp(`^${Object.keys(change)[0]} `),
      );
    }
  });

  test('names the row of a NaN', () => {
    const bad = small.vectors.slice();
    bad[dims * 12 + 3] = Number.NaN;
    expect(errorOf(() => buildGraph({ ...small, vectors: bad }))).toMatchObject({
      code: 'vector_not_finite',
    });
    expect(errorOf(() => buildGraph({ ...small, vectors: bad })).message).toContain('row 12 ');
    expect(errorOf(() => new Index({ vectors: bad, dims })).code).toBe('vector_not_finite');
  });
});

describe('an Index refuses', () => {
  const call = { queries: queries.subarray(0, 2 * dims), k: 3, ...outputs(2, 3) };

  test('a graph that is not one, or of other vectors', () => {
    const code = (bytes: Uint8Array) => errorOf(() => new Index({ vectors: out, dims, graph: bytes })).code;
    expect(code(new Uint8Array(100))).toBe('file_foreign');
    expect(code(graph.slice(0, graph.length - 4))).toBe('file_damaged');
    const changed = graph.slice();
    changed.fill(0x11, 64, 68);
    expect(code(changed)).toBe('file_damaged');
    expect(errorOf(() => new Index({ vectors: out.subarray(dims), dims, graph })).code).toBe(
      'argument_invalid',
    );
    const shifted = new Uint8Array(graph.length + 1).subarray(1);
    shifted.set(graph);
    expect(code(shifted)).toBe('argument_invalid');
  });

  test('wrong arguments, naming them', () => {
    const wrong: Record<string, unknown>[] = [
      { queries: queries.subarray(0, dims + 1) },
      { queries: [1, 2] },
      { queries: new Float64Array(dims * 2) },
      { k: 0 },
      { k: 1.5 },
      { k: '3' },
      { k: Number.NaN },
      { ef: 0 },
      { rows: new Uint32Array(5) },
      { scores: new Float32Array(7) },
      { counts: new Uint32Array(0) },
      { skip: new Uint32Array(1) },
      { rows: null },
    ];
    for (const change of wrong) {
      const mistaken = { ...call, ...change } as unknown as typeof call;
      for (const run of [() => index.search(mistaken), () => index.scan(mistaken)]) {
        expect(errorOf(run).code).toBe('argument_invalid');
        expect(errorOf(run).message).toContain(change.k === undefined ? Object.keys(change)[0] : 'k');
      }
    }
    for (const none of [undefined, null, 7, 'x'])
      expect(errorOf(() => index.search(none as unknown as typeof call)).code).toBe('argument_invalid');
    expect(errorOf(() => new Index({ vectors: out, dims }).search(call)).message).toContain('scan');
  });

  test('queries that are not finite', () => {
    const bad = call.queries.slice();
    bad[dims + 2] = Number.POSITIVE_INFINITY;
    for (const run of [
      () => index.search({ ...call, queries: bad }),
      () => index.scan({ ...call, queries: bad }),
    ])
      expect(errorOf(run).message).toContain('queries row 1 ');
  });

  test('arrays that were detached or shrunk since', () => {
    const own = out.slice(0, 100 * dims);
    const ownGraph = buildGraph({ vectors: own, dims, M: 8, efConstruction: 50, threads: 1, seed: 0 });
    const held = new Index({ vectors: own, dims, graph: ownGraph });
    held.search(call);
    structuredClone(ownGraph.buffer, { transfer: [ownGraph.buffer as ArrayBuffer] });
    expect(errorOf(() => held.search(call)).message).toContain('graph was detached');
    held.scan(call);
    structuredClone(own.buffer, { transfer: [own.buffer] });
    expect(errorOf(() => held.scan(call)).message).toContain('vectors was detached');
    const gone = call.queries.slice();
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    index.search({ ...call, queries: gone, ...outputs(0, 3) });
  });

  test('a getter that detaches an array of the same call', () => {
    const rowsOut = new Uint32Array(6);
    const sly = {
      ...call,
      rows: rowsOut,
      get skip(): Uint32Array {
        structuredClone(rowsOut.buffer, { transfer: [rowsOut.buffer] });
        return new Uint32Array(2);
      },
    };
    expect(errorOf(() => index.search(sly)).message).toContain('rows must be 6 elements long, not 0');
  });
});
