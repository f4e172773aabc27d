// Options of bench:serve. A wrong one is a sentence, not a stack.

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const parts = ['throughput', 'plain', 'cache', 'rate', 'overload', 'memory'] as const;
export type Part = (typeof parts)[number];

const sizes = {
  products: 100_000,
  dims: 64,
  seed: 1,
  rounds: 5,
  seconds: 3,
  connections: 64,
  rate: 8000,
  width: 80,
  M: 16,
  'ef-construction': 200,
  checked: 500,
  requests: 1_000_000,
} as const;
type Size = keyof typeof sizes;

/** Enough to see that everything works; its figures say nothing. */
const quick: Partial<Record<Size, number>> = {
  products: 3000,
  dims: 16,
  rounds: 1,
  seconds: 1,
  connections: 16,
  rate: 500,
  checked: 100,
  requests: 5000,
};

export interface ServeBenchOptions extends Readonly<Record<Exclude<Size, 'ef-construction'>, number>> {
  readonly efConstruction: number;
  readonly json: boolean;
  readonly quick: boolean;
  /** Artifacts, indexes and programs are kept here from run to run. */
  readonly cache: string;
  readonly parts: readonly Part[];
}

export const usage = `npm run bench:serve -- [options]

What the server does under load, against the ways it could have been made and against the obvious server; recall and equal
bodies are checked before anything is timed. Servers answer in turns, the driver is on the same machine.

  --json           one JSON object on standard output, progress on the other
  --quick          a small shop and one short round: everything is run, the figures say nothing
  --parts LIST     of ${parts.join(',')} (all)
  --products N     (${sizes.products})     --dims D         length of the vectors (${sizes.dims})
  --rounds R       of each figure (${sizes.rounds})    --seconds S      of each turn (${sizes.seconds})
  --connections C  of the driver (${sizes.connections})    --rate R         of the constant rate (${sizes.rate})
  --width W        candidates and efSearch of the ten-rule policy (${sizes.width})
  --M, --ef-construction   of both graphs (${sizes.M}, ${sizes['ef-construction']})
  --checked N      products whose answers are compared (${sizes.checked})
  --requests N     before memory is looked at again (${sizes.requests})
  --seed S         of the data and the draws (${sizes.seed})
  --cache DIR      artifacts and indexes are kept here (data/serve)

Examples:
  npm run bench:serve -- --json > serve.json
  npm run bench:serve -- --quick
  npm run bench:serve -- --parts throughput,plain --rounds 7

It wants wrk for saturation (apt-get install wrk), a C++ compiler for the driver of constant rates, and hnswlib-node for the
plain server; what is not there is reported as missing.`;

/** Reads the arguments. Throws an Error with a sentence; undefined where only help was asked for. */
export function readOptions(args: readonly string[]): ServeBenchOptions | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const names = Object.keys(sizes) as Size[];
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ json: flag, quick: flag, help: flag, cache: text, parts: text },
      ...Object.fromEntries(names.map((name) => [name, text])),
    },
  }) as { values: Record<string, string | boolean | undefined> };
  if (values.help === true) return undefined;
  const number = (name: Size): number => {
    const fallback = (values.quick === true ? quick[name] : undefined) ?? sizes[name];
    const value = Number(values[name] ?? fallback);
    if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1 on.`);
    return value;
  };
  const wanted = String(values.parts ?? '')
    .split(',')
    .filter(Boolean);
  const unknown = wanted.find((part) => !parts.some((known) => known === part));
  if (unknown !== undefined) throw new Error(`--parts knows ${parts.join(', ')}, not ${unknown}.`);
  const { 'ef-construction': efConstruction, ...numbers } = Object.fromEntries(
    names.map((name) => [name, number(name)]),
  ) as Record<Size, number>;
  return {
    ...numbers,
    efConstruction,
    json: values.json === true,
    quick: values.quick === true,
    cache: resolve(String(values.cache ?? 'data/serve')),
    parts: wanted.length > 0 ? (wanted as Part[]) : parts,
  };
}
