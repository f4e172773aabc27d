// Two reports held against each other.

import type { DriveResult } from '../drive/drive.ts';
import { LoadError } from '../mistake.ts';
import { loadText, percentileNames, servedText } from './format.ts';
import type { Report, RunReport, SearchReport } from './report.ts';

export type Verdict = 'better' | 'worse' | 'alike' | 'mixed';

export interface Compared {
  readonly what: string;
  readonly unit: 'a second' | 'ms' | 'count';
  readonly before: number;
  readonly after: number;
  /** after / before; undefined where before is 0. */
  readonly ratio?: number;
  readonly verdict: Exclude<Verdict, 'mixed'>;
}

export interface Comparison {
  readonly kind: 'comparison';
  readonly scenario: string;
  readonly rows: readonly Compared[];
  readonly verdict: Verdict;
  /** One sentence. */
  readonly summary: string;
  /** Settings in which the two differ: with any of them the ratios may have other causes. */
  readonly differences: readonly string[];
  readonly tolerance: number;
}

/** Compares reports of the same kind. Throws a LoadError where they are not. */
export function compareReports(before: Report, after: Report, tolerance: number): Comparison {
  const rows =
    before.kind === 'run' && after.kind === 'run'
      ? runRows(before, after, tolerance)
      : before.kind === 'search' && after.kind === 'search'
        ? searchRows(before, after, tolerance)
        : undefined;
  if (rows === undefined) throw new LoadError(`A ${before.kind} and a ${after.kind} cannot be compared.`);
  // The largest value of all is chance: it is shown and not judged.
  const judged = rows.filter(({ what }) => what !== 'max');
  const isBetter = judged.some(({ verdict }) => verdict === 'better');
  const isWorse = judged.some(({ verdict }) => verdict === 'worse');
  const verdict = isBetter && isWorse ? 'mixed' : isBetter ? 'better' : isWorse ? 'worse' : 'alike';
  return {
    kind: 'comparison',
    scenario: after.scenario.name,
    rows,
    verdict,
    summary: summaryOf(verdict, judged, tolerance),
    differences: differencesOf(before, after),
    tolerance,
  };
}

function judge(
  [what, unit, before, after]: readonly [string, Compared['unit'], number, number],
  tolerance: number,
): Compared {
  const isMoreBetter = unit === 'a second';
  const isAlike = Math.abs(after - before) <= tolerance * Math.max(before, after);
  const verdict = isAlike ? 'alike' : after > before === isMoreBetter ? 'better' : 'worse';
  const ratio = before > 0 ? { ratio: after / before } : {};
  return { what, unit, before, after, ...ratio, verdict };
}

function runRows(before: RunReport, after: RunReport, tolerance: number): Compared[] {
  const failures = (result: DriveResult): number => result.errors + result.unanswered + result.non2xx;
  const isPaced = before.rate !== undefined && before.rate === after.rate;
  const rates = [['answers of 2xx', 'a second', before.goodPerSecond, after.goodPerSecond]] as const;
  return [
    // At the same constant rate both answer what they are asked.
    ...(isPaced && failures(before) + failures(after) === 0 ? [] : rates),
    ...percentileNames.map(
      ([key, name]) => [name, 'ms', before.latencyMs[key], after.latencyMs[key]] as const,
    ),
    ['failures', 'count', failures(before), failures(after)] as const,
  ].map((row) => judge(row, tolerance));
}

function searchRows(before: SearchReport, after: SearchReport, tolerance: number): Compared[] {
  return [judge(['highest rate', 'a second', before.highestRate, after.highestRate], tolerance)];
}

function summaryOf(verdict: Verdict, rows: readonly Compared[], tolerance: number): string {
  const told = (which: Compared['verdict']): string =>
    rows
      .filter((row) => row.verdict === which)
      .map(({ what, ratio }) => (ratio === undefined ? what : `${what} ×${ratio.toFixed(2)}`))
      .join(', ');
  if (verdict === 'alike') return `Alike: nothing differs by more than ${100 * tolerance} %.`;
  if (verdict === 'mixed') return `Mixed: better in ${told('better')}; worse in ${told('worse')}.`;
  return verdict === 'better' ? `Better: ${told('better')}.` : `Worse: ${told('worse')}.`;
}

function differencesOf(before: Report, after: Report): string[] {
  const facts = (report: Report): Record<string, string> => ({
    scenario: JSON.stringify(report.scenario),
    seed: String(report.seed),
    artifact: servedText(report.served),
    'server flags': report.serverFlags.join(' '),
    machine: JSON.stringify(report.machine),
    ...(report.kind === 'run'
      ? {
          load: loadText(report),
        }
      : { bound: `${report.p99Ms} ms` }),
  });
  const [one, other] = [facts(before), facts(after)];
  return Object.keys(one).flatMap((name) => {
    if (one[name] === other[name]) return [];
    const isLong = name === 'scenario' || name === 'machine';
    return [
      isLong ? `${name}: ${changesIn(one[name], other[name])}` : `${name}: ${one[name]} / ${other[name]}`,
    ];
  });
}

/** Which fields of two JSON objects differ. */
function changesIn(one = '{}', other = '{}'): string {
  const [a, b] = [JSON.parse(one), JSON.parse(other)] as [Record<string, unknown>, Record<string, unknown>];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]))
    .map((key) => `${key} ${JSON.stringify(a[key]) ?? 'none'} / ${JSON.stringify(b[key]) ?? 'none'}`)
    .join(', ');
}
