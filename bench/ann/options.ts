// Options of bench:ann. A wrong one is a sentence, not a stack.

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Clock } from './contestant.ts';

export const parts = ['curves', 'filtered', 'builds'] as const;
export type Part = (typeof parts)[number];

export interface AnnOptions {
  readonly json: boolean;
  readonly rows: number;
  readonly dims: number;
  /** Threads of the parallel build; searches and the builds compared with peers take one. */
  readonly threads: number;
  readonly seed: number;
  readonly rounds: number;
  readonly M: number;
  readonly efConstruction: number;
  readonly k: number;
  /** Sets and indexes are kept here from run to run. */
  readonly cache: string;
  /** Where the curves are written. */
  readonly out: string;
  /** Libraries to run, all where empty. */
  readonly only: readonly string[];
  readonly parts: readonly Part[];
  readonly clock: Clock;
}

export const usage = `npm run bench:ann -- [options]
  --rows N      vectors (1000000)             --dims D      their length (64)
  --threads T   of the parallel build (2)     --seed S      of the data (1)
  --rounds R    timed rounds (5)              --M, --ef-construction   of every graph (16, 200)
  --cache DIR   sets and indexes (data/ann)   --out DIR     JSON and SVG (data/ann/results)
  --only LIST   libraries, with commas        --parts LIST  of ${parts.join(',')}
  --clock wall|cpu   cpu leaves out the time that others on a busy machine take (wall)
  --json        one JSON object on standard output`;

const numbers = {
  rows: 1_000_000,
  dims: 64,
  threads: 2,
  seed: 1,
  rounds: 5,
  M: 16,
  'ef-construction': 200,
} as const;

const list = (text: string | undefined): string[] =>
  text === undefined ? [] : text.split(',').filter(Boolean);

/** Reads the arguments. Throws an Error with a sentence; undefined where only help was asked for. */
export function readOptions(args: readonly string[]): AnnOptions | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const names = Object.fromEntries(Object.keys(numbers).map((name) => [name, text]));
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: flag,
      help: flag,
      cache: text,
      out: text,
      only: text,
      parts: text,
      clock: text,
      ...names,
    },
  });
  if (values.help === true) return undefined;
  const number = (name: keyof typeof numbers): number => {
    const value = Number((values as Record<string, unknown>)[name] ?? numbers[name]);
    if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1 on.`);
    return value;
  };
  const wanted = list(values.parts) as Part[];
  const unknown = wanted.find((part) => !parts.includes(part));
  if (unknown !== undefined) throw new Error(`--parts knows ${parts.join(', ')}, not ${unknown}.`);
  const { clock = 'wall' } = values;
  if (clock !== 'wall' && clock !== 'cpu') throw new Error(`--clock is wall or cpu, not ${clock}.`);
  const cache = resolve(values.cache ?? 'data/ann');
  return {
    json: values.json === true,
    rows: number('rows'),
    dims: number('dims'),
    threads: number('threads'),
    seed: number('seed'),
    rounds: number('rounds'),
    M: number('M'),
    efConstruction: number('ef-construction'),
    k: 10,
    cache,
    out: resolve(values.out ?? `${cache}/results`),
    only: list(values.only),
    parts: wanted.length > 0 ? wanted : parts,
    clock,
  };
}
