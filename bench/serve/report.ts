// The report of a run as lines to read.

import { type Checked, type Missing, plainServers } from './field.ts';
import type { Figure } from './figures.ts';
import type { AtRate, MemoryFigures, Overload, Throughput } from './measure.ts';

export interface Result extends Throughput {
  readonly data: object;
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly missing: readonly Missing[];
  readonly recallAt10: number;
  readonly checks: Checked;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly atRate?: Readonly<Record<string, AtRate>>;
  readonly overload?: Overload;
  readonly memoryBytes?: number;
  readonly memoryBound?: number;
  readonly memoryGrowthBytes?: number;
  readonly memory?: MemoryFigures;
}

const count = (value: number): string => Math.round(value).toLocaleString('en');
const spread = ({ median, least, most }: Figure, show: (value: number) => string): string =>
  `${show(median)} (${show(least)} to ${show(most)})`;
const ms = (value: number): string => `${value.toFixed(value < 1 ? 3 : 2)} ms`;
const share = (value: number): string => value.toFixed(value < 10 ? 3 : 1);
const mega = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

const names: Readonly<Record<string, string>> = {
  workers: 'sepet serve, no cache',
  workersZipf: 'the same, Zipf(1.0)',
  inline: 'on the event loop (--workers 0)',
  bare: 'one listener and workers, bare',
  listeners: 'one listener a thread, bare',
  instances: '--instances 2 --workers 0',
  plain: 'node:http and hnswlib-node',
  plainFitted: 'the same, vectors shrunk to suit it',
  cached: 'sepet serve by default, Zipf(1.0)',
  instancesCached: 'the same by --instances 2 --workers 0',
  constant: 'a constant body',
};

function speedLines({ speeds, ratios }: Result): string[] {
  const rows = Object.entries(speeds).map(
    ([name, { requestsPerSecond, p50Ms, p99Ms }]) =>
      `  ${(names[name] ?? name).padEnd(36)}${spread(requestsPerSecond, count).padEnd(30)}p50 ${ms(p50Ms.median)}, p99 ${ms(p99Ms.median)}`,
  );
  const compared = Object.entries(ratios).map(
    ([name, figure]) => `  ${name.padEnd(36)}${spread(figure, share)}`,
  );
  return rows.length === 0
    ? []
    : ['Requests a second, closed loop:', ...rows, 'Ratios of the same rounds:', ...compared];
}

function rateLines({ atRate = {} }: Result): string[] {
  const rows = Object.entries(atRate).map(
    ([name, { p50Ms, p99Ms, lateP99Ms }]) =>
      `  ${name.padEnd(16)}p50 ${spread(p50Ms, ms)}, p99 ${spread(p99Ms, ms)}; the driver late by ${ms(lateP99Ms.median)} at p99`,
  );
  return rows.length === 0 ? [] : ['At the constant rate, from the time a request was due:', ...rows];
}

function overloadLines({ overload }: Result): string[] {
  if (overload === undefined) return [];
  const { capacity, goodput, goodputShare, refusedShare, refusedP50Ms, refusedP99Ms, unanswered } = overload;
  return [
    'Three times more heavy requests than it can:',
    `  capacity ${spread(capacity, count)}, goodput ${spread(goodput, count)}: ${spread(goodputShare, share)} of it`,
    `  refused ${share(refusedShare.median)}, p50 ${spread(refusedP50Ms, ms)}, p99 ${spread(refusedP99Ms, ms)}; unanswered ${unanswered}`,
  ];
}

function memoryLines({ memory }: Result): string[] {
  if (memory === undefined) return [];
  const { memoryBytes, memoryBound, memoryGrowthBytes, after, requests } = memory;
  return [
    `Memory: ${mega(memoryBytes)} resident of at most ${mega(memoryBound)}, ${mega(after.anonymous)} of it without a file; ${mega(memoryGrowthBytes)} more after ${count(requests)} further requests`,
  ];
}

/** The lines of a run. */
export function reportLines(result: Result): string[] {
  const { checks, machine, missing } = result;
  return [
    `${machine}; ${Object.entries(result.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
    ...missing.map(({ id, reason }) => `${id}: missing, ${reason}`),
    `recall@10 ${checks.recallAt10} over ${checks.compared} products, ${checks.full} answers of ten, ${checks.bodyBytes} bytes a body; all ways of serving answer alike`,
    ...plainServers.flatMap((id) => {
      const { [id]: plain } = checks;
      if (plain === undefined) return [];
      const { recallAt10, ef, full, bodyBytes } = plain;
      return `${names[id]}: recall@10 ${recallAt10.toFixed(4)} at ef ${ef}, ${full} answers of ten, ${bodyBytes} bytes a body`;
    }),
    ...speedLines(result),
    ...rateLines(result),
    ...overloadLines(result),
    ...memoryLines(result),
  ];
}
