import { describe, expect, test } from 'vitest';
import { buildGraph, Index, noRow, type SearchCall } from '../../src/native/index.ts';
import { errorOf, outputs, random, vectors } from './helpers.ts';

const dims = 16;
const rows = 4001; // so that the last word is not full
const k = 10;
const out = vectors(rows, dims, 1);
const queries = vectors(rows, dims, 2);
const graph = buildGraph({ vectors: out, dims, queries, M: 16, efConstruction: 80, threads: 2, seed: 1 });
const index = new Index({ vectors: out, dims, graph });

function dot(a: Float32Array, i: number, b: Float32Array, j: number): number {
  let sum = 0;
  for (let d = 0; d < dims; d++) sum += (a[i * dims + d] as number) * (b[j * dims + d] as number);
  return sum;
}

function bits(members: Iterable<number>): Uint32Array {
  const words = new Uint32Array(Math.ceil(rows / 32));
  for (const row of members) words[row >>> 5] = (words[row >>> 5] as number) | (1 << (row & 31));
  return words;
}

/** `share` of the rows: drawn at random, or those that answer the first query best or worst. */
const choose: Record<'random' | 'near' | 'far', (share: number) => number[]> = {
  random(share) {
    const next = random(7);
    return Array.from({ length: rows }, (_, row) => row).filter(() => next() < share);
  },
  near: (share) => byFirstQuery.slice(0, share * rows).sort((a, b) => a - b),
  far: (share) => byFirstQuery.slice(rows - share * rows).sort((a, b) => a - b),
};
const byFirstQuery = Array.from({ length: rows }, (_, row) => row).sort(
  (a, b) => dot(queries, 0, out, b) - dot(queries, 0, out, a),
);

/** What each of the first q queries should find. */
function expected(members: readonly number[], q: number, skip?: Uint32Array): number[][] {
  return Array.from({ length: q }, (_, i) =>
    members
      .filter((row) => row !== skip?.[i])
      .map((row) => ({ row, score: dot(queries, i, out, row) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, k)
      .map(({ row }) => row),
  );
}

function ask(how: 'search' | 'scan', q: number, more: Partial<SearchCall>) {
  const found = outputs(q, k);
  const way = index[how]({ queries: queries.subarray(0, q * dims), k, ...found, ...more });
  const each = Array.from({ length: q }, (_, i) => [
    ...found.rows.subarray(i * k, i * k + (found.counts[i] as number)),
  ]);
  return { way, each, found };
}

describe('a filter', () => {
  const shares = [1, 0.5, 0.1, 0.01, 0.001, 0];
  const kinds = ['random', 'near', 'far'] as const;

  test.each(kinds)('leaves exactly the best of the eligible (%s)', (kind) => {
    for (const share of shares) {
      const members = choose[kind](share);
      const skip = Uint32Array.from({ length: 5 }, (_, i) => members[i * 3] ?? noRow);
      const wanted = expected(members, 5, skip);
      const filter = bits(members);
      expect(ask('scan', 5, { filter, skip }).each).toEqual(wanted);
      expect(ask('scan', 5, { among: Uint32Array.from(members), skip }).each).toEqual(wanted);
      // So few rows that a search is a scan.
      expect(ask('search', 5, { filter, skip })).toMatchObject({ way: 'scan', each: wanted });
      const among = Uint32Array.from(members);
      expect(ask('search', 5, { among, skip })).toMatchObject({ way: 'scan', each: wanted });
    }
  });

  test.each(kinds)('keeps recall@10 of 0.95 on the graph and finds never too few (%s)', (kind) => {
    const q = 100;
    for (const share of shares) {
      const members = choose[kind](share);
      const eligible = new Set(members);
      const wanted = expected(members, q);
      const { way, each } = ask('search', q, { filter: bits(members), ef: 100, scanRows: 100 });
      expect(way).toBe(members.length > 100 ? 'graph' : 'scan');
      let right = 0;
      each.forEach((got, i) => {
        const truth = new Set(wanted[i]);
        expect(got.length).toBe(truth.size);
        expect(new Set(got).size).toBe(got.length);
        for (const row of got) {
          expect(eligible.has(row)).toBe(true);
          if (truth.has(row)) right++;
        }
      });
      expect(right / Math.max(1, wanted.flat().length), `${share}`).toBeGreaterThanOrEqual(
        members.length === 0 ? 0 : 0.95,
      );
    }
  });

  test('together with among leaves the rows in both, and bits past the last row do not count', () => {
    const filter = new Uint32Array(Math.ceil(rows / 32)).fill(0xffffffff);
    filter[0] = 0;
    const { each } = ask('scan', 1, { filter, among: Uint32Array.of(3, 31, 32, 4000) });
    expect(each[0]?.sort((a, b) => a - b)).toEqual([32, 4000]);
    expect(ask('scan', 3, { filter }).each).toEqual(
      expected(
        Array.from({ length: rows - 32 }, (_, i) => i + 32),
        3,
      ),
    );
  });

  test('is said not to have been scanned where there is none', () => {
    expect(ask('search', 1, { ef: 100 }).way).toBe('graph');
    // As wide a walk as that costs more than a look at every row.
    expect(ask('search', 1, { ef: 200 }).way).toBe('scan');
    expect(ask('scan', 1, {}).way).toBeUndefined();
  });

  test('marks the places it could not fill', () => {
    const { found } = ask('search', 1, { filter: bits([9, 40]) });
    expect([...found.counts]).toEqual([2]);
    expect([...found.rows.subarray(2)]).toEqual(Array(k - 2).fill(noRow));
    expect(found.scores[2]).toBe(-Infinity);
  });
});

test('wrong filters are refused, naming them', () => {
  const words = Math.ceil(rows / 32);
  const wrong: Record<string, unknown>[] = [
    { filter: new Uint32Array(words - 1) },
    { filter: new Uint32Array(words + 1) },
    { filter: new Uint8Array(words) },
    { filter: [] },
    { among: [1, 2] },
    { among: Uint32Array.of(1, 1) },
    { among: Uint32Array.of(2, 1) },
    { among: Uint32Array.of(rows) },
    { among: Uint32Array.of(0xffffffff) },
    { scanRows: -1 },
    { scanRows: 1.5 },
  ];
  for (const change of wrong) {
    for (const how of ['search', 'scan'] as const) {
      const error = errorOf(() => ask(how, 1, change as Partial<SearchCall>));
      expect(error.code).toBe('argument_invalid');
      expect(error.message).toMatch(new RegExp(`^${Object.keys(change)[0]} `));
    }
  }
});
