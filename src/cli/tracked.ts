// The record of what a command did: into runs.jsonl of its folder, and to an MLflow server where MLFLOW_TRACKING_URI names one.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { SepetError } from '../base/errors.ts';
import type { NewTracked, TrackedRun, Tracker } from '../tracking/tracker.ts';

export const runsFile = (dir: string): string => join(dir, 'runs.jsonl');

export function warnOnStderr(code: string, message: string): void {
  process.stderr.write(`sepet: warning: ${message} [${code}]\n`);
}

/** A command's tracker, which begins its run when there is something to begin: wrong options leave no record. */
export interface Tracking {
  /** Undefined under --no-track, and until `begin`. */
  readonly run: TrackedRun | undefined;
  begin(run: NewTracked): void;
  /** A run that is part of the command's; undefined under --no-track. */
  part(run: Omit<NewTracked, 'parent'>): TrackedRun | undefined;
}

/**
 * Does `work` and records how it ended: FINISHED, KILLED where it was stopped, else FAILED. Then the tracking server gets what it
 * lacks. Throws what `work` throws, and nothing of its own.
 */
export async function tracked<T>(
  dir: string,
  { track = true }: { readonly track?: boolean },
  work: (tracking: Tracking) => Promise<T>,
): Promise<T> {
  // A folder that is not there is for `work` to complain about.
  const tracker = track && existsSync(dir) ? await openTracker(dir) : undefined;
  let run: TrackedRun | undefined;
  const tracking: Tracking = {
    get run() {
      return run;
    },
    begin: (what) => {
      run ??= tracker?.begin(what);
    },
    part: (what) => tracker?.begin({ ...what, ...(run && { parent: run }) }),
  };
  try {
    const result = await work(tracking);
    run?.end('FINISHED');
    return result;
  } catch (error) {
    const isStopped = error instanceof SepetError && error.code === 'cancelled';
    run?.end(isStopped ? 'KILLED' : 'FAILED', error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    if (run !== undefined) await tracker?.sync();
  }
}

/** The tracker of a folder's runs, as the environment says. */
export async function openTracker(dir: string): Promise<Tracker> {
  const [{ Tracker }, { settingsFrom }] = await Promise.all([
    import('../tracking/tracker.ts'),
    import('../tracking/settings.ts'),
  ]);
  return new Tracker(runsFile(dir), settingsFrom(process.env), warnOnStderr);
}

/** The option that every tracked command has. */
export const withTracking = (command: Command): Command =>
  command.option(
    '--no-track',
    'Leave no record of this run (else in DIR/runs.jsonl and at MLFLOW_TRACKING_URI)',
  );
