// `npm run bench:ann` as it is run, on a small set: ours only, because peers need not be installed.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Index, noRow } from '../../src/native/index.ts';

const main = fileURLToPath(new URL('../../dist/bench/ann.js', import.meta.url));
const [rows, dims, k] = [2000, 16, 10];
const hasCMake = spawnSync('cmake', ['--version']).error === undefined;

let cache: string;

function bench(...args: string[]) {
  const small = ['--rows', String(rows), '--dims', String(dims), '--cache', cache, '--rounds', '2'];
  return spawnSync(process.execPath, [main, ...small, ...args], { encoding: 'utf8' });
}

beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'sepet-ann-'));
});
afterAll(() => {
  rmSync(cache, { recursive: true, force: true });
});

describe.runIf(hasCMake)('npm run bench:ann', () => {
  it('measures, and reports for programs', { timeout: 240_000 }, () => {
    const { status, stdout, stderr } = bench('--only', 'sepet,sepet-lean,sepet-js', '--json');
    expect(status, stderr).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      rows,
      dims,
      k,
      M: 16,
      efConstruction: 200,
      seed: 1,
      rounds: 2,
      missing: [],
    });
    for (const name of ['machine', 'node', 'revision']) expect(report[name]).toMatch(/./);
    for (const name of ['jsOverNative', 'ratioInterleaved', 'ratioBuildThreads'])
      expect(report[name], name).toBeGreaterThan(0);
    // The vectors and 32 neighbours of four bytes at least.
    expect(report.bytesLean).toBeGreaterThan(4 * dims + 128);
    expect(report.bytesFast).toBeGreaterThan(report.bytesLean);

    expect(report.curves).toHaveLength(5);
    for (const { id, points, at } of report.curves) {
      const recalls: number[] = points.map(({ recall }: { recall: number }) => recall);
      expect(recalls.at(-1), id).toBeGreaterThan(0.99);
      expect(Math.max(...recalls)).toBeLessThanOrEqual(1);
      expect(at['0.95'].qps).toBeGreaterThan(0);
    }
    expect(report.filtered).toHaveLength(12);
    for (const { selectivity, kind, ours, recall } of report.filtered) {
      expect(recall, `${kind} ${selectivity}`).toBeGreaterThanOrEqual(0.95);
      expect(ours).toBeGreaterThan(0);
    }
    expect(readFileSync(join(cache, 'results', `ann-${rows}x${dims}.svg`), 'utf8')).toContain('recall@10');
    expect(existsSync(join(cache, 'results', `ann-${rows}x${dims}.json`))).toBe(true);
  });

  it('measured against the truth', () => {
    const folder = join(cache, `${rows}x${dims}-seed1`);
    const read = (name: string) => readFileSync(join(folder, name)).buffer;
    const vectors = new Float32Array(read('base.f32'));
    const queries = new Float32Array(read('query.f32')).subarray(0, 200 * dims);
    const truth = new Uint32Array(read('truth.u32')).subarray(0, 200 * k);
    expect(vectors).toHaveLength(rows * dims);
    const found = new Uint32Array(200 * k).fill(noRow);
    const outputs = { rows: found, scores: new Float32Array(200 * k), counts: new Uint32Array(200) };
    new Index({ vectors, dims }).scan({ queries, k, ...outputs });
    const sorted = (values: Uint32Array, query: number) => [...values.subarray(query * k, (query + 1) * k)];
    // Two sums of the same products may round differently, so rows at the edge may trade places.
    const wrong = Array.from({ length: 200 }, (_, query) => query).filter(
      (query) => sorted(found, query).join() !== sorted(truth, query).join(),
    );
    expect(wrong.length).toBeLessThanOrEqual(2);
  });

  it('says what is wrong with its options', () => {
    expect(bench('--only', 'nobody').stderr).toMatch(/knows sepet, .*hnswlib/);
    expect(bench('--rows', '0').stderr).toMatch(/--rows must be/);
    expect(bench('--parts', 'all').stderr).toMatch(/--parts knows curves/);
    expect(bench('--help').stdout).toMatch(/--cache DIR/);
  });
});
