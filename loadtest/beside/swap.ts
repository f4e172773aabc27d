// Exchanges what is served, again and again, while the load runs.

import { setTimeout as sleep } from 'node:timers/promises';
import { LoadError } from '../mistake.ts';
import { askVersion } from '../requests/catalogue.ts';
import type { Swap } from '../scenario/schema.ts';
import type { Swapper } from './swapper.ts';

export interface SwapReport {
  readonly by: Swap['by'];
  readonly swaps: number;
  /** From the request for a swap until the server told of the new version. */
  readonly meanMs: number;
  readonly maxMs: number;
  /** What went wrong with a swap, a sentence each. */
  readonly failures: readonly string[];
  /** `artifact policy` of everything that was served meanwhile. */
  readonly served: readonly string[];
}

const askedEveryMs = 20;
const patienceMs = 20_000;
const mostFailures = 20;

const nameOf = ({ artifact, policy }: { artifact: string; policy: string }): string =>
  `${artifact} ${policy}`;

/** Swaps until the signal. */
export async function swapUntil(
  signal: AbortSignal,
  { url, swap, swapper }: { url: string; swap: Swap; swapper: Swapper },
): Promise<SwapReport> {
  let last = nameOf(await askVersion(url));
  const served = new Set([last]);
  const [times, failures]: [number[], string[]] = [[], []];
  while (!signal.aborted && failures.length < mostFailures) {
    const beganMs = performance.now();
    try {
      await swapper.swap(url);
      last = await changed(url, last);
      served.add(last);
      times.push(performance.now() - beganMs);
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      failures.push(error.message);
    }
    const leftMs = Math.max(0, swap.everySeconds * 1000 - (performance.now() - beganMs));
    await sleep(leftMs, undefined, { signal }).catch(() => {});
  }
  const sum = times.reduce((total, one) => total + one, 0);
  return {
    by: swap.by,
    swaps: times.length,
    meanMs: Math.round(sum / Math.max(1, times.length)),
    maxMs: Math.round(Math.max(0, ...times)),
    failures,
    served: [...served],
  };
}

/** Waits until the server tells of another version than the last. */
async function changed(url: string, last: string): Promise<string> {
  for (const endMs = performance.now() + patienceMs; performance.now() < endMs; ) {
    const now = nameOf(await askVersion(url));
    if (now !== last) return now;
    await sleep(askedEveryMs);
  }
  throw new LoadError(`${patienceMs / 1000} s after a swap ${url} still serves ${last}.`);
}
