// What a scenario must show. Where one of these is not met, the load test has failed.

import type { SlowReport } from '../beside/slow-clients.ts';
import type { SwapReport } from '../beside/swap.ts';
import type { DriveResult } from '../drive/drive.ts';
import type { Scenario } from '../scenario/schema.ts';

export interface Expectation {
  readonly what: string;
  readonly met: boolean;
  readonly found: string;
}

export interface Found {
  readonly scenario: Scenario;
  readonly result: DriveResult;
  readonly baseline?: DriveResult | undefined;
  readonly swap?: SwapReport | undefined;
  readonly slow?: SlowReport | undefined;
}

const ms = (value: number): string => `${value.toFixed(2)} ms`;
/** Below this a p99 is noise of the machine: a multiple of it says nothing. */
const noiseMs = 5;

/** Holds what was found against what the scenario is for. */
export function expectations({ scenario, result, baseline, swap, slow }: Found): Expectation[] {
  const { errors, unanswered, non2xx, statuses } = result;
  const { overload, slow: slowly } = scenario;
  const found = [
    expect(
      'every request is answered',
      errors + unanswered === 0,
      `${errors} broken, ${unanswered} unanswered`,
    ),
  ];
  const told = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
  if (overload === undefined) found.push(expect('every answer is 2xx', non2xx === 0, told.join(', ')));
  else if (baseline !== undefined) found.push(...underOverload(overload, result, baseline));
  if (swap !== undefined) found.push(...underSwaps(swap, result));
  if (slow !== undefined && slowly !== undefined && baseline !== undefined) {
    const [alone, beside] = [baseline.latencyMs.p99, result.latencyMs.p99];
    const most = Math.max(slowly.p99Times * alone, alone + noiseMs);
    found.push(
      expect(
        `p99 beside slow clients stays under ${ms(most)}`,
        beside <= most,
        `${ms(beside)}, ${ms(alone)} alone`,
      ),
    );
  }
  return found;
}

const expect = (what: string, met: boolean, found: string): Expectation => ({ what, met, found });

function underOverload(
  { goodput, refusedMs, times }: NonNullable<Scenario['overload']>,
  result: DriveResult,
  capacity: DriveResult,
): Expectation[] {
  const strange = Object.keys(result.statuses).filter((status) => !/^2|^503$/.test(status));
  const share = result.goodPerSecond / Math.max(1, capacity.goodPerSecond);
  const found = [
    expect('every answer is 2xx or 503', strange.length === 0, Object.keys(result.statuses).join(', ')),
    expect(
      `goodput at ${times} times the capacity is at least ${100 * goodput} % of it`,
      share >= goodput,
      `${(100 * share).toFixed(0)} %`,
    ),
  ];
  const { refusedMs: refused } = result;
  if (refused !== undefined)
    found.push(
      expect(
        `what is turned away is so within ${refusedMs} ms (p99)`,
        refused.p99 <= refusedMs,
        ms(refused.p99),
      ),
    );
  return found;
}

function underSwaps(swap: SwapReport, { versions = {} }: DriveResult): Expectation[] {
  const served = new Set(swap.served);
  const mixed = Object.keys(versions).filter((name) => !served.has(name));
  return [
    expect('versions are swapped', swap.swaps > 0, `${swap.swaps} swaps`),
    expect('every swap succeeds', swap.failures.length === 0, swap.failures[0] ?? `${swap.swaps} did`),
    expect(
      'every answer names an artifact and the policy that was served with it',
      mixed.length === 0,
      mixed[0] ?? `${Object.keys(versions).length} versions seen`,
    ),
  ];
}
