// The lines of a report, for the terminal and for the page alike.

import type { DriveResult } from '../drive/drive.ts';
import {
  count,
  failuresText,
  loadText,
  machineText,
  ms,
  percentileNames,
  servedText,
  statusText,
  times,
  versionText,
} from './format.ts';
import type { Report, RunReport } from './report.ts';

export type Row = readonly [name: string, value: string];

export const latencyText = (latency: DriveResult['latencyMs']): string =>
  percentileNames.map(([key, name]) => `${name} ${ms(latency[key])}`).join('   ');

/** What was measured where. */
export function settingRows(report: Report): Row[] {
  const { scenario, seed, served, check, machine, software, serverFlags, startedAt } = report;
  const own = serverFlags.length === 0 ? [] : [['server', serverFlags.join(' ')] as const];
  return [
    ['scenario', `${scenario.name}: ${scenario.about}`],
    ['artifact', servedText(served)],
    ...own,
    ['requests', `Zipf ${scenario.skew}, seed ${seed}${scenario.fresh ? ', each different' : ''}`],
    ['machine', `${machineText(machine)}; shared with the load generator where the server is local`],
    ['versions', versionText(software)],
    ['begun', startedAt],
    [
      'checked',
      check.compared === 0 ? 'nothing' : `${check.compared} answers against \`sepet query\`: all equal`,
    ],
  ];
}

/** What one run found. */
export function resultRows(result: DriveResult): Row[] {
  const {
    seconds,
    warmupSeconds,
    requests,
    requestsPerSecond,
    goodPerSecond,
    sentLatencyMs,
    refusedMs,
    bytes,
  } = result;
  const rows: Row[] = [
    ['load', loadText(result)],
    ['measured', `${seconds} s after ${warmupSeconds} s of warm-up`],
    ['answers', `${count(requests)}, ${count(requestsPerSecond)} a second (${count(goodPerSecond)} of 2xx)`],
    ['latency', latencyText(result.latencyMs)],
  ];
  if (sentLatencyMs !== undefined) rows.push(['from send', latencyText(sentLatencyMs)]);
  if (refusedMs !== undefined) rows.push(['not 2xx', latencyText(refusedMs)]);
  rows.push(
    ['statuses', statusText(result)],
    ['failures', failuresText(result)],
    ['bytes', `${(bytes / 2 ** 20).toFixed(1)} MiB, ${count(bytes / Math.max(1, requests))} a response`],
  );
  return rows;
}

/** What was beside the load. */
export function besideRows({ baseline, swap, slow, server, goodPerSecond, latencyMs }: RunReport): Row[] {
  const rows: Row[] = [];
  if (baseline !== undefined)
    rows.push(
      [
        'before',
        `${baseline.about}: ${count(baseline.goodPerSecond)} a second; ${latencyText(baseline.latencyMs)}`,
      ],
      [
        'against it',
        `${times(goodPerSecond / Math.max(1, baseline.goodPerSecond))} the answers, ${times(latencyMs.p99 / Math.max(0.001, baseline.latencyMs.p99))} the p99`,
      ],
    );
  if (swap !== undefined)
    rows.push([
      'swaps',
      `${swap.swaps} by ${swap.by}, ${swap.meanMs} ms on average, ${swap.maxMs} ms at most; ${swap.failures.length} failed; ${swap.served.length} versions`,
    ]);
  if (slow !== undefined)
    rows.push([
      'slow',
      `${slow.headers} dribbled headers, ${slow.bodies} bodies, ${slow.readers} did not read, ${slow.idle} idle, ${count(slow.aborts)} hung up; ${slow.closedByServer} closed by the server, ${slow.refused} refused`,
    ]);
  const { before, after } = server;
  if (before.residentMiB !== undefined && after.residentMiB !== undefined)
    rows.push([
      'server',
      `${before.residentMiB} MiB before, ${after.residentMiB} MiB after; ${before.openFiles ?? '?'} and ${after.openFiles ?? '?'} open files`,
    ]);
  return rows;
}
