// Frappe (Baltrunas 2015) as sparse rows: which app was used in which context. Positives only, in two files that somebody
// else split; a context of eight features (user, weekday, weather and the like) and an item of two (app, its price).

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { SparseRows } from '../src/native/index.ts';

/** Absent outside a checkout that has the shared data beside it. */
const folder = '../shared/data/frappe';

export interface FrappeRows {
  readonly contexts: SparseRows;
  readonly item: Uint32Array;
}

export interface Frappe {
  readonly train: FrappeRows;
  readonly test: FrappeRows;
  readonly items: SparseRows;
  readonly features: number;
}

const numbers = (joined: string): number[] => joined.split('-').map(Number);

function read(name: string): { context: number[]; item: string }[] {
  const lines = gunzipSync(readFileSync(join(folder, name)))
    .toString()
    .trim()
    .split(/\r?\n/);
  return lines.map((line) => {
    const [context = '', item = ''] = line.split(',');
    return { context: numbers(context), item };
  });
}

export function rowsOf(rows: readonly (readonly number[])[]): SparseRows {
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, i) => {
    offsets[i + 1] = (offsets[i] as number) + row.length;
  });
  return { offsets, features: Uint32Array.from(rows.flat()) };
}

/** Undefined where the data is not there. */
export function readFrappe(): Frappe | undefined {
  if (!existsSync(folder)) return undefined;
  const train = read('train.csv.gz');
  const test = read('test.csv.gz');
  const all = [...train, ...test];
  const names = [...new Set(all.map(({ item }) => item))];
  const numberOf = new Map(names.map((name, i) => [name, i]));
  const highest = (rows: readonly number[][]): number =>
    rows.reduce((most, row) => row.reduce((a, b) => Math.max(a, b), most), 0);
  // The features of items stand behind those of contexts.
  const first = highest(all.map(({ context }) => context)) + 1;
  const itemFeatures = names.map((name) => numbers(name).map((feature) => first + feature));
  const split = (rows: typeof train): FrappeRows => ({
    contexts: rowsOf(rows.map(({ context }) => context)),
    item: Uint32Array.from(rows, ({ item }) => numberOf.get(item) as number),
  });
  return {
    ...{ train: split(train), test: split(test), items: rowsOf(itemFeatures) },
    features: highest(itemFeatures) + 1,
  };
}
