// wrk as the driver: a closed loop in C, for servers that are faster than a load generator in Node.js.
// It tells no statuses, no curve and, for one that a server never answers, nothing; but it saturates.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoadError } from '../mistake.ts';
import type { DriveOptions, DriveResult } from './drive.ts';
import { Latency } from './latency.ts';
import { requestFile, resultMark, wrkScript } from './wrk-script.ts';

interface Told {
  readonly micros: number;
  readonly requests: number;
  readonly bytes: number;
  readonly connect: number;
  readonly read: number;
  readonly write: number;
  /** Answers of 400 and above. */
  readonly status: number;
  readonly timeout: number;
  readonly latency: readonly (readonly [micros: number, count: number])[];
}

/** Runs wrk, first for the warm-up. Throws a LoadError where it is not installed or a rate is asked for. */
export async function driveWrk(options: DriveOptions): Promise<DriveResult> {
  if (options.rate !== undefined)
    throw new LoadError('wrk knows no constant rate: leave out --rate, or take --driver autocannon.');
  if (options.connections < options.threads)
    throw new LoadError(`wrk needs a connection for each of its ${options.threads} threads.`);
  const folder = mkdtempSync(join(tmpdir(), 'sepet-wrk-'));
  try {
    const file = join(folder, 'requests');
    writeFileSync(file, requestFile(options.texts));
    const told = await warmAndRun(options, folder, file);
    return resultOf(told, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function warmAndRun(options: DriveOptions, folder: string, file: string): Promise<Told> {
  const { warmupSeconds, seconds, signal, threads, firstFresh } = options;
  let fresh = firstFresh;
  const once = (duration: number): Promise<Told> => {
    const script = join(folder, 'load.lua');
    writeFileSync(script, wrkScript({ file, threads, firstFresh: fresh }));
    // The warm-up's numbers are not sent again.
    fresh += threads * 50_000_000;
    return runWrk(options, script, Math.max(1, Math.round(duration)));
  };
  if (warmupSeconds > 0 && !signal?.aborted) await once(warmupSeconds);
  return once(signal?.aborted ? 1 : seconds);
}

async function runWrk(options: DriveOptions, script: string, seconds: number): Promise<Told> {
  const { url, connections, threads, graceSeconds, signal } = options;
  const args = ['-t', String(threads), '-c', String(connections), '-d', `${seconds}s`];
  args.push('--timeout', `${Math.max(1, Math.round(graceSeconds))}s`, '-s', script, url);
  // A group of its own: a Ctrl-C of the terminal reaches only us, and we pass it on.
  const child = spawn('wrk', args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let [output, complaints] = ['', ''];
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (complaints += chunk));
  const stop = (): void => void child.kill('SIGINT');
  const orphan = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', stop, { once: true });
  process.once('exit', orphan);
  try {
    await once(child, 'close');
  } catch (cause) {
    throw new LoadError('wrk is not installed: `apt-get install wrk`, or take --driver autocannon.', {
      cause,
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    process.removeListener('exit', orphan);
  }
  const at = output.lastIndexOf(resultMark);
  if (at === -1) throw new LoadError(`wrk gave no result: ${complaints || output}`);
  return JSON.parse(output.slice(at + resultMark.length)) as Told;
}

function resultOf(told: Told, options: DriveOptions): DriveResult {
  const latency = new Latency();
  for (const [micros, count] of told.latency) latency.recordMs(micros / 1000, count);
  const seconds = told.micros / 1e6;
  const good = told.requests - told.status;
  const perSecond = (count: number): number => Math.round((10 * count) / seconds) / 10;
  return {
    driver: 'wrk',
    threads: options.threads,
    connections: options.connections,
    warmupSeconds: options.warmupSeconds,
    seconds: Math.round(seconds * 1000) / 1000,
    requests: told.requests,
    requestsPerSecond: perSecond(told.requests),
    goodPerSecond: perSecond(good),
    latencyMs: latency.summary(),
    statuses: { 'below 400': good, ...(told.status > 0 && { '400 and above': told.status }) },
    non2xx: told.status,
    errors: told.connect + told.read + told.write + told.timeout,
    unanswered: 0,
    bytes: told.bytes,
    histogram: latency.buckets(),
    percentiles: latency.percentiles(),
    curve: [],
  };
}
