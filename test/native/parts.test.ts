// What an index may be made of beside vectors and graph: codes, an int8 copy, a side segment; and removed rows.

import { describe, expect, test } from 'vitest';
import {
  buildBounds,
  buildCodes,
  buildGraph,
  buildInt8,
  Index,
  noRow,
  type SearchCall,
} from '../../src/native/index.ts';
import { errorOf, outputs, vectors } from './helpers.ts';

const dims = 20;
const rows = 5000;
const k = 10;
const q = 100;
const out = vectors(rows, dims, 1);
const queries = vectors(q, dims, 2);
const graphRows = 4500; // the rest is the side segment
const covered = out.subarray(0, graphRows * dims);
const graph = buildGraph({ vectors: covered, dims, M: 16, efConstruction: 100, threads: 2, seed: 1 });
const codes = buildCodes({ graph, vectors: covered, dims, threads: 2, seed: 1 });
const int8 = buildInt8({ vectors: covered, dims });
const whole = { vectors: out, dims, graph };

function find(index: Index, more: Partial<SearchCall> = {}) {
  const found = outputs(q, k);
  const way = index.search({ queries, k, ef: 100, ...found, ...more });
  return { way, rows: found.rows };
}

function truth(more: Partial<SearchCall> = {}): Uint32Array {
  const found = outputs(q, k);
  new Index({ vectors: out, dims }).scan({ queries, k, ...found, ...more });
  return found.rows;
}

function recall(found: Uint32Array, wanted: Uint32Array): number {
  let hits = 0;
  for (let i = 0; i < q; i++) {
    const right = new Set(wanted.subarray(i * k, (i + 1) * k));
    for (const row of found.subarray(i * k, (i + 1) * k)) if (right.has(row)) hits++;
  }
  return hits / wanted.length;
}

const bits = (chosen: (row: number) => boolean): Uint32Array => {
  const words = new Uint32Array(Math.ceil(rows / 32));
  for (let row = 0; row < rows; row++)
    if (chosen(row)) words[row >>> 5] = (words[row >>> 5] as number) | (1 << (row & 31));
  return words;
};

const makings = { lean: whole, 'with codes': { ...whole, codes }, 'with all': { ...whole, codes, int8 } };

describe.each(Object.entries(makings))('an index %s', (_, parts) => {
  const index = new Index(parts);

  test('finds what lies in the graph and in the side segment', () => {
    const { way, rows: found } = find(index);
    expect(way).toBe('graph');
    expect(recall(found, truth())).toBeGreaterThan(0.95);
    // Those of the side segment are scanned: none of the best is missed.
    const missed = truth().filter((row) => row >= graphRows && !found.includes(row));
    expect([...missed]).toEqual([]);
    expect(found.some((row) => row >= graphRows)).toBe(true);
  });

  test('never returns removed rows, of either part', () => {
    const best = new Set(truth().filter((_, i) => i % k < 3));
    const removed = bits((row) => best.has(row));
    const { rows: found } = find(index, { removed });
    expect([...found].filter((row) => best.has(row))).toEqual([]);
    const filter = bits((row) => !best.has(row));
    expect(recall(found, truth({ filter }))).toBeGreaterThan(0.95);
  });

  test.each([0.5, 0.1, 0.01])(
    'under a filter that leaves %f of the rows finds as many as there are',
    (share) => {
      const filter = bits((row) => (row * 7919) % 1000 < share * 1000);
      const { rows: found } = find(index, { filter, scanRows: 200 });
      expect(found.includes(noRow)).toBe(false);
      expect(recall(found, truth({ filter }))).toBeGreaterThan(0.95);
    },
  );

  test('gives the same whether its parts are trusted or not', () => {
    expect(find(new Index({ ...parts, trusted: true }))).toEqual(find(index));
  });
});

test('the parts say what they take', () => {
  expect(new Index({ ...whole, codes, int8 }).stats()).toMatchObject({
    ...{ rows, graphRows, codeBits: 2 },
    ...{ graphBytes: graph.length, codesBytes: codes.length, int8Bytes: int8.length },
  });
  const bounds = buildBounds({ rows: graphRows, dims, M: 16, efConstruction: 100, threads: 2 });
  expect(bounds).toMatchObject({ codeBits: 2, codesBytes: codes.length, int8Bytes: int8.length });
  expect(bounds.graphBytes).toBeGreaterThanOrEqual(graph.length);
});

test('parts of another index are refused', () => {
  const fewer = out.subarray(0, 100 * dims);
  const other = buildGraph({ vectors: fewer, dims, M: 16, efConstruction: 100, threads: 1, seed: 1 });
  const wrong = { codes: buildCodes({ graph: other, vectors: fewer, dims, threads: 1, seed: 1 }) };
  for (const part of [wrong, { int8: buildInt8({ vectors: fewer, dims }) }, { int8: codes }, { codes: int8 }])
    expect(errorOf(() => new Index({ ...whole, ...part })).code).toMatch(
      /argument_invalid|file_foreign|file_damaged/,
    );
  expect(
    errorOf(() => buildCodes({ graph, vectors: covered, dims, bits: 3, threads: 1, seed: 1 })),
  ).toMatchObject({
    code: 'argument_invalid',
    message: expect.stringMatching(/^bits/),
  });
  const short = { removed: new Uint32Array(3) };
  expect(errorOf(() => find(new Index(whole), short)).message).toMatch(/^removed/);
});

test('a trusted index with damaged vectors and graph ends every search', () => {
  const bad = out.slice();
  for (let i = 0; i < bad.length; i += 37) bad[i] = Number.NaN;
  const noise = graph.slice();
  for (let i = 64; i < noise.length; i += 11) noise[i] = (i * 31) & 255;
  expect(errorOf(() => new Index({ ...whole, graph: noise })).code).toBe('file_damaged');
  for (const parts of [{ graph: noise }, { vectors: bad }, { graph: noise, vectors: bad, codes, int8 }]) {
    const { rows: found } = find(new Index({ ...whole, ...parts, trusted: true }));
    for (const row of found) expect(row < rows || row === noRow).toBe(true);
  }
});
