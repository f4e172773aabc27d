// The report: a page for people, one JSON object for programs.

import { cpus } from 'node:os';
import type { CheckReport } from './check.ts';
import type { DriveResult } from './drive.ts';
import type { LoadOptions } from './options.ts';
import type { Served } from './server.ts';

export interface Report extends DriveResult {
  readonly url: string;
  readonly served: Served;
  readonly load: {
    readonly kind: 'closed loop' | 'fixed rate';
    readonly connections: number;
    readonly rate?: number;
    readonly warmupSeconds: number;
    readonly seed: number;
    readonly skew: number;
    readonly products: number;
  };
  readonly check: CheckReport;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
}

interface Parts {
  readonly url: string;
  readonly served: Served;
  readonly result: DriveResult;
  readonly check: CheckReport;
  readonly options: LoadOptions;
}

export function makeReport({ url, served, result, check, options }: Parts): Report {
  const { connections, rate, warmupSeconds, seed, skew } = options;
  const cores = cpus();
  const { artifact, policy, products } = served;
  return {
    url,
    served: { artifact, policy, products },
    load: {
      kind: rate === undefined ? 'closed loop' : 'fixed rate',
      connections,
      ...(rate !== undefined && { rate }),
      warmupSeconds,
      seed,
      skew,
      products,
    },
    ...result,
    check,
    machine: { cpu: cores[0]?.model ?? 'unknown', cores: cores.length, node: process.version },
  };
}

const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} ms`;

/** The report as lines to read. */
export function printReport({ served, load, machine, latencyMs, check, ...result }: Report): string {
  const rate = load.rate === undefined ? 'each waiting for its answer' : `${load.rate} requests a second`;
  const rows: [name: string, value: string][] = [
    [
      'artifact',
      `${served.artifact.slice(0, 19)}…, ${served.products.toLocaleString('en')} products, policy ${served.policy}`,
    ],
    ['load', `${load.connections} connections, ${rate}; Zipf ${load.skew}, seed ${load.seed}`],
    [
      'machine',
      `${machine.cores} cores (${machine.cpu}), shared with the load generator; Node.js ${machine.node}`,
    ],
    ['measured', `${result.seconds} s after ${load.warmupSeconds} s of warm-up`],
    [
      'requests',
      `${result.requests.toLocaleString('en')}, ${result.requestsPerSecond.toLocaleString('en')} a second`,
    ],
    [
      'latency',
      `p50 ${ms(latencyMs.p50)}   p90 ${ms(latencyMs.p90)}   p99 ${ms(latencyMs.p99)}   p99.9 ${ms(latencyMs.p99_9)}   max ${ms(latencyMs.max)}`,
    ],
    [
      'bytes',
      `${(result.bytes / 2 ** 20).toFixed(1)} MiB, ${Math.round(result.bytes / Math.max(1, result.requests))} a response`,
    ],
    ['errors', `${result.errors}, answers other than 2xx: ${result.non2xx}`],
    [
      'checked',
      check.compared === 0 ? 'nothing' : `${check.compared} answers against \`sepet query\`: all equal`,
    ],
  ];
  return rows.map(([name, value]) => `${name.padEnd(10)}${value}`).join('\n');
}
