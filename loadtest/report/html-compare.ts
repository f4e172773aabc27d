// The page of a comparison.

import { escaped } from './chart.ts';
import { histogramChart, latencyChart, percentileChart, rateChart, searchChart } from './charts.ts';
import type { Compared, Comparison } from './comparison.ts';
import { count, ms, times } from './format.ts';
import { charts, notes, page, pairs, section, table } from './page.ts';
import type { Report } from './report.ts';
import { resultRows, settingRows } from './rows.ts';

const colours = { better: 'good', worse: 'bad', alike: '' } as const;
const valueText = (value: number, unit: Compared['unit']): string =>
  unit === 'ms' ? ms(value) : count(value);

function pictures(before: Report, after: Report): string[] {
  if (before.kind === 'run' && after.kind === 'run') {
    const named = [
      { name: 'before', result: before },
      { name: 'after', result: after },
    ];
    return [histogramChart, percentileChart, rateChart, latencyChart].map((draw) => draw(named));
  }
  return [before, after].map((report) =>
    report.kind === 'search' ? searchChart(report.steps, report.p99Ms) : '',
  );
}

/** The page of a comparison, whole. */
export function comparePage(comparison: Comparison, before: Report, after: Report): string {
  const { scenario, summary, rows, differences } = comparison;
  const head = ['before', 'after', 'ratio'].map((name) => `<th class="n">${name}</th>`).join('');
  const cells = rows.map(({ what, unit, before: one, after: other, ratio, verdict }) => {
    const texts = [valueText(one, unit), valueText(other, unit), ratio === undefined ? '' : times(ratio)];
    const numbers = texts.map((text) => `<td class="n">${text}</td>`).join('');
    const name = unit === 'a second' ? `${what} a second` : what;
    return `<th>${escaped(name)}</th>${numbers}<td class="${colours[verdict]}">${verdict}</td>`;
  });
  const result = (report: Report) => (report.kind === 'run' ? resultRows(report) : []);
  return page(`Comparison: ${scenario}`, summary, [
    notes(differences.map((difference) => `The two differ in ${difference}`)),
    section('Side by side', table([`<th></th>${head}<th></th>`, ...cells])),
    section('Pictures', charts(pictures(before, after))),
    section('Before', pairs([...result(before), ...settingRows(before)])),
    section('After', pairs([...result(after), ...settingRows(after)])),
  ]);
}
