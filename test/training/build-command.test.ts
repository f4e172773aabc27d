// `sepet build` and what it says: before it builds, of what it built, and that it keeps to what it said.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openArtifact } from '../../src/recommend/artifact.ts';
import { verifyArtifact } from '../../src/recommend/verify.ts';
import { boundsOf } from '../../src/training/build/index-sections.ts';
import type { BuildPlan } from '../../src/training/build/plan.ts';
import { temporaryFolder } from '../recommend/shop.ts';
import { demoFolder, sepet, sepetCommand } from '../shops.ts';

const folder = temporaryFolder();
const dir = folder.path('shop');
afterAll(folder.remove);
beforeAll(() => {
  cpSync(demoFolder(), dir, { recursive: true });
});

const planOf = (...flags: string[]): BuildPlan =>
  JSON.parse(sepet('build', dir, '--dry-run', '--json', ...flags)) as BuildPlan;

interface Inspected {
  readonly graph: Record<'graphBytes' | 'codesBytes' | 'int8Bytes' | 'codeBits' | 'bytesAProduct', number>;
  readonly partBytes: Record<string, number>;
  readonly manifest: {
    parameters: { build: { codeBits?: number } };
    recall: { at: { recall: number }[] };
    counts: { cold?: number };
    similar?: { listLength: number };
  };
}
const inspected = (file: string): Inspected => JSON.parse(sepet('inspect', file, '--json')) as Inspected;

describe('sepet build --dry-run', () => {
  it('says what the index will take, and writes nothing', () => {
    const out = folder.path('none.sepet');
    const plan = planOf('--out', out);
    expect(existsSync(out)).toBe(false);
    const { graph, manifest } = inspected(join(dir, 'artifact.sepet'));
    expect(plan.disk).toMatchObject({ codes: graph.codesBytes, int8: graph.int8Bytes });
    expect(plan.disk.graph).toBeGreaterThanOrEqual(graph.graphBytes);
    expect(plan.disk.graph).toBeLessThan(1.2 * graph.graphBytes);
    expect(plan.parameters.codeBits).toBe(manifest.parameters.build.codeBits);
    expect(plan.memory).toBeGreaterThan(plan.disk.total);
    expect(sepet('build', dir, '--dry-run')).toMatch(
      /disk +at most .* bytes a product[\s\S]*memory +at most/,
    );
  });
});

describe('sepet build --code-bits', () => {
  it.each([
    ['0', 0, 0],
    ['1', 1, 1],
    ['auto', 2, 1],
  ])('%s gives an artifact that says so and is right', (bits, codeBits, int8) => {
    const out = folder.path(`bits-${bits}.sepet`);
    const parts = codeBits === 0 ? ['--no-cold', '--similar-length', '0'] : ['--similar-length', '9'];
    sepet('build', dir, '--out', out, '--code-bits', bits, '--ef-construction', '60', ...parts);
    const { graph, manifest, partBytes } = inspected(out);
    expect(graph.codeBits).toBe(codeBits);
    expect(manifest.parameters.build.codeBits).toBe(codeBits);
    expect([graph.codesBytes > 0, graph.int8Bytes > 0]).toEqual([codeBits > 0, int8 > 0]);
    expect(manifest.recall.at.at(-1)?.recall).toBeGreaterThan(0.95);
    const plan = planOf('--code-bits', bits, ...parts);
    expect(plan.disk.codes).toBe(graph.codesBytes);
    expect(plan.disk.similar).toBe(partBytes['similar products'] ?? 0);
    expect(manifest.similar).toEqual(codeBits === 0 ? undefined : { listLength: 9 });
    expect([plan.cold, plan.factors]).toEqual([manifest.counts.cold ?? 0, 0]);
    verifyArtifact(openArtifact(out, { verify: true }));
    expect(sepet('inspect', out)).toMatch(
      new RegExp(
        `memory .* bytes a product .*${codeBits === 0 ? 'no codes, no int8 copy' : `codes .*${codeBits} bits`}`,
      ),
    );
    expect(statSync(out).size).toBeGreaterThan(plan.disk.total - plan.disk.graph);
  });

  it('takes no other number', () => {
    const { status, stderr } = spawnSync(process.execPath, [sepetCommand, 'build', dir, '--code-bits', '3'], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/0, 1, 2, auto.*\[option_invalid\]/)]);
  });
});

/** Builds an index in a process of its own; prints how many bytes it had at most beside those before it began. */
const measured = `
  import { readFileSync } from 'node:fs';
  const { buildIndex } = await import(process.argv[1]);
  const { rows, ...call } = JSON.parse(process.argv[2]);
  const bytes = (name) => 1024 * Number(new RegExp(name + ':\\\\s+(\\\\d+) kB').exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  const vectors = Float32Array.from({ length: rows * call.dims }, (_, i) => Math.sin(i * (1 + (i % 1009))));
  const before = bytes('VmRSS');
  const sections = buildIndex({ ...call, vectors });
  console.log(bytes('VmHWM') - before, Object.values(sections).reduce((sum, { length }) => sum + length, 0));
`;

describe.skipIf(process.platform !== 'linux')('memory (skipped where there is no /proc)', () => {
  const module = fileURLToPath(new URL('../../dist/src/training/build/index-sections.js', import.meta.url));

  it.each([
    ['auto', 2],
    [0, 1],
  ] as const)(
    'of a build with code bits %s and %i threads stays under the bound that is known before',
    (codeBits, threads) => {
      const call = { rows: 30_000, dims: 33, M: 16, efConstruction: 20, codeBits, threads, seed: 1 };
      const { memoryBytes } = boundsOf(call);
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ['--input-type=module', '-e', measured, module, JSON.stringify(call)],
        { encoding: 'utf8' },
      );
      const [peak = Number.NaN, made = Number.NaN] = stdout.split(' ').map(Number);
      expect(peak, stderr).toBeGreaterThan(made);
      expect(peak).toBeLessThan(memoryBytes);
      // A bound that nothing comes near tells nobody anything.
      expect(memoryBytes).toBeLessThan(3 * peak);
    },
  );
});
