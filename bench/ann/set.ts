// The set a run is measured on: made once, kept in the cache.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readU32 } from './files.ts';
import type { AnnOptions } from './options.ts';
import { type Programs, runProgram } from './programs.ts';

export interface AnnSet {
  /** Holds base.f32, query.f32 and truth.u32 (docs in native/generate.cc), and the indexes built over them. */
  readonly folder: string;
  readonly queries: number;
  readonly k: number;
  readonly truth: Uint32Array;
}

/** Filters over a set: eight bitsets, 32 queries under each (native/filters.cc). */
export interface FilterSet {
  readonly folder: string;
  readonly kind: string;
  readonly selectivity: number;
  readonly truth: Uint32Array;
}

export const filtersASet = 8;
export const queriesAFilter = 32;

function toolOf(programs: Programs, name: string): string {
  const tool = programs.find(name);
  if (tool === undefined) throw new Error(`${name} was not built.`);
  return tool;
}

/** Reads the set, making it first where the cache lacks it. */
export function prepareSet(programs: Programs, options: AnnOptions): AnnSet {
  const { rows, dims, seed, k, threads } = options;
  const folder = join(options.cache, `${rows}x${dims}-seed${seed}`);
  if (!existsSync(join(folder, 'truth.u32')))
    runProgram(toolOf(programs, 'sepet_ann_generate'), flags({ out: folder, rows, dims, seed, k, threads }));
  const truth = readU32(join(folder, 'truth.u32'));
  return { folder, queries: truth.length / k, k, truth };
}

/** The filters of a set, made where the cache lacks them. */
export function prepareFilters(programs: Programs, set: AnnSet, options: AnnOptions): FilterSet[] {
  const { dims, seed, k, threads } = options;
  const out = join(set.folder, 'filters');
  const sets = [0.5, 0.1, 0.01, 0.001].flatMap((selectivity) =>
    ['random', 'near', 'far'].map((kind) => ({
      kind,
      selectivity,
      folder: join(out, `${kind}-${selectivity}`),
    })),
  );
  if (sets.some(({ folder }) => !existsSync(join(folder, 'truth.u32'))))
    runProgram(
      toolOf(programs, 'sepet_ann_filters'),
      flags({ data: set.folder, dims, out, k, seed, threads, filters: filtersASet, queries: queriesAFilter }),
    );
  return sets.map((one) => ({ ...one, truth: readU32(join(one.folder, 'truth.u32')) }));
}

/** `--name value` for each. */
export function flags(values: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
}
