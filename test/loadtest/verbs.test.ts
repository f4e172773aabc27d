// Every scenario, both drivers, search and compare: short runs against a real server.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Comparison } from '../../loadtest/report/comparison.ts';
import type { RunReport, SearchReport } from '../../loadtest/report/report.ts';
import { type Serving, serve } from '../http/serving.ts';
import { smallArtifact } from '../shops.ts';
import { loadtest, startLoadtest } from './command.ts';

const short = ['--duration', '0.6', '--warmup', '0.2', '--json'];
const hasWrk = spawnSync('wrk', ['-v']).error === undefined;

let artifact: string;
let folder: string;
let server: Serving;

beforeAll(async () => {
  artifact = smallArtifact();
  folder = mkdtempSync(join(tmpdir(), 'sepet-loadtest-'));
  server = await serve(artifact, '--queue', '64');
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

async function run(scenario: string, ...args: string[]): Promise<RunReport> {
  const { stdout, stderr } = await loadtest('run', scenario, '--url', server.url, ...short, ...args);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

function scenarioFile(name: string, yaml: string): string {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, `name: ${name}\n${yaml}`);
  return file;
}

const met = ({ expectations }: RunReport): Record<string, boolean> =>
  Object.fromEntries(expectations.map(({ what, met: isMet }) => [what, isMet]));

describe('scenarios', () => {
  it.each(['cold', 'basket', 'batch'])('%s is answered', async (name) => {
    const report = await run(name, '--connections', '4');
    expect(report.expectations.filter((one) => !one.met)).toEqual([]);
    expect(report.requests).toBeGreaterThan(5);
    expect(Object.keys(report.statuses)).toEqual(['200']);
  });

  it('overload sends more than the capacity, and tells the two kinds of answers apart', async () => {
    const file = scenarioFile(
      'flood',
      'connections: 300\nfresh: true\nmix: [{ call: bought-together, query: { efSearch: 4000, limit: 100 } }]\noverload: { times: 3, capacitySeconds: 0.5, goodput: 0.1, refusedMs: 5000 }\n',
    );
    const report = await run(file);
    expect(met(report)['every request is answered']).toBe(true);
    expect(met(report)['every answer is 2xx or 503']).toBe(true);
    expect(report.rate).toBe(Math.round(3 * (report.baseline?.goodPerSecond ?? 0)));
    // The queue of 64 is full at once.
    expect(report.statuses[503]).toBeGreaterThan(0);
    expect(report.refusedMs?.p50).toBeGreaterThan(0);
    expect(report.non2xx).toBe(report.statuses[503]);
  });

  it('slow clients are there, and the others are answered', async () => {
    const file = scenarioFile(
      'slow',
      'connections: 4\nrate: 50\nmix: [{ call: bought-together }]\nslow: { headers: 5, bodies: 5, readers: 3, idle: 10, abortsPerSecond: 20, p99Times: 100 }\n',
    );
    const report = await run(file);
    expect(report.slow).toMatchObject({ headers: 5, bodies: 5, readers: 3, idle: 10, refused: 0 });
    expect(report.slow?.aborts).toBeGreaterThan(3);
    expect([report.requests, report.baseline?.requests]).toEqual([30, 30]);
    expect(report.expectations.slice(0, 2).map((one) => one.met)).toEqual([true, true]);
  });

  it('swaps by policy reach a server that runs, and no answer mixes versions', async () => {
    const file = scenarioFile(
      'swaps',
      'connections: 4\nmix: [{ call: bought-together }]\nswap: { by: policy, everySeconds: 0.1 }\n',
    );
    const report = await run(file, '--duration', '1.5');
    expect(report.expectations.filter((one) => !one.met)).toEqual([]);
    expect(report.swap?.swaps).toBeGreaterThan(1);
    expect(Object.keys(report.versions ?? {}).toSorted()).toEqual(report.swap?.served.toSorted());
  });

  it('swaps by label move a label of a store of their own', async () => {
    const { stdout, stderr } = await loadtest(
      ...['run', 'swap', '--artifact', artifact, '--check', '3', ...short, '--duration', '4'],
    );
    const report: RunReport = JSON.parse(stdout || `"${stderr}"`);
    expect(report.expectations.filter((one) => !one.met)).toEqual([]);
    expect(report.served.policy).toBe('first@1');
    expect(report.swap?.served).toHaveLength(2);
  });
});

describe('wrk', () => {
  it.skipIf(!hasWrk)('drives the same requests, fresh ones too', async () => {
    const report = await run('cold', '--driver', 'wrk', '--duration', '1', '--connections', '4');
    expect(report).toMatchObject({ driver: 'wrk', load: 'closed loop', errors: 0, non2xx: 0 });
    expect(report.requests).toBeGreaterThan(20);
    expect(report.latencyMs.p50).toBeGreaterThan(0);
    expect(report.expectations.filter((one) => !one.met)).toEqual([]);
    const posted = await run('basket', '--driver', 'wrk', '--duration', '1', '--connections', '4');
    expect([posted.non2xx, posted.errors]).toEqual([0, 0]);
  });

  it('that is not installed, or asked for a rate, is said', async () => {
    const args = ['run', 'cold', '--url', server.url, '--driver', 'wrk', ...short];
    const { status, stderr } = await startLoadtest(args, { PATH: folder }).ended;
    expect([status, stderr]).toEqual([2, expect.stringMatching(/apt-get install wrk/)]);
    const paced = await loadtest(...args, '--rate', '5');
    expect([paced.status, paced.stderr]).toEqual([2, expect.stringMatching(/no constant rate/)]);
  });
});

describe('search and compare', () => {
  it('find a rate that holds, and hold two reports against each other', async () => {
    const bounds = ['--p99-ms', '5000', '--from', '40', '--to', '60', '--html', join(folder, 'search.html')];
    const { status, stdout, stderr } = await loadtest(
      ...['search', 'cold', '--url', server.url, ...short, ...bounds],
    );
    expect(status, stderr).toBe(0);
    const search: SearchReport = JSON.parse(stdout);
    expect(search.highestRate).toBe(60);
    expect(search.steps.map(({ rate, holds }) => [rate, holds])).toEqual([
      [40, true],
      [60, true],
    ]);
    expect(readFileSync(join(folder, 'search.html'), 'utf8')).toMatch(/Latency by rate/);
    const before = join(folder, 'before.json');
    writeFileSync(before, stdout);
    const page = join(folder, 'compare.html');
    const compared = await loadtest('compare', before, before, '--json', '--html', page, '--fail-if-worse');
    expect(compared.status, compared.stderr).toBe(0);
    expect((JSON.parse(compared.stdout) as Comparison).verdict).toBe('alike');
    expect(readFileSync(page, 'utf8')).toMatch(/Side by side/);
    const worse = join(folder, 'worse.json');
    writeFileSync(worse, JSON.stringify({ ...search, highestRate: 30 }));
    const failing = await loadtest('compare', before, worse, '--fail-if-worse');
    expect([failing.status, failing.stdout]).toEqual([1, expect.stringMatching(/×0\.50 +worse/)]);
    const none = await loadtest('compare', before, join(folder, 'none.json'));
    expect([none.status, none.stderr]).toEqual([2, expect.stringMatching(/no report/)]);
  });

  it('a rate that no server holds is not found', async () => {
    const args = ['--p99-ms', '0.01', '--from', '20', '--tries', '1', ...short, '--duration', '0.3'];
    const { status, stdout } = await loadtest('search', 'cold', '--url', server.url, ...args);
    const search: SearchReport = JSON.parse(stdout);
    expect([status, search.highestRate]).toEqual([1, 0]);
    expect(search.steps[0]?.why).toMatch(/p99 is/);
  });
});
