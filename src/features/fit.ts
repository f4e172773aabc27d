// Fits a spec on training rows: dictionaries of the values that are there, scales of the numbers, and what a hash costs.

import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { type FittedColumn, type FittedFeatures, numberOf, partsOf, type Value } from './encode.ts';
import { hashOf } from './hash.ts';
import { fitScale } from './scales.ts';
import { type ColumnSpec, type FeatureSpec, type GroupName, groupNames } from './spec.ts';

/** The values of one column of a group in the training rows, in their order. */
export type ColumnValues = (column: string, group: GroupName) => Iterable<Value>;
type ValuesOf = (column: string) => Iterable<Value>;

/** What was found of a column, for the report of a training. */
export interface ColumnReport {
  readonly group: string;
  readonly column: string;
  readonly kind: ColumnSpec['kind'];
  readonly features: number;
  /** Share of the training rows that have no value. */
  readonly missing: number;
  /** Different values, where they are counted. */
  readonly distinct?: number;
  /** Share of the training rows whose value has no feature of its own. */
  readonly other?: number;
  /** Of a hash: the share of different values that share their feature with another. */
  readonly collided?: number;
}

type Unplaced<Column> = Column extends unknown ? Omit<Column, 'first'> : never;
type Fitted = { readonly fitted: Unplaced<FittedColumn>; readonly report: Omit<ColumnReport, 'group'> };

interface Counts {
  readonly counts: ReadonlyMap<string, number>;
  readonly rows: number;
  readonly missing: number;
}

function count(values: Iterable<Value>, namesOf: (value: Value) => Iterable<string>): Counts {
  const counts = new Map<string, number>();
  let [rows, missing] = [0, 0];
  for (const value of values) {
    rows++;
    let isThere = false;
    if (value !== null && value !== undefined && value !== '')
      for (const name of namesOf(value)) {
        counts.set(name, (counts.get(name) ?? 0) + 1);
        isThere = true;
      }
    if (!isThere) missing++;
  }
  return { counts, rows, missing };
}

const shareOf = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function fitDictionary(spec: ColumnSpec & { kind: 'dictionary' | 'multi' }, values: Iterable<Value>): Fitted {
  const { column, minCount, most } = spec;
  const namesOf =
    spec.kind === 'dictionary'
      ? (value: Value) => [String(value)]
      : (value: Value) => Array.from(partsOf(value, spec), ([name]) => name);
  const { counts, rows, missing } = count(values, namesOf);
  // Most frequent first, equals by their text, so that the same rows give the same features.
  const kept = [...counts]
    .filter(([, n]) => n >= minCount)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, most);
  const entries = kept.map(([name]) => name);
  const size = entries.length + 2;
  const all = [...counts.values()].reduce((sum, n) => sum + n, 0);
  const known = kept.reduce((sum, [, n]) => sum + n, 0);
  const report = {
    ...{ column, kind: spec.kind, features: size, distinct: counts.size },
    ...{ missing: shareOf(missing, rows), other: shareOf(all - known, all) },
  };
  if (spec.kind === 'dictionary') return { fitted: { kind: 'dictionary', column, size, entries }, report };
  const { separator, weightAfter } = spec;
  const fitted = { kind: spec.kind, column, size, entries, separator, ...(weightAfter && { weightAfter }) };
  return { fitted, report };
}

function fitHash({ column, buckets }: ColumnSpec & { kind: 'hash' }, values: Iterable<Value>): Fitted {
  const { counts, rows, missing } = count(values, (value) => [String(value)]);
  const taken = new Map<number, number>();
  for (const value of counts.keys()) {
    const bucket = hashOf(column, value) % buckets;
    taken.set(bucket, (taken.get(bucket) ?? 0) + 1);
  }
  const shared = [...taken.values()].filter((n) => n > 1).reduce((sum, n) => sum + n, 0);
  const size = buckets + 1;
  const report = {
    ...{ column, kind: 'hash' as const, features: size, distinct: counts.size },
    ...{ missing: shareOf(missing, rows), collided: shareOf(shared, counts.size) },
  };
  return { fitted: { kind: 'hash', column, size, buckets }, report };
}

function fitNumber({ column, scale }: ColumnSpec & { kind: 'number' }, values: Iterable<Value>): Fitted {
  const numbers: number[] = [];
  let rows = 0;
  for (const value of values) {
    rows++;
    const number = numberOf(value);
    if (!Number.isNaN(number)) numbers.push(number);
  }
  if (numbers.length === 0)
    throw new SepetError(
      'feature_spec_invalid',
      `The column "${column}" holds no number in the training rows.`,
    );
  const fitted = {
    kind: 'number' as const,
    column,
    size: 2,
    scale: fitScale(Float64Array.from(numbers), scale),
  };
  const missing = shareOf(rows - numbers.length, rows);
  return { fitted, report: { column, kind: 'number', features: 2, missing } };
}

function fitRate({ column, of, z }: ColumnSpec & { kind: 'rate' }, values: ValuesOf): Fitted {
  const trials = values(of)[Symbol.iterator]();
  let [rows, missing] = [0, 0];
  for (const value of values(column)) {
    rows++;
    const trial = numberOf(trials.next().value as Value);
    if (Number.isNaN(numberOf(value)) || !(trial > 0)) missing++;
  }
  return {
    fitted: { kind: 'rate', column, size: 2, of, z },
    report: { column, kind: 'rate', features: 2, missing: shareOf(missing, rows) },
  };
}

function fitOrdinal({ column, order }: ColumnSpec & { kind: 'ordinal' }, values: Iterable<Value>): Fitted {
  const known = new Set(order);
  const { rows, missing, counts } = count(values, (value) => [String(value)]);
  const unknown = [...counts].filter(([level]) => !known.has(level)).reduce((sum, [, n]) => sum + n, 0);
  // One for each step upwards, and one for what is missing or no level.
  const size = order.length;
  return {
    fitted: { kind: 'ordinal', column, size, order },
    report: { column, kind: 'ordinal', features: size, missing: shareOf(missing + unknown, rows) },
  };
}

function fitColumn(spec: ColumnSpec, values: ValuesOf): Fitted {
  const { kind, column } = spec;
  if (kind === 'rate') return fitRate(spec, values);
  if (kind === 'hash') return fitHash(spec, values(column));
  if (kind === 'number') return fitNumber(spec, values(column));
  if (kind === 'ordinal') return fitOrdinal(spec, values(column));
  return fitDictionary(spec, values(column));
}

export interface Fit {
  readonly fitted: FittedFeatures;
  readonly columns: readonly ColumnReport[];
}

/**
 * Fits a spec on the training rows, whose columns `values` gives. Throws `feature_spec_invalid` for a number column without
 * numbers and for more features than a machine takes.
 */
export function fitFeatures(spec: FeatureSpec, values: ColumnValues): Fit {
  let features = 0;
  const columns: ColumnReport[] = [];
  const groups = { user: [] as FittedColumn[], context: [] as FittedColumn[], item: [] as FittedColumn[] };
  for (const group of groupNames)
    for (const one of spec[group]) {
      const { fitted, report } = fitColumn(one, (column) => values(column, group));
      groups[group].push({ ...fitted, first: features } as FittedColumn);
      columns.push({ group, ...report });
      features += fitted.size;
    }
  if (features > limits.fmFeatures.max)
    throw new SepetError(
      'feature_spec_invalid',
      `The columns make ${features} features; ${limits.fmFeatures.max} are possible: hash the longest, or raise minCount.`,
    );
  return { fitted: { version: 1, features, ...groups }, columns };
}
