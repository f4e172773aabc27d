// `npm run bench:serve` as it is run, on a small shop: every server is started, checked and asked, the figures say nothing.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileHnswlibNode } from '../../bench/ann/programs.ts';
import { figureOf, inTurn, ratioOf } from '../../bench/serve/figures.ts';
import { drawMixture } from '../../bench/serve/mixture.ts';
import { isThorough } from '../thorough.ts';

const main = fileURLToPath(new URL('../../dist/bench/serve.js', import.meta.url));
const hasWrk = spawnSync('wrk', ['--version']).error === undefined;
const hasCompiler = spawnSync('c++', ['--version']).error === undefined;

let cache: string;
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'sepet-bench-serve-'));
});
afterAll(() => {
  rmSync(cache, { recursive: true, force: true });
});

const bench = (...args: string[]) =>
  spawnSync(process.execPath, [main, '--cache', cache, ...args], { encoding: 'utf8' });

describe('npm run bench:serve', () => {
  it.runIf(isThorough)(
    'measures what there is, and reports the rest as missing',
    { timeout: 240_000 },
    () => {
      const { status, stdout, stderr } = bench('--quick', '--json', '--products', '1500');
      expect(status, stderr).toBe(0);
      const report = JSON.parse(stdout);
      expect(report.data).toMatchObject({ products: 1500, dims: 16, seed: 1 });
      for (const name of ['node', 'revision', 'wrk']) expect(report.versions[name]).toMatch(/./);
      expect(report.machine).toMatch(/cores/);
      expect(report.recallAt10).toBeGreaterThan(0.9);
      expect(report.checks).toMatchObject({ compared: 100, full: 100 });
      const missing: string[] = report.missing.map(({ id }: { id: string }) => id);
      const wanted = [
        ...(hasWrk ? [] : ['wrk']),
        ...(hasCompiler ? [] : ['rate']),
        ...(compileHnswlibNode() === undefined ? [] : ['plain', 'plainFitted']),
      ];
      expect(missing).toEqual(wanted);
      const figures = [
        ...(hasWrk ? ['requestsPerSecond', 'shareOfConstant', 'memoryBytes', 'memoryBound'] : []),
        ...(hasWrk && !missing.includes('plain') ? ['ratioPlain', 'ratioPlainFitted'] : []),
        ...(hasCompiler ? ['p50Ms', 'p99Ms'] : []),
      ];
      for (const name of figures) expect(report[name], name).toBeGreaterThan(0);
      if (hasWrk) {
        const servers = ['workers', 'inline', 'bare', 'listeners', 'instances', 'cached', 'constant'];
        for (const name of servers)
          expect(report.speeds[name]?.requestsPerSecond.median, name).toBeGreaterThan(0);
        expect(Number.isFinite(report.memoryGrowthBytes)).toBe(true);
      }
      if (hasWrk && hasCompiler) expect(report.overload.unanswered).toBe(0);
      // The obvious server is compared at no less recall.
      if (!missing.includes('plain'))
        expect(report.checks.plain.recallAt10).toBeGreaterThanOrEqual(report.recallAt10);
    },
  );

  it('says what is wrong with its options', () => {
    expect(bench('--parts', 'all').stderr).toMatch(/--parts knows throughput/);
    expect(bench('--rounds', '0').stderr).toMatch(/--rounds must be/);
    expect(bench('--help').stdout).toMatch(/Examples:[\s\S]*--quick/);
  });
});

describe('the figures', () => {
  it('are the middle of the rounds, and of their ratios', () => {
    expect(figureOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
    expect(ratioOf([2, 9, 4], [1, 3, 4]).median).toBe(2);
  });

  it('are taken in turn, another one first each round', async () => {
    const said: string[] = [];
    const results = await inTurn(['a', 'b'], 2, async (name, round) => {
      said.push(name);
      return round;
    });
    expect(said).toEqual(['a', 'b', 'b', 'a']);
    expect(results.get('b')).toEqual([0, 1]);
  });
});

describe('the embeddings', () => {
  it('are the same for the same seed, and lie in clusters', () => {
    const [one, same] = [drawMixture(500, 8, 3), drawMixture(500, 8, 3)];
    expect(same).toEqual(one);
    expect(drawMixture(500, 8, 4).out).not.toEqual(one.out);
    const top = (row: number): number => Math.floor((one.cluster[row] as number) / (16 * 12));
    const dot = (a: number, b: number): number => {
      let sum = 0;
      for (let i = 0; i < 8; i++) sum += (one.out[a * 8 + i] as number) * (one.out[b * 8 + i] as number);
      return sum;
    };
    const means = [true, false].map((isSame) => {
      let [sum, count] = [0, 0];
      for (let a = 0; a < 500; a++)
        for (let b = 0; b < a; b++)
          if ((top(a) === top(b)) === isSame) [sum, count] = [sum + dot(a, b), count + 1];
      return sum / count;
    });
    expect(means[0]).toBeGreaterThan((means[1] as number) + 1);
  });
});
