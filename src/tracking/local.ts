// Runs in one file of JSON lines: each line says something new of one run, and all lines of a run together are the run. A line is
// written by one call and ends with a line feed, so that several processes may append; a line that a crash cut off is skipped.

import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { type Run, runStatuses, statusOf } from './runs.ts';

const text = z.string();
const number = z.number();
const texts = z.record(text, text);
const metric = z.object({ key: text, value: number, step: number, timeMs: number });
const artifact = z.object({ file: text, name: text });
const registration = z.object({ model: text, aliases: z.array(text), folder: text });
const status = z.enum(runStatuses);

const beginSchema = z.object({
  event: z.literal('begin'),
  run: text,
  kind: text,
  name: text,
  parent: text.optional(),
  process: z.object({ host: text, pid: number }),
  timeMs: number,
});
const logSchema = z.object({
  event: z.literal('log'),
  run: text,
  params: texts.optional(),
  tags: texts.optional(),
  metrics: z.array(metric).optional(),
  artifacts: z.array(artifact).optional(),
  registrations: z.array(registration).optional(),
});
const endSchema = z.object({
  event: z.literal('end'),
  run: text,
  status,
  error: text.optional(),
  timeMs: number,
});
const sentSchema = z.object({
  event: z.literal('sent'),
  run: text,
  sent: z.object({
    ...{ uri: text, runId: text, artifactUri: text, status },
    ...{ params: number, metrics: number, tags: number, artifacts: number, registrations: number },
  }),
});
const lineSchema = z.discriminatedUnion('event', [beginSchema, logSchema, endSchema, sentSchema]);
export type Line = z.output<typeof lineSchema>;

/** Appends a line. Throws what the disk throws. */
export function appendLine(path: string, line: Line): void {
  const file = openSync(path, 'a+');
  try {
    // A half line of a process that died must not swallow this one.
    const { size } = fstatSync(file);
    const last = Buffer.alloc(1);
    if (size > 0) readSync(file, last, 0, 1, size - 1);
    const before = size > 0 && last[0] !== 0x0a ? '\n' : '';
    writeSync(file, `${before}${JSON.stringify(line)}\n`);
  } finally {
    closeSync(file);
  }
}

export interface LocalRuns {
  /** In the order of their beginning. */
  readonly runs: Run[];
  /** Lines that could not be read: half-written ones, or of a later version. */
  readonly skipped: number;
}

/** Reads all runs of a file, those of processes that died as KILLED; none where there is no file. */
export function readRuns(path: string): LocalRuns {
  if (!existsSync(path)) return { runs: [], skipped: 0 };
  const runs = new Map<string, Run>();
  let skipped = 0;
  for (const content of readFileSync(path, 'utf8').split('\n')) {
    if (content === '') continue;
    const line = parsed(content);
    if (line === undefined || !apply(runs, line)) skipped++;
  }
  for (const run of runs.values()) run.status = statusOf(run);
  return { runs: [...runs.values()], skipped };
}

function parsed(content: string): Line | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(content)).data;
  } catch {
    return undefined;
  }
}

/** False for a line of a run that never began. */
function apply(runs: Map<string, Run>, line: Line): boolean {
  if (line.event === 'begin') {
    runs.set(line.run, begun(line));
    return true;
  }
  const run = runs.get(line.run);
  if (run === undefined) return false;
  if (line.event === 'log') {
    Object.assign(run.params, line.params);
    Object.assign(run.tags, line.tags);
    run.metrics.push(...(line.metrics ?? []));
    run.artifacts.push(...(line.artifacts ?? []));
    run.registrations.push(...(line.registrations ?? []));
  } else if (line.event === 'end') {
    run.status = line.status;
    run.endedMs = line.timeMs;
    if (line.error !== undefined) run.error = line.error;
  } else {
    run.sent = line.sent;
  }
  return true;
}

export function begun({ run, kind, name, parent, process, timeMs }: z.output<typeof beginSchema>): Run {
  return {
    ...{ id: run, kind, name, process, startedMs: timeMs, status: 'RUNNING' },
    ...(parent !== undefined && { parent }),
    ...{ params: {}, metrics: [], tags: {}, artifacts: [], registrations: [] },
  };
}
