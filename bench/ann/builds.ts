// Indexes on disk, each with a note of what it took to build; both are kept, so that a later run only loads.

import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { IndexPlan } from './libraries.ts';
import { runProgram } from './programs.ts';

export interface Built {
  readonly index: string;
  readonly threads: number;
  readonly seconds: number;
  /** Of all threads: what it costs, whoever else used the machine meanwhile. */
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  /** Of the process before it began, the vectors among them. */
  readonly dataBytes: number;
  readonly fileBytes: number;
}

const noteOf = (plan: IndexPlan): string => `${plan.file}.json`;

/** Builds it unless the cache has it. `say` is told before a build begins. */
export function ensureBuilt(plan: IndexPlan, say: (line: string) => void): Built {
  if (!existsSync(noteOf(plan))) {
    say(`building ${basename(plan.file)} ...`);
    const took = runProgram(plan.build.command, plan.build.args);
    const fileBytes = placeParts(plan.file);
    const note = { index: plan.name, threads: plan.threads, ...took, fileBytes };
    writeFileSync(`${noteOf(plan)}.part`, JSON.stringify(note));
    renameSync(`${noteOf(plan)}.part`, noteOf(plan));
  }
  return JSON.parse(readFileSync(noteOf(plan), 'utf8')) as Built;
}

/** Renames `file`.part and `file`.part.X to `file` and `file`.X; their bytes in all. */
function placeParts(file: string): number {
  const begin = `${basename(file)}.part`;
  let bytes = 0;
  for (const name of readdirSync(dirname(file)).filter((one) => one.startsWith(begin))) {
    const path = join(dirname(file), name);
    bytes += statSync(path).size;
    renameSync(path, `${file}${name.slice(begin.length)}`);
  }
  return bytes;
}
