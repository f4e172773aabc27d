// What a run is: one training, evaluation or search with its parameters and figures, whoever keeps it.

import { hostname } from 'node:os';

export const runStatuses = ['RUNNING', 'FINISHED', 'FAILED', 'KILLED'] as const;
export type RunStatus = (typeof runStatuses)[number];

export interface Metric {
  readonly key: string;
  readonly value: number;
  /** Epoch, or another count that rises; 0 for a figure of the whole run. */
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
}

export interface Artifact {
  /** The file, as it lies on this machine. */
  readonly file: string;
  /** What it is called among the artifacts of the run: `metrics.json`, `model/model.sepet`. */
  readonly name: string;
}

/** A version of a registered model that the run makes. */
export interface Registration {
  readonly model: string;
  readonly aliases: readonly string[];
  /** The folder among the run's artifacts that holds the model. */
  readonly folder: string;
}

/** What a tracking server has of a run. */
export interface Sent {
  readonly uri: string;
  readonly runId: string;
  readonly artifactUri: string;
  /** How much of params, metrics, tags and artifacts, in their order. */
  readonly params: number;
  readonly metrics: number;
  readonly tags: number;
  readonly artifacts: number;
  readonly registrations: number;
  readonly status: RunStatus;
}

export interface Run {
  readonly id: string;
  /** `train`, `train fm`, `evaluate`, `tune model`, `trial`. */
  readonly kind: string;
  readonly name: string;
  /** Id of the run that this one is part of. */
  readonly parent?: string;
  /** Who does it, so that others see whether it is still at work. */
  readonly process: { readonly host: string; readonly pid: number };
  readonly startedMs: number;
  endedMs?: number;
  status: RunStatus;
  /** Why it failed. */
  error?: string;
  readonly params: Record<string, string>;
  readonly metrics: Metric[];
  readonly tags: Record<string, string>;
  readonly artifacts: Artifact[];
  readonly registrations: Registration[];
  sent?: Sent;
}

/** KILLED for a run whose process, on this machine, ended without a word; else as it says. */
export function statusOf({ status, process: { host, pid } }: Pick<Run, 'status' | 'process'>): RunStatus {
  if (status !== 'RUNNING' || host !== hostname()) return status;
  try {
    process.kill(pid, 0);
    return 'RUNNING';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH' ? 'KILLED' : 'RUNNING';
  }
}

/** The last value of each figure, by step and then by time of writing. */
export function lastMetrics(run: Pick<Run, 'metrics'>): Map<string, number> {
  const last = new Map<string, Metric>();
  for (const metric of run.metrics) {
    const known = last.get(metric.key);
    if (known === undefined || metric.step >= known.step) last.set(metric.key, metric);
  }
  return new Map([...last].map(([key, { value }]) => [key, value]));
}

/** Whether a server has everything of a run. */
export function isSent(run: Run, uri: string): boolean {
  const { sent } = run;
  return (
    sent !== undefined &&
    sent.uri === uri &&
    sent.status === run.status &&
    sent.metrics === run.metrics.length &&
    sent.params === Object.keys(run.params).length &&
    sent.tags === Object.keys(run.tags).length &&
    sent.artifacts === run.artifacts.length &&
    sent.registrations === run.registrations.length
  );
}
