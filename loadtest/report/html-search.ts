// The page of a search.

import { escaped } from './chart.ts';
import { percentileChart, searchChart } from './charts.ts';
import { count, ms } from './format.ts';
import { charts, figures, notes, page, pairs, section, table } from './page.ts';
import type { SearchReport } from './report.ts';
import { settingRows } from './rows.ts';

/** The page of a search, whole. */
export function searchPage(report: SearchReport): string {
  const { scenario, highestRate, p99Ms, steps, warnings, interrupted } = report;
  const best = steps.find(({ rate, holds }) => holds && rate === highestRate);
  const sorted = steps.toSorted((a, b) => a.rate - b.rate);
  const rows = sorted.map(({ rate, holds, why, result: { latencyMs } }) =>
    [count(rate), ms(latencyMs.p50), ms(latencyMs.p90), ms(latencyMs.p99), ms(latencyMs.max)]
      .map((text) => `<td class="n">${text}</td>`)
      .concat(`<td class="${holds ? 'good' : 'bad'}">${escaped(holds ? 'holds' : (why ?? ''))}</td>`)
      .join(''),
  );
  const head = ['rate', 'p50', 'p90', 'p99', 'max'].map((name) => `<th class="n">${name}</th>`);
  return page(
    `Search: ${scenario.name}`,
    `The highest rate that holds p99 under ${p99Ms} ms without failures.`,
    [
      figures([
        [highestRate === 0 ? 'none' : count(highestRate), 'requests a second hold'],
        [best === undefined ? 'none' : ms(best.result.latencyMs.p50), 'p50 there'],
        [best === undefined ? 'none' : ms(best.result.latencyMs.p99), 'p99 there'],
        [count(steps.length), 'rates tried'],
      ]),
      notes([...warnings, ...(interrupted ? ['Ended by Ctrl-C: what was searched until then.'] : [])]),
      charts([
        searchChart(steps, p99Ms),
        percentileChart(best === undefined ? [] : [{ name: count(best.rate), result: best.result }], p99Ms),
      ]),
      section('Rates', table([`${head.join('')}<th></th>`, ...rows])),
      section('Setting', pairs(settingRows(report))),
    ],
  );
}
