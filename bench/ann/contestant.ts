// A library in a process of its own that waits for its turn (bench/ann/native/contest.h draws the lines it reads).

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readU32 } from './files.ts';

export interface ContestantCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** 'wall' is what a user waits; 'cpu' leaves out the time that others on a busy machine take. */
export type Clock = 'wall' | 'cpu';

export interface Answer {
  /** By the clock the run measures with. */
  readonly seconds: number;
  readonly queries: number;
  /** k rows a query. */
  readonly rows: Uint32Array;
}

/** What a process says of itself once its index is loaded. */
export interface Facts {
  readonly hugePageBytes: number;
  readonly residentBytes: number;
  readonly bytes?: Readonly<Record<string, number>>;
  readonly [name: string]: unknown;
}

interface State {
  readonly child: ChildProcess;
  readonly lines: AsyncIterator<string>;
  /** Of its answers. */
  readonly folder: string;
  readonly clock: Clock;
  /** Its last words on the error stream. */
  readonly errors: () => string;
}

export class Contestant {
  readonly facts: Facts;
  readonly #state: State;

  private constructor(state: State, facts: Facts) {
    this.#state = state;
    this.facts = facts;
  }

  /** Starts the process and waits until its index is loaded. Throws an Error with the process's own words. */
  static async start({ command, args, env }: ContestantCommand, clock: Clock): Promise<Contestant> {
    const folder = mkdtempSync(join(tmpdir(), 'sepet-ann-'));
    const child = spawn(command, [...args, '--answers', join(folder, 'answers.u32')], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let errors = '';
    child.stderr.on('data', (data) => {
      errors = `${errors}${data}`.slice(-2000);
    });
    child.stdin.on('error', () => undefined);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const state = { child, lines, folder, clock, errors: () => errors.trim() };
    try {
      return new Contestant(state, (await nextObject(state)) as unknown as Facts);
    } catch (error) {
      child.kill();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  search(from: number, count: number, ef: number, batch: number): Promise<Answer> {
    return this.#ask(`search ${from} ${count} ${ef} ${batch}`);
  }

  filter(folder: string, count: number, ef: number, batch: number): Promise<Answer> {
    return this.#ask(`filter ${folder} ${count} ${ef} ${batch}`);
  }

  stop(): void {
    this.#state.child.stdin?.end();
    this.#state.child.kill();
    rmSync(this.#state.folder, { recursive: true, force: true });
  }

  async #ask(line: string): Promise<Answer> {
    const { child, folder, clock } = this.#state;
    child.stdin?.write(`${line}\n`);
    const answer = await nextObject(this.#state);
    const rows = readU32(join(folder, 'answers.u32'));
    const seconds = Number(clock === 'wall' ? answer.seconds : answer.cpuSeconds);
    return { seconds, queries: Number(answer.queries), rows };
  }
}

async function nextObject({ lines, errors }: State): Promise<Record<string, unknown>> {
  const { value, done } = await lines.next();
  if (done === true) throw new Error(errors() || 'the process ended without a word');
  return JSON.parse(value) as Record<string, unknown>;
}
