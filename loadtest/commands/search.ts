// `search`: the highest constant rate at which p99 stays under a bound and no request fails.

import { writeFileSync } from 'node:fs';
import type { DriveResult } from '../drive/drive.ts';
import { driver, type Running, warningsOf } from '../execute.ts';
import { LoadError } from '../mistake.ts';
import type { SearchOptions } from '../options.ts';
import { adjusted, prepare } from '../prepare.ts';
import { Teller } from '../progress.ts';
import { searchPage } from '../report/html-search.ts';
import { printSearch } from '../report/print.ts';
import { describeMachine, describeSoftware, type SearchReport, type SearchStep } from '../report/report.ts';
import { readScenario } from '../scenario/read.ts';
import { nextRate, type Tried } from './next-rate.ts';

/** A closed loop tells where to begin. */
const firstLookSeconds = 2;
const mostSteps = 30;
const leastOffered = 0.98;

/** Searches and prints the report. Returns whether any rate held. */
export async function search(name: string, options: SearchOptions, signal: AbortSignal): Promise<boolean> {
  if (options.driver === 'wrk')
    throw new LoadError('A search needs constant rates, which wrk does not know.');
  const teller = new Teller(options.quiet);
  const scenario = adjusted(readScenario(name), options);
  if (scenario.overload !== undefined || scenario.swap !== undefined || scenario.slow !== undefined)
    throw new LoadError(
      `Scenario ${name} is about more than its requests: search with widget, cold, basket or batch.`,
    );
  const bench = await prepare(scenario, options, teller);
  try {
    const running = { bench, options, signal, teller };
    const startedAt = new Date().toISOString();
    const steps = await stepsOf(running, options);
    const report: SearchReport = {
      kind: 'search',
      startedAt,
      url: bench.url,
      scenario,
      seed: options.seed,
      served: bench.served,
      serverFlags: bench.serverFlags,
      check: bench.check,
      machine: describeMachine(),
      software: describeSoftware('autocannon'),
      interrupted: signal.aborted,
      p99Ms: options.p99Ms,
      highestRate: Math.max(0, ...steps.filter(({ holds }) => holds).map(({ rate }) => rate)),
      steps,
      warnings: [...new Set(steps.flatMap(({ holds, result }) => (holds ? warningsOf(result) : [])))],
    };
    teller.close();
    process.stdout.write(`${options.json ? JSON.stringify(report) : printSearch(report)}\n`);
    if (options.html !== undefined) writeFileSync(options.html, searchPage(report));
    return report.highestRate > 0;
  } finally {
    await bench.close();
  }
}

async function stepsOf(running: Running, options: SearchOptions): Promise<SearchStep[]> {
  const { signal, teller } = running;
  const run = driver(running);
  const begin = options.from ?? (await firstRate(run));
  const steps: SearchStep[] = [];
  while (!signal.aborted && steps.length < mostSteps) {
    const tried: Tried[] = steps.map(({ rate, holds }) => ({ rate, holds }));
    const rate = nextRate(tried, {
      begin: Math.min(begin, options.to),
      most: options.to,
      precision: options.precision,
    });
    if (rate === undefined) break;
    const step = await tryRate(run, rate, options, signal);
    if (signal.aborted) break;
    steps.push(step);
    teller.say(`${rate} requests a second ${step.holds ? 'holds' : `does not hold: ${step.why}`}`);
  }
  return steps;
}

type Drive = ReturnType<typeof driver>;

/** Half of what a closed loop of the same connections reaches. */
async function firstRate(run: Drive): Promise<number> {
  const { goodPerSecond } = await run('First look', { rate: undefined, seconds: firstLookSeconds });
  if (goodPerSecond === 0) throw new LoadError('The server answered no request.');
  return Math.max(1, Math.round(goodPerSecond / 2));
}

/** A rate fails only where it does so each time: one hiccup of the machine does not decide. */
async function tryRate(
  run: Drive,
  rate: number,
  options: SearchOptions,
  signal: AbortSignal,
): Promise<SearchStep> {
  let [result, why] = await once(run, rate, options.p99Ms);
  for (let again = 1; again < options.tries && why !== undefined && !signal.aborted; again++)
    [result, why] = await once(run, rate, options.p99Ms);
  return { rate, holds: why === undefined, ...(why !== undefined && { why }), result };
}

async function once(run: Drive, rate: number, p99Ms: number): Promise<[DriveResult, string | undefined]> {
  const result = await run(`${rate} requests a second`, { rate });
  return [result, whyNot(result, rate, p99Ms)];
}

function whyNot(result: DriveResult, rate: number, p99Ms: number): string | undefined {
  const { errors, unanswered, non2xx, latencyMs, requests, seconds } = result;
  const failed = errors + unanswered + non2xx;
  if (failed > 0) return `${failed} requests failed`;
  if (requests < leastOffered * rate * seconds)
    return `only ${Math.round(requests / seconds)} a second were answered`;
  if (latencyMs.p99 > p99Ms) return `p99 is ${latencyMs.p99.toFixed(2)} ms`;
  return undefined;
}
