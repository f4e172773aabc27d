// The page of a run.

import { escaped } from './chart.ts';
import { histogramChart, latencyChart, type Named, percentileChart, rateChart } from './charts.ts';
import type { Expectation } from './expect.ts';
import { count, ms } from './format.ts';
import { charts, figures, notes, page, pairs, section, table } from './page.ts';
import type { RunReport } from './report.ts';
import { besideRows, resultRows, settingRows } from './rows.ts';

const interruptedNote = 'Ended by Ctrl-C: what was measured until then.';

export function expectationTable(expectations: readonly Expectation[]): string {
  return table(
    expectations.map(
      ({ what, met, found }) =>
        `<td class="${met ? 'good' : 'bad'}">${met ? 'met' : 'not met'}</td><td>${escaped(what)}</td><td>${escaped(found)}</td>`,
    ),
  );
}

/** The page of a run, whole. */
export function runPage(report: RunReport): string {
  const { scenario, latencyMs, requestsPerSecond, goodPerSecond, baseline, expectations } = report;
  const failures = report.errors + report.unanswered + report.non2xx;
  const named: Named[] = [
    { name: scenario.name, result: report },
    ...(baseline === undefined ? [] : [{ name: baseline.about, result: baseline }]),
  ];
  return page(`Load test: ${scenario.name}`, scenario.about, [
    figures([
      [count(requestsPerSecond), 'answers a second'],
      [count(goodPerSecond), 'of 2xx a second'],
      [ms(latencyMs.p50), 'p50'],
      [ms(latencyMs.p99), 'p99'],
      [ms(latencyMs.max), 'max'],
      [count(failures), 'failed or not 2xx'],
    ]),
    notes([...report.warnings, ...(report.interrupted ? [interruptedNote] : [])]),
    charts([
      histogramChart(named),
      percentileChart(named),
      rateChart(named.slice(0, 1)),
      latencyChart(named.slice(0, 1)),
    ]),
    section('What it must show', expectationTable(expectations)),
    section('Result', pairs([...resultRows(report), ...besideRows(report)])),
    section('Statuses', statusTable(report.statuses)),
    section('Setting', pairs(settingRows(report))),
  ]);
}

function statusTable(statuses: RunReport['statuses']): string {
  const total = Object.values(statuses).reduce((sum, n) => sum + n, 0);
  return table(
    Object.entries(statuses).map(
      ([status, n]) =>
        `<th>${escaped(status)}</th><td class="n">${count(n)}</td><td class="n">${((100 * n) / Math.max(1, total)).toFixed(2)} %</td>`,
    ),
  );
}
