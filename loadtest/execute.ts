// A scenario, from the server to the report.

import { SlowClients, type SlowReport } from './beside/slow-clients.ts';
import { type SwapReport, swapUntil } from './beside/swap.ts';
import { type DriveOptions, type DriveResult, drive } from './drive/drive.ts';
import { driveWrk } from './drive/wrk.ts';
import type { LoadOptions } from './options.ts';
import type { Bench } from './prepare.ts';
import type { Teller } from './progress.ts';
import { expectations } from './report/expect.ts';
import { describeMachine, describeSoftware, type RunReport } from './report/report.ts';
import { askState } from './server.ts';

/** Fresh numbers that each step may use up, so that the next one sends none of them again. */
const freshPerRun = 400_000_000;
const busyDriver = 0.9;
/** A rate that is missed by more was not offered. */
const leastOffered = 0.98;

export interface Running {
  readonly bench: Bench;
  readonly options: LoadOptions;
  readonly signal: AbortSignal;
  readonly teller: Teller;
}

/** Runs the load once; each call sends fresh numbers of its own. */
export function driver({ bench, options, signal, teller }: Running) {
  let runs = 0;
  const { scenario } = bench;
  const driven = options.driver === 'wrk' ? driveWrk : drive;
  return (about: string, some: Partial<DriveOptions> = {}): Promise<DriveResult> => {
    const { seconds = scenario.seconds, warmupSeconds = scenario.warmupSeconds } = some;
    return driven({
      url: bench.url,
      texts: bench.texts,
      firstFresh: runs++ * freshPerRun,
      connections: scenario.connections,
      threads: Math.min(options.threads, some.connections ?? scenario.connections),
      rate: scenario.rate,
      graceSeconds: options.timeoutSeconds,
      watchVersions: scenario.swap !== undefined && options.driver === 'autocannon',
      signal,
      onProgress: teller.follow(about, seconds + warmupSeconds),
      ...some,
      seconds,
      warmupSeconds,
    });
  };
}

type Drive = ReturnType<typeof driver>;

interface Measured {
  readonly result: DriveResult;
  readonly baseline?: DriveResult & { readonly about: string };
  readonly swap?: SwapReport;
  readonly slow?: SlowReport;
}

/** Measures what the scenario says. */
export async function execute(running: Running): Promise<RunReport> {
  const { bench, options, signal } = running;
  const { scenario, url } = bench;
  const startedAt = new Date().toISOString();
  const before = await askState(url);
  const measured = await measure(driver(running), running);
  const { result, baseline, swap, slow } = measured;
  const found = { scenario, result, baseline, swap, slow };
  return {
    kind: 'run',
    startedAt,
    url,
    scenario,
    seed: options.seed,
    served: bench.served,
    serverFlags: bench.serverFlags,
    load: result.rate === undefined ? 'closed loop' : 'constant rate',
    ...result,
    check: bench.check,
    server: { before, after: await askState(url) },
    ...(baseline !== undefined && { baseline }),
    ...(swap !== undefined && { swap }),
    ...(slow !== undefined && { slow }),
    expectations: expectations(found),
    warnings: warningsOf(result),
    interrupted: signal.aborted,
    machine: describeMachine(),
    software: describeSoftware(result.driver),
  };
}

function measure(run: Drive, running: Running): Promise<Measured> {
  const { overload, swap, slow } = running.bench.scenario;
  if (overload !== undefined) return measureOverload(run, running, overload);
  if (swap !== undefined) return measureSwaps(run, running, swap);
  if (slow !== undefined) return measureBesideSlow(run, running, slow);
  return run('Load').then((result) => ({ result }));
}

type Part<K extends 'overload' | 'swap' | 'slow'> = NonNullable<Bench['scenario'][K]>;

/** Connections enough to find what the server can do without filling its queue. */
const capacityConnections = 64;

async function measureOverload(
  run: Drive,
  { teller }: Running,
  overload: Part<'overload'>,
): Promise<Measured> {
  const capacity = await run('Capacity', {
    rate: undefined,
    connections: capacityConnections,
    seconds: overload.capacitySeconds,
    warmupSeconds: Math.min(1, overload.capacitySeconds),
  });
  const rate = Math.max(1, Math.round(overload.times * capacity.goodPerSecond));
  teller.say(`The server answers ${capacity.goodPerSecond} requests a second; now it is asked ${rate}.`);
  const result = await run('Overload', { rate });
  return { result, baseline: { about: 'capacity, in a closed loop', ...capacity } };
}

async function measureSwaps(run: Drive, { bench, signal }: Running, swap: Part<'swap'>): Promise<Measured> {
  const { swapper, url } = bench;
  if (swapper === undefined) throw new Error('This scenario needs a swapper.');
  const enough = new AbortController();
  const swapping = swapUntil(AbortSignal.any([signal, enough.signal]), { url, swap, swapper });
  try {
    const result = await run('Load with swaps');
    enough.abort();
    return { result, swap: await swapping };
  } finally {
    enough.abort();
    await swapping.catch(() => {});
  }
}

async function measureBesideSlow(
  run: Drive,
  { bench, teller }: Running,
  slow: Part<'slow'>,
): Promise<Measured> {
  const alone = await run('Alone');
  const clients = new SlowClients({ url: bench.url, slow, path: bench.plainPath });
  try {
    await clients.start();
    teller.say('Slow clients are connected.');
    const result = await run('Beside slow clients', { warmupSeconds: Math.min(1, alone.warmupSeconds) });
    return { result, slow: clients.stop(), baseline: { about: 'the traffic alone', ...alone } };
  } finally {
    clients.stop();
  }
}

/** What a reader of the figures should know before he believes them. */
export function warningsOf({
  driver: name,
  driverBusy = 0,
  rate,
  seconds,
  requests,
  unanswered,
  errors,
}: DriveResult): string[] {
  const warnings: string[] = [];
  if (driverBusy > busyDriver)
    warnings.push(
      `The load generator was busy ${(100 * driverBusy).toFixed(0)} % of the time: the figures are its own as much as the server's. Take --threads 2 or more, --driver wrk, or another machine.`,
    );
  if (rate !== undefined && requests + unanswered + errors < leastOffered * rate * seconds)
    warnings.push(`Fewer requests than ${rate} a second were sent.`);
  if (name === 'wrk')
    warnings.push(
      'wrk tells no statuses below 400 and no curve; its latencies are of answers of every status, and it adds to them what it thinks that slow ones kept others waiting.',
    );
  return warnings;
}
