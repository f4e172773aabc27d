// `npm run loadtest` as it is run, on a small artifact.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../loadtest/report.ts';
import { serve } from '../http/serving.ts';
import { smallArtifact, smallShopProducts } from '../shops.ts';

const main = fileURLToPath(new URL('../../dist/loadtest/main.js', import.meta.url));
const short = ['--duration', '1', '--warmup', '1', '--connections', '8', '--check', '10'];

function loadtest(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
}

let artifact: string;

beforeAll(() => {
  artifact = smallArtifact();
});

describe('npm run loadtest', () => {
  it('checks the answers, drives the server and reports for programs', () => {
    const { status, stdout, stderr } = loadtest('--artifact', artifact, '--json', ...short);
    expect(status, stderr).toBe(0);
    const report: Report = JSON.parse(stdout);
    expect(report).toMatchObject({
      errors: 0,
      non2xx: 0,
      load: { kind: 'closed loop', connections: 8, seed: 1 },
    });
    expect(report.served.products).toBe(smallShopProducts);
    expect(report.check.differences).toEqual([]);
    expect(report.check.compared).toBeGreaterThanOrEqual(36);
    expect(report.requestsPerSecond).toBeGreaterThan(50);
    const { p50, p90, p99, p99_9, max } = report.latencyMs;
    expect([p50, p90, p99, p99_9, max]).toEqual([p50, p90, p99, p99_9, max].toSorted((a, b) => a - b));
    expect(p50).toBeGreaterThan(0);
  });

  it('keeps to a rate, on a server that runs already, and reports for people', async () => {
    const server = await serve(artifact);
    const { status, stdout } = loadtest('--url', `${server.url}/`, '--rate', '100', ...short);
    await server.stop();
    expect(status).toBe(0);
    expect(stdout).toMatch(/8 connections, 100 requests a second/);
    const [, perSecond] = stdout.match(/requests\s+[\d,]+, ([\d,]+) a second/) ?? [];
    expect(Number(perSecond)).toBeGreaterThan(10);
    expect(Number(perSecond)).toBeLessThan(210);
    expect(stdout).toMatch(/p99\.9 [\d.]+ ms/);
    expect(stdout).toMatch(/checked\s+nothing/);
  });

  it('fails where an answer differs from `sepet query`', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sepet-loadtest-'));
    const policy = join(folder, 'policy.yaml');
    writeFileSync(policy, 'name: other\nlimit: 3\n');
    const server = await serve(artifact, '--policy', policy);
    const { status, stdout, stderr } = loadtest('--url', server.url, '--artifact', artifact, ...short);
    await server.stop();
    rmSync(folder, { recursive: true });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/answers differ from `sepet query`/);
    expect(stderr).toMatch(/other@1/);
  });

  it('says what to do without an artifact, without a server, and with a wrong option', () => {
    const missing = loadtest('--artifact', 'data/none.sepet', ...short);
    expect([missing.status, missing.stderr]).toEqual([
      1,
      expect.stringMatching(/data\/none\.sepet.*npm start/),
    ]);
    const unreachable = loadtest('--url', 'http://127.0.0.1:9', ...short);
    expect([unreachable.status, unreachable.stderr]).toEqual([1, expect.stringMatching(/cannot be reached/)]);
    expect(loadtest('--skew', '9').stderr).toMatch(/from 0 to 4/);
    expect(loadtest('--help').stdout).toMatch(/Examples:/);
  });
});
