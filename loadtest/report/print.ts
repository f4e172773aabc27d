// Reports for the terminal.

import { count, ms } from './format.ts';
import type { RunReport, SearchReport } from './report.ts';
import { besideRows, type Row, resultRows, settingRows } from './rows.ts';

const lines = (rows: readonly Row[]): string[] => rows.map(([name, value]) => `${name.padEnd(11)}${value}`);

export function printRun(report: RunReport): string {
  const { expectations, warnings, interrupted } = report;
  return [
    ...lines(settingRows(report)),
    '',
    ...lines([...resultRows(report), ...besideRows(report)]),
    '',
    ...expectations.map(({ what, met, found }) => `${met ? 'met      ' : 'NOT MET  '}  ${what} (${found})`),
    ...warnings.map((warning) => `warning    ${warning}`),
    ...(interrupted ? ['interrupted: what was measured until then'] : []),
  ].join('\n');
}

export function printSearch(report: SearchReport): string {
  const { steps, p99Ms, highestRate, warnings, interrupted } = report;
  const table = steps
    .toSorted((a, b) => a.rate - b.rate)
    .map(({ rate, holds, why, result: { latencyMs } }) =>
      [
        count(rate).padStart(10),
        ms(latencyMs.p50).padStart(11),
        ms(latencyMs.p99).padStart(11),
        ms(latencyMs.max).padStart(11),
        `  ${holds ? 'holds' : why}`,
      ].join(''),
    );
  const verdict =
    highestRate === 0
      ? `No rate held p99 under ${p99Ms} ms without failures.`
      : `${count(highestRate)} requests a second hold p99 under ${p99Ms} ms without failures.`;
  return [
    ...lines(settingRows(report)),
    '',
    `${'rate'.padStart(10)}${'p50'.padStart(11)}${'p99'.padStart(11)}${'max'.padStart(11)}`,
    ...table,
    '',
    verdict,
    ...warnings.map((warning) => `warning    ${warning}`),
    ...(interrupted ? ['interrupted: what was searched until then'] : []),
  ].join('\n');
}
