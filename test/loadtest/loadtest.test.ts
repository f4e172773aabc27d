// `npm run loadtest` as it is run, on a small artifact: the command line, the check of answers, and how it ends.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunReport } from '../../loadtest/report/report.ts';
import { serve } from '../http/serving.ts';
import { smallArtifact, smallShopProducts } from '../shops.ts';
import { loadtest, startLoadtest } from './command.ts';

const short = ['--duration', '0.6', '--warmup', '0.3', '--connections', '8'];

let artifact: string;
let folder: string;

beforeAll(() => {
  artifact = smallArtifact();
  folder = mkdtempSync(join(tmpdir(), 'sepet-loadtest-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('npm run loadtest', () => {
  it('checks the answers, drives the server with a mix, and reports for programs and as a page', async () => {
    const page = join(folder, 'report.html');
    const args = ['--artifact', artifact, '--json', '--html', page, '--check', '10', ...short];
    const { status, stdout, stderr } = await loadtest(...args, '--', '--workers', '1');
    expect(status, stderr).toBe(0);
    const report: RunReport = JSON.parse(stdout);
    expect(report).toMatchObject({
      kind: 'run',
      load: 'closed loop',
      driver: 'autocannon',
      connections: 8,
      seed: 1,
      errors: 0,
      unanswered: 0,
      non2xx: 0,
      serverFlags: ['--workers', '1'],
      served: { products: smallShopProducts },
      interrupted: false,
    });
    expect(report.check.differences).toEqual([]);
    expect(report.check.compared).toBeGreaterThanOrEqual(36);
    expect(report.requestsPerSecond).toBeGreaterThan(50);
    const { p50, p90, p99, p99_9, max } = report.latencyMs;
    expect([p50, p90, p99, p99_9, max]).toEqual([p50, p90, p99, p99_9, max].toSorted((a, b) => a - b));
    expect(p50).toBeGreaterThan(0);
    const counted = report.histogram.reduce((sum, [, count]) => sum + count, 0);
    expect(counted).toBe(report.requests);
    const drawn = report.curve.reduce((sum, slice) => sum + slice.requestsPerSecond * 0.2, 0);
    expect(drawn / report.requests).toBeCloseTo(1, 1);
    expect(report.server.after.residentMiB).toBeGreaterThan(20);
    expect(readFileSync(page, 'utf8')).toMatch(/<h1>Load test: widget/);
  });

  it('keeps to a rate over several threads, on a server that runs already, and reports for people', async () => {
    const server = await serve(artifact);
    const paced = ['--rate', '100', '--threads', '2', ...short];
    const { status, stdout } = await loadtest('run', '--url', `${server.url}/`, ...paced);
    await server.stop();
    expect(status).toBe(0);
    expect(stdout).toMatch(/8 connections, 100 requests a second; autocannon, 2 threads/);
    expect(stdout).toMatch(/answers +60, /);
    expect(stdout).toMatch(/p99\.9 [\d.]+ ms/);
    expect(stdout).toMatch(/checked +nothing/);
  });

  it('fails where an answer differs from `sepet query`', async () => {
    const policy = join(folder, 'policy.yaml');
    writeFileSync(policy, 'name: other\nlimit: 3\n');
    const server = await serve(artifact, '--policy', policy);
    const args = ['--url', server.url, '--artifact', artifact, '--check', '5', ...short];
    const { status, stdout, stderr } = await loadtest(...args);
    await server.stop();
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/answers differ from `sepet query`/);
    expect(stderr).toMatch(/other@1/);
  });

  it('tells of what was measured until Ctrl-C, and leaves no server behind', async () => {
    const args = ['--artifact', artifact, '--check', '0', '--warmup', '0', '--duration', '600', '--json'];
    const { child, ended, complaints } = startLoadtest(args);
    while (child.exitCode === null && !complaints().includes('measuring'))
      await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    child.kill('SIGINT');
    const { status, stdout } = await ended;
    expect(status).toBe(130);
    const report: RunReport = JSON.parse(stdout);
    expect(report.interrupted).toBe(true);
    expect(report.seconds).toBeLessThan(30);
    expect([report.errors, report.unanswered]).toEqual([0, 0]);
    expect(report.requests).toBeGreaterThan(10);
    await expect(fetch(report.url)).rejects.toThrow();
  });

  it('says what to do without an artifact, without a server, and with what is wrong', async () => {
    const told = async (...args: string[]): Promise<string> => {
      const { status, stderr } = await loadtest(...args);
      return `${status} ${stderr}`;
    };
    const [missing, unreachable, skew, scenario, paced] = await Promise.all([
      told('--artifact', 'data/none.sepet'),
      told('--url', 'http://127.0.0.1:9'),
      told('--skew', '9'),
      told('run', 'wigdet'),
      told('search', 'overload', '--artifact', artifact),
    ]);
    expect(missing).toMatch(/^2 .*data\/none\.sepet.*npm start/);
    expect(unreachable).toMatch(/^2 .*cannot be (asked|reached)/);
    expect(skew).toMatch(/^2 .*from 0 to 4/s);
    expect(scenario).toMatch(/^2 .*Did you mean "widget"/);
    expect(paced).toMatch(/^2 .*search with widget/);
    const [help, list] = await Promise.all([loadtest('--help'), loadtest('scenarios', '--json')]);
    expect([help.status, help.stdout]).toEqual([0, expect.stringMatching(/Examples:.*Exit codes:/s)]);
    expect(JSON.parse(list.stdout).scenarios.length).toBeGreaterThanOrEqual(7);
  });
});
