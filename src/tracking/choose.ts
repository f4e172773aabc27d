// Finding and comparing runs.

import { SepetError } from '../base/errors.ts';
import { suggestion } from '../base/nearest.ts';
import { lastMetrics, type Run } from './runs.ts';

/** The one run whose id begins so. Throws `run_unknown`. */
export function findRun(runs: readonly Run[], prefix: string): Run {
  const found = runs.filter(({ id }) => id.startsWith(prefix));
  if (found.length === 1) return found[0] as Run;
  const ids = runs.map(({ id }) => id.slice(0, 8));
  const why =
    found.length > 1
      ? `${found.length} runs begin with "${prefix}": give more of the id.`
      : `No run begins with "${prefix}".${suggestion(prefix, ids)} sepet runs DIR list shows them.`;
  throw new SepetError('run_unknown', why);
}

export interface Row<T> {
  readonly name: string;
  /** One value a run; undefined where it has none. */
  readonly values: readonly (T | undefined)[];
}

export interface Comparison {
  readonly runs: readonly Run[];
  /** Parameters in which they differ, and how many they share. */
  readonly params: readonly Row<string>[];
  readonly paramsEqual: number;
  /** The last value of each figure that more than one has. */
  readonly metrics: readonly Row<number>[];
}

/** Runs side by side. */
export function compareRuns(runs: readonly Run[]): Comparison {
  const names = [...new Set(runs.flatMap(({ params }) => Object.keys(params)))];
  const all = names.map((name): Row<string> => ({ name, values: runs.map(({ params }) => params[name]) }));
  const params = all.filter(({ values }) => new Set(values).size > 1);
  const figures = runs.map(lastMetrics);
  const keys = [...new Set(figures.flatMap((own) => [...own.keys()]))];
  const metrics = keys
    .map((name): Row<number> => ({ name, values: figures.map((own) => own.get(name)) }))
    .filter(({ values }) => values.filter((value) => value !== undefined).length > 1);
  return { runs, params, paramsEqual: all.length - params.length, metrics };
}
