// What was fitted, applied: values of columns in, features and their weights out. The same code makes training rows and
// answers requests. Each encoder writes through a callback, so that nothing is allocated a row.

import { z } from 'zod';
import { hashOf } from './hash.ts';
import { scaled, wilson } from './scales.ts';
import { type GroupName, groupNames } from './spec.ts';

const text = z.string();
const entries = z.array(text);
const scale = z.object({
  kind: z.enum(['none', 'standard', 'log', 'yeo-johnson']),
  lambda: z.number(),
  mean: z.number(),
  deviation: z.number(),
});
/** Where a column's features begin, and how many it has. */
const place = { column: text, first: z.number(), size: z.number() };

/** A column as it was fitted; plain data. */
export const fittedColumnSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('dictionary'), ...place, entries }),
  z.object({ kind: z.literal('hash'), ...place, buckets: z.number() }),
  z.object({ kind: z.literal('number'), ...place, scale }),
  z.object({ kind: z.literal('rate'), ...place, of: text, z: z.number() }),
  z.object({
    kind: z.literal('multi'),
    ...place,
    entries,
    separator: text,
    weightAfter: text.exactOptional(),
  }),
  z.object({ kind: z.literal('ordinal'), ...place, order: entries }),
]);
export type FittedColumn = z.output<typeof fittedColumnSchema>;

/** A fitted spec: goes with the model, in JSON. */
export const fittedSchema = z.object({
  version: z.literal(1),
  /** Of all groups together. */
  features: z.number(),
  user: z.array(fittedColumnSchema),
  context: z.array(fittedColumnSchema),
  item: z.array(fittedColumnSchema),
});
export type FittedFeatures = z.output<typeof fittedSchema>;

/** A value as tables and requests have it; null, undefined and '' are missing. */
export type Value = string | number | boolean | readonly (string | number)[] | null | undefined;
export type Emit = (feature: number, weight: number) => void;
/** Reads one row's value of a column. */
export type Reader = (column: string) => Value;

const isMissing = (value: Value): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/** A number, or NaN where it is none or not finite. */
export function numberOf(value: Value): number {
  if (typeof value === 'number') return Number.isFinite(value) ? value : Number.NaN;
  if (typeof value !== 'string' || value.trim() === '') return Number.NaN;
  const number = Number(value);
  return Number.isFinite(number) ? number : Number.NaN;
}

/** The parts of a value of many, with their weights as they are given; negative and absurd weights count as missing. */
export function* partsOf(
  value: Value,
  { separator, weightAfter }: { readonly separator: string; readonly weightAfter?: string | undefined },
): Generator<[string, number]> {
  const list = Array.isArray(value) ? value.map(String) : String(value).split(separator);
  for (const part of list) {
    const cut = weightAfter === undefined ? -1 : part.lastIndexOf(weightAfter);
    const name = (cut < 0 ? part : part.slice(0, cut)).trim();
    const weight = cut < 0 ? 1 : numberOf(part.slice(cut + (weightAfter?.length ?? 0)));
    if (name !== '' && weight > 0) yield [name, weight];
  }
}

type Encoder = (read: Reader, emit: Emit) => void;

/** A column's last feature stands for a missing value; a dictionary's last but one for a value that is not in it. */
function encoderOf(fitted: FittedColumn): Encoder {
  const { column, first, size } = fitted;
  const missing = first + size - 1;
  const orMissing =
    (encode: (value: Value, emit: Emit, read: Reader) => boolean): Encoder =>
    (read, emit) => {
      const value = read(column);
      if (isMissing(value) || !encode(value, emit, read)) emit(missing, 1);
    };
  if (fitted.kind === 'hash')
    return orMissing((value, emit) => {
      emit(first + (hashOf(column, String(value)) % fitted.buckets), 1);
      return true;
    });
  if (fitted.kind === 'number' || fitted.kind === 'rate')
    return orMissing((value, emit, read) => {
      const number = numberOf(value);
      const x =
        fitted.kind === 'number'
          ? scaled(number, fitted.scale)
          : wilson(number, numberOf(read(fitted.of)), fitted.z);
      if (Number.isNaN(x)) return false;
      emit(first, x);
      return true;
    });
  if (fitted.kind === 'ordinal') {
    const levels = new Map(fitted.order.map((level, i) => [level, i]));
    return orMissing((value, emit) => {
      const level = levels.get(String(value));
      if (level === undefined) return false;
      // A thermometer: each level has all features below it, so that neighbours share most of theirs.
      for (let i = 0; i < level; i++) emit(first + i, 1);
      return true;
    });
  }
  const codes = new Map(fitted.entries.map((entry, i) => [entry, first + i]));
  const other = missing - 1;
  if (fitted.kind === 'dictionary')
    return orMissing((value, emit) => {
      emit(codes.get(String(value)) ?? other, 1);
      return true;
    });
  return orMissing((value, emit) => {
    const weights = new Map<number, number>();
    let sum = 0;
    for (const [name, weight] of partsOf(value, fitted)) {
      const feature = codes.get(name) ?? other;
      weights.set(feature, (weights.get(feature) ?? 0) + weight);
      sum += weight;
    }
    if (sum === 0) return false;
    for (const [feature, weight] of weights) emit(feature, weight / sum);
    return true;
  });
}

export type GroupEncoder = (read: Reader, emit: Emit) => void;

/** A column's encoder, by itself. */
export interface ColumnEncoder {
  /** What it reads: of a rate, successes and trials. */
  readonly columns: readonly string[];
  /** The feature of a missing value. */
  readonly missing: number;
  readonly encode: GroupEncoder;
}

/** Encoders of a group's columns, in their order, for rows that may not have all of them. */
export const columnEncodersOf = (fitted: FittedFeatures, group: GroupName): readonly ColumnEncoder[] =>
  fitted[group].map((column) => ({
    columns: columnsOf(column),
    missing: column.first + column.size - 1,
    encode: encoderOf(column),
  }));

/** The columns that a column of a spec, or of what was fitted, reads. */
export const columnsOf = (
  one: { readonly column: string } & (
    | { readonly kind: 'rate'; readonly of: string }
    | { readonly kind: string }
  ),
): readonly string[] => ('of' in one ? [one.column, one.of] : [one.column]);

/** Encoders of the groups; each is made once and encodes any number of rows. */
export function encodersOf(fitted: FittedFeatures): Readonly<Record<GroupName, GroupEncoder>> {
  const groupEncoder = (name: GroupName): GroupEncoder => {
    const encoders = columnEncodersOf(fitted, name);
    return (read, emit) => {
      for (const { encode } of encoders) encode(read, emit);
    };
  };
  const [user, context, item] = groupNames.map(groupEncoder) as [GroupEncoder, GroupEncoder, GroupEncoder];
  return { user, context, item };
}
