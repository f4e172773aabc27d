// `compare`: two reports side by side.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { LoadError } from '../mistake.ts';
import { type Compared, type Comparison, compareReports } from '../report/comparison.ts';
import { count, ms, times } from '../report/format.ts';
import { comparePage } from '../report/html-compare.ts';
import type { Report } from '../report/report.ts';

export interface CompareOptions {
  readonly tolerance: number;
  readonly json: boolean;
  readonly html?: string;
  readonly failIfWorse: boolean;
}

function readReport(file: string): Report {
  if (!existsSync(file)) throw new LoadError(`There is no report ${file}.`);
  let report: Partial<Report> | undefined;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as Partial<Report>;
  } catch {
    report = undefined;
  }
  if (report?.kind === 'run' || report?.kind === 'search') return report as Report;
  throw new LoadError(`${file} is no report of \`npm run --silent loadtest -- run --json\`.`);
}

/** Prints the comparison. Returns false where the second report is worse and that is to fail. */
export function compare(before: string, after: string, options: CompareOptions): boolean {
  const reports = [readReport(before), readReport(after)] as const;
  const comparison = compareReports(...reports, options.tolerance);
  process.stdout.write(`${options.json ? JSON.stringify(comparison) : printComparison(comparison)}\n`);
  if (options.html !== undefined) writeFileSync(options.html, comparePage(comparison, ...reports));
  return !(options.failIfWorse && (comparison.verdict === 'worse' || comparison.verdict === 'mixed'));
}

export const valueText = (value: number, unit: Compared['unit']): string =>
  unit === 'ms' ? ms(value) : count(value);

/** The comparison as lines to read. */
export function printComparison({ rows, summary, differences, scenario }: Comparison): string {
  const table = rows.map(({ what, unit, before, after, ratio, verdict }) =>
    [
      (unit === 'a second' ? `${what} a second` : what).padEnd(26),
      valueText(before, unit).padStart(12),
      valueText(after, unit).padStart(12),
      (ratio === undefined ? '' : times(ratio)).padStart(9),
      `  ${verdict}`,
    ].join(''),
  );
  return [
    `${scenario.padEnd(26)}${'before'.padStart(12)}${'after'.padStart(12)}${'ratio'.padStart(9)}`,
    ...table,
    '',
    ...differences.map((difference) => `differs: ${difference}`),
    summary,
  ].join('\n');
}
