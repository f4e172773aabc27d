// The result as lines of text.

import type { Built } from './builds.ts';
import type { FilteredRow } from './filtered.ts';
import { nameOf } from './plot.ts';
import { type Curve, targets } from './sweep.ts';

/** Three digits, thousands as K. */
export function figure(value: number | undefined): string {
  if (value === undefined) return '-';
  return value >= 9999.5
    ? `${(value / 1000).toFixed(1)} K`
    : value >= 999.5
      ? value.toFixed(0)
      : value.toPrecision(3);
}

/** Queries a second of each curve at each recall; ≥ marks one whose smallest width gives more recall than that. */
export function curveLines(curves: readonly Curve[]): string[] {
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(24) : cell.padStart(10))).join('');
  return [
    line(['queries a second', ...targets.map((target) => `at ${target.toFixed(2)}`)]),
    ...curves.map((curve) =>
      line([
        nameOf(curve),
        ...targets.map((target) => {
          const reached = curve.at[target];
          return `${reached?.exact === false ? '≥ ' : ''}${figure(reached?.qps)}`;
        }),
      ]),
    ),
  ];
}

export function filteredLine(row: FilteredRow): string {
  const { selectivity, kind, ours, oursOneByOne, hnswlib, ratio, recall, recallHnswlib } = row;
  return `${`${selectivity * 100} %`.padStart(6)} ${kind.padEnd(7)} ours ${figure(ours)} (one by one ${figure(oursOneByOne)}, recall ${recall?.toFixed(3) ?? '-'}), hnswlib ${figure(hnswlib)} (recall ${recallHnswlib?.toFixed(3) ?? '-'}): ${figure(ratio)} times`;
}

export function buildLine({ index, threads, seconds, cpuSeconds, peakBytes, fileBytes }: Built): string {
  const mega = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  return `built ${index}, ${threads} thread${threads === 1 ? '' : 's'}: ${seconds.toFixed(0)} s (${cpuSeconds.toFixed(0)} s of CPU), at most ${mega(peakBytes)}, on disk ${mega(fileBytes)}`;
}
