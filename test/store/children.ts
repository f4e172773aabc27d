// Starts child.ts as it was built, and waits for its end.

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FaultPoint } from '../../src/base/faults.ts';
import type { Task } from './child.ts';

const main = fileURLToPath(new URL('../../dist/test/store/child.js', import.meta.url));

export interface Child {
  readonly process: ChildProcess;
  /** Resolves to the first line that it prints. */
  readonly spoke: Promise<unknown>;
  readonly ended: Promise<{ code: number | null; signal: string | null; said: unknown[]; stderr: string }>;
}

/** Runs a task in a process of its own; `fault` is where it is to die. */
export function startChild(task: Task, fault?: FaultPoint): Child {
  const env = { ...process.env, ...(fault !== undefined && { SEPET_FAULT: fault }) };
  const child = spawn(process.execPath, [main, JSON.stringify(task)], { env, stdio: 'pipe' });
  let [out, stderr] = ['', ''];
  const said = (): unknown[] =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as unknown);
  const spoke = new Promise<unknown>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk;
      if (out.includes('\n')) resolve(said()[0]);
    });
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const ended = new Promise<Awaited<Child['ended']>>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, said: said(), stderr }));
  });
  return { process: child, spoke, ended };
}

/** Runs a task to its end. */
export const runChild = (task: Task, fault?: FaultPoint): Child['ended'] => startChild(task, fault).ended;
