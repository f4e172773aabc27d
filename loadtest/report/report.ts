// What a run found, as one object: printed, drawn and compared from here.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, release, totalmem } from 'node:os';
import type { SlowReport } from '../beside/slow-clients.ts';
import type { SwapReport } from '../beside/swap.ts';
import type { CheckReport } from '../check.ts';
import type { DriveResult } from '../drive/drive.ts';
import type { Served } from '../requests/catalogue.ts';
import { fromRoot } from '../root.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { ServerState } from '../server.ts';
import type { Expectation } from './expect.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
}

/** Version by name; `revision` is git's. */
export type Versions = Readonly<Record<string, string>>;

interface Common {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly url: string;
  readonly scenario: Scenario;
  readonly seed: number;
  readonly served: Served;
  readonly serverFlags: readonly string[];
  readonly check: CheckReport;
  readonly machine: Machine;
  readonly software: Versions;
  /** Ended by Ctrl-C: what was measured until then. */
  readonly interrupted: boolean;
  readonly warnings: readonly string[];
}

export interface RunReport extends Common, DriveResult {
  readonly kind: 'run';
  readonly load: 'closed loop' | 'constant rate';
  readonly server: { readonly before: ServerState; readonly after: ServerState };
  /** What the scenario measured first, to hold the run against: the capacity, or the traffic alone. */
  readonly baseline?: DriveResult & { readonly about: string };
  readonly swap?: SwapReport;
  readonly slow?: SlowReport;
  readonly expectations: readonly Expectation[];
}

export interface SearchStep {
  readonly rate: number;
  readonly holds: boolean;
  /** Why it does not hold. */
  readonly why?: string;
  readonly result: DriveResult;
}

export interface SearchReport extends Common {
  readonly kind: 'search';
  readonly p99Ms: number;
  /** The highest rate that held; 0 where none did. */
  readonly highestRate: number;
  readonly steps: readonly SearchStep[];
}

export type Report = RunReport | SearchReport;

/** The machine that this runs on. */
export function describeMachine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
  };
}

const require = createRequire(import.meta.url);

/** The versions of what was used. */
export function describeSoftware(driver: DriveResult['driver']): Versions {
  const { version } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as { version: string };
  const revision = output('git', '-C', fromRoot(), 'describe', '--always', '--dirty', '--abbrev=12');
  const used =
    driver === 'wrk'
      ? (/wrk (?:debian\/)?(\S+)/.exec(output('wrk', '-v'))?.[1] ?? 'unknown')
      : (require('autocannon/package.json') as { version: string }).version;
  return { sepet: version, ...(revision !== '' && { revision }), [driver]: used };
}

/** What a command prints; nothing where it is not there. wrk ends with 1 after its version. */
function output(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    return stdout?.trim() ?? '';
  }
}
