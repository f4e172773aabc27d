// Reports as text, as pages and held against each other, made of a result like those of a run.

import { describe, expect, it } from 'vitest';
import { printComparison } from '../../loadtest/commands/compare.ts';
import type { DriveResult } from '../../loadtest/drive/drive.ts';
import { Latency } from '../../loadtest/drive/latency.ts';
import { compareReports } from '../../loadtest/report/comparison.ts';
import { expectations } from '../../loadtest/report/expect.ts';
import { comparePage } from '../../loadtest/report/html-compare.ts';
import { runPage } from '../../loadtest/report/html-run.ts';
import { searchPage } from '../../loadtest/report/html-search.ts';
import { printRun, printSearch } from '../../loadtest/report/print.ts';
import { describeMachine, type RunReport, type SearchReport } from '../../loadtest/report/report.ts';
import { readScenario } from '../../loadtest/scenario/read.ts';

function resultOf(slowness: number, some: Partial<DriveResult> = {}): DriveResult {
  const latency = new Latency();
  for (let i = 1; i <= 10_000; i++) latency.recordMs(slowness * (0.2 + (i / 4000) ** 3));
  return {
    driver: 'autocannon',
    threads: 1,
    connections: 32,
    warmupSeconds: 1,
    seconds: 2,
    requests: 10_000,
    requestsPerSecond: 5000 / slowness,
    goodPerSecond: 5000 / slowness,
    latencyMs: latency.summary(),
    statuses: { 200: 10_000 },
    non2xx: 0,
    errors: 0,
    unanswered: 0,
    bytes: 5_000_000,
    histogram: latency.buckets(),
    percentiles: latency.percentiles(),
    curve: [1, 2].map((atSeconds) => ({
      atSeconds,
      requestsPerSecond: 5000 / slowness,
      failuresPerSecond: 0,
      p50Ms: slowness,
      p99Ms: 3 * slowness,
    })),
    ...some,
  };
}

const common = {
  startedAt: '2026-01-02T03:04:05.678Z',
  url: 'http://127.0.0.1:1',
  scenario: { ...readScenario('widget'), about: 'Tags such as <script> & "quotes".' },
  seed: 7,
  served: { artifact: 'sha256:0123456789abcdef', policy: 'default@1', products: 9000 },
  serverFlags: ['--workers', '1'],
  check: { compared: 40, differences: [] },
  machine: describeMachine(),
  software: { sepet: '0.1.0', autocannon: '9.0.0' },
  interrupted: false,
  warnings: [],
};

function runOf(slowness: number, some: Partial<RunReport> = {}): RunReport {
  const result = resultOf(slowness);
  return {
    ...common,
    kind: 'run',
    load: 'closed loop',
    ...result,
    server: { before: {}, after: {} },
    expectations: expectations({ scenario: common.scenario, result }),
    ...some,
  };
}

const search: SearchReport = {
  ...common,
  kind: 'search',
  p99Ms: 5,
  highestRate: 2000,
  steps: [
    { rate: 2000, holds: true, result: resultOf(0.3) },
    { rate: 3000, holds: false, why: 'p99 is 16.01 ms', result: resultOf(1) },
  ],
};

/** A page must show everything by itself. */
function checkPage(html: string): void {
  expect(html).toMatch(/^<!doctype html>/);
  expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|javascript:/i);
  expect(html.match(/https?:\/\//g)).toBeNull();
  expect(html).not.toMatch(/NaN|Infinity|undefined|\[object/);
  for (const tag of ['svg', 'table', 'figure', 'div', 'tr', 'td'])
    expect(html.match(new RegExp(`<${tag}[ >]`, 'g'))?.length, tag).toBe(
      html.match(new RegExp(`</${tag}>`, 'g'))?.length,
    );
}

describe('a report', () => {
  it('prints what was measured, on what, and what it had to show', () => {
    const text = printRun(runOf(1, { warnings: ['Busy.'], interrupted: true }));
    expect(text).toMatch(/widget: Tags such as/);
    expect(text).toMatch(/p50 2\.15 ms {3}p90/);
    expect(text).toMatch(/Zipf 1, seed 7/);
    expect(text).toMatch(/server +--workers 1/);
    expect(text).toMatch(/met +every request is answered/);
    expect(text).toMatch(/warning +Busy\./);
    expect(text).toMatch(/interrupted/);
    expect(printSearch(search)).toMatch(/3,000 .* p99 is 16\.01 ms/);
    expect(printSearch(search)).toMatch(/2,000 requests a second hold p99 under 5 ms/);
    expect(printSearch({ ...search, highestRate: 0, steps: [] })).toMatch(/No rate held/);
  });

  it('is a page that needs nothing but itself', () => {
    const page = runPage(runOf(1));
    checkPage(page);
    expect(page.match(/<svg/g)).toHaveLength(4);
    expect(page.match(/<rect class="bar/g)?.length).toBe(resultOf(1).histogram.length);
    expect(page).toContain('&#60;script&#62;');
    checkPage(searchPage(search));
    checkPage(searchPage({ ...search, highestRate: 0, steps: [] }));
    const empty = { histogram: [], percentiles: [], curve: [], statuses: {} };
    checkPage(runPage(runOf(1, empty)));
  });

  it('says what was not met', () => {
    const scenario = readScenario('overload');
    const [baseline, calm] = [resultOf(1), resultOf(1)];
    const refusedMs = resultOf(0.1).latencyMs;
    const met = (result: DriveResult): boolean[] =>
      expectations({ scenario, result, baseline }).map((one) => one.met);
    const shed = { ...calm, statuses: { 200: 10_000, 503: 20_000 }, non2xx: 20_000, refusedMs };
    expect(met(shed)).toEqual([true, true, true, true]);
    expect(met({ ...shed, statuses: { 200: 1, 500: 1 } })).toEqual([true, false, true, true]);
    expect(met({ ...shed, goodPerSecond: 3000 })).toEqual([true, true, false, true]);
    expect(met({ ...shed, refusedMs: resultOf(10).latencyMs })).toEqual([true, true, true, false]);
    expect(met({ ...shed, unanswered: 1 })).toEqual([false, true, true, true]);
    const swap = {
      by: 'label',
      swaps: 3,
      meanMs: 1,
      maxMs: 2,
      failures: [],
      served: ['a p', 'b q'],
    } as const;
    const mixed = { ...calm, versions: { 'a p': 5, 'a q': 1 } };
    const found = expectations({ scenario: readScenario('swap'), result: mixed, swap });
    expect(found.filter((one) => !one.met).map((one) => one.found)).toEqual(['a q']);
  });
});

describe('a comparison', () => {
  it('tells ratios and a verdict, and in what else the two differ', () => {
    const [before, after] = [runOf(2), runOf(1, { seed: 8 })];
    const better = compareReports(before, after, 0.05);
    expect(better.verdict).toBe('better');
    expect(better.rows[0]).toMatchObject({ before: 2500, after: 5000, ratio: 2, verdict: 'better' });
    expect(better.rows.find(({ what }) => what === 'p99')?.ratio).toBeCloseTo(0.5, 2);
    expect(better.differences).toEqual(['seed: 7 / 8']);
    expect(compareReports(after, before, 0.05).verdict).toBe('worse');
    expect(compareReports(before, before, 0.05).verdict).toBe('alike');
    expect(compareReports(before, runOf(2.05), 0.05).verdict).toBe('alike');
    expect(compareReports(before, { ...after, errors: 4 }, 0.05).verdict).toBe('mixed');
    const other = { ...before, scenario: { ...before.scenario, connections: 64 } };
    expect(compareReports(before, other, 0.05).differences).toEqual(['scenario: connections 32 / 64']);
    const text = printComparison(better);
    expect(text).toMatch(/answers of 2xx a second +2,500 +5,000 +×2\.00 +better/);
    expect(text).toMatch(/Better: answers of 2xx ×2\.00, p50 ×0\.50/);
    checkPage(comparePage(better, before, after));
  });

  it('is of two of a kind', () => {
    const faster = { ...search, highestRate: 3000 };
    const comparison = compareReports(search, faster, 0.05);
    expect(comparison.summary).toBe('Better: highest rate ×1.50.');
    checkPage(comparePage(comparison, search, faster));
    expect(() => compareReports(search, runOf(1), 0.05)).toThrow(/A search and a run cannot be compared/);
  });
});
