// Interactions in a table, CSV, JSONL or Parquet, as rows for a factorization machine: read and put in the order of time,
// the last part kept for validation, the feature spec fitted on the rest, both encoded by it.

import { SepetError } from '../../base/errors.ts';
import { encodersOf, type FittedFeatures, type Reader } from '../../features/encode.ts';
import { type ColumnReport, fitFeatures } from '../../features/fit.ts';
import { type FeatureSpec, groupNames } from '../../features/spec.ts';
import { type Database, withDatabase } from '../../tables/duckdb.ts';
import { openSource, requireColumn, type Source } from '../../tables/source.ts';
import { drawer } from './draw.ts';
import type { FmData } from './loop.ts';
import { type FmRows, RowsBuilder } from './rows.ts';

export interface TableOptions {
  readonly spec: FeatureSpec;
  /** Share of the rows, the last ones, that say when to stop. */
  readonly validationShare: number;
  /** Items drawn for each positive row; 0 where the table has its own negatives. */
  readonly negatives: number;
  readonly alpha: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

export interface TableData {
  readonly data: FmData;
  readonly fitted: FittedFeatures;
  readonly columns: readonly ColumnReport[];
}

/** Columns of text, all of one length. */
type Table = ReadonlyMap<string, readonly (string | null)[]>;

function wantedColumns(spec: FeatureSpec): string[] {
  const columns = groupNames.flatMap((group) =>
    spec[group].flatMap((one) => (one.kind === 'rate' ? [one.column, one.of] : [one.column])),
  );
  const { label, time } = spec;
  return [
    ...new Set([...columns, ...(label === undefined ? [] : [label]), ...(time === undefined ? [] : [time])]),
  ];
}

/** A time as text, in whatever way, as a number that orders alike. */
const timeOf = (column: string): string =>
  `coalesce(try_cast(${column} AS DOUBLE), epoch(try_cast(${column} AS TIMESTAMP)))`;

async function checkTimes(database: Database, source: Source, time: string): Promise<void> {
  const { bad } = await database.row<{ bad: number }>(
    `SELECT count(*) AS bad FROM ${source.relation([time])} WHERE ${timeOf('n0')} IS NULL`,
  );
  if (bad > 0)
    throw new SepetError(
      'line_unreadable',
      `${source.path}: ${bad} rows have no time in "${time}" that can be read.`,
    );
}

async function readOne(
  database: Database,
  path: string,
  spec: FeatureSpec,
  signal?: AbortSignal,
): Promise<Table> {
  const source = await openSource(database, path, { delimiter: null, signal });
  try {
    const names = wantedColumns(spec);
    for (const name of names) requireColumn(source, name);
    if (source.unreadable > 0) {
      const [first] = source.shown;
      const where = first === undefined ? '' : `, the first in line ${first.line} (${first.why})`;
      throw new SepetError('line_unreadable', `${path}: ${source.unreadable} lines cannot be read${where}.`);
    }
    const { time } = spec;
    if (time !== undefined) await checkTimes(database, source, time);
    const order = time === undefined ? '' : `ORDER BY ${timeOf(`n${names.indexOf(time)}`)}, place`;
    const kinds = Object.fromEntries(names.map((_, i) => [`n${i}`, 'text' as const]));
    const from = `(SELECT *, row_number() OVER () AS place FROM ${source.relation(names)})`;
    const columns = await database.columns(`SELECT * EXCLUDE (place) FROM ${from} ${order}`, kinds);
    return new Map(names.map((name, i) => [name, columns[`n${i}`] ?? []]));
  } finally {
    await source.close();
  }
}

/** Labels of 1 and 0; without a column for them all are 1. */
function labelsOf(table: Table, { label }: FeatureSpec, rows: number, path: string): Float32Array {
  if (label === undefined) return new Float32Array(rows).fill(1);
  const values = table.get(label) ?? [];
  return Float32Array.from(values, (text, row) => {
    const value = text === 'true' ? 1 : text === 'false' ? 0 : Number(text ?? Number.NaN);
    if (value !== 0 && value !== 1)
      throw new SepetError(
        'line_unreadable',
        `${path}: the label of row ${row + 1} in the order of training is "${text}", not 1 or 0.`,
      );
    return value;
  });
}

/** Everything that encoding the rows of one table needs. */
interface Encoding {
  readonly table: Table;
  readonly labels: Float32Array;
  readonly spec: FeatureSpec;
  readonly fitted: FittedFeatures;
}

/** The different items of the rows up to `end`, numbered as they come; a row's item has its number. */
function itemsOf({ table, spec }: Pick<Encoding, 'table' | 'spec'>, end: number) {
  const columns = spec.item.flatMap((one) => (one.kind === 'rate' ? [one.column, one.of] : [one.column]));
  const values = columns.map((column) => table.get(column) ?? []);
  const numbers = new Map<string, number>();
  const firsts: number[] = [];
  const item = new Uint32Array(end);
  for (let row = 0; row < end; row++) {
    const key = JSON.stringify(values.map((column) => column[row]));
    let number = numbers.get(key);
    if (number === undefined) {
      number = firsts.push(row) - 1;
      numbers.set(key, number);
    }
    item[row] = number;
  }
  return { item, firsts };
}

const readerOf =
  (table: Table, row: number): Reader =>
  (column) =>
    table.get(column)?.[row];

function trainingRows(
  encoding: Encoding,
  end: number,
): Pick<FmData, 'train'> & Required<Pick<FmData, 'items'>> {
  const { table, labels, fitted } = encoding;
  const encoders = encodersOf(fitted);
  const { item, firsts } = itemsOf(encoding, end);
  const contexts = new RowsBuilder();
  const emitContext = (feature: number, x: number): void => contexts.addFeature(feature, x);
  for (let row = 0; row < end; row++) {
    const read = readerOf(table, row);
    encoders.user(read, emitContext);
    encoders.context(read, emitContext);
    contexts.endRow(labels[row] as number);
  }
  const items = new RowsBuilder();
  const counts = new Float64Array(firsts.length);
  for (const number of item) counts[number] = (counts[number] as number) + 1;
  for (const row of firsts) {
    encoders.item(readerOf(table, row), (feature, x) => items.addFeature(feature, x));
    items.endRow(0);
  }
  return { train: contexts.finish(), items: { rows: items.finish(), item, counts } };
}

interface Held {
  readonly from: number;
  /** Items of training: negatives are drawn from these. */
  readonly items: Required<Pick<FmData, 'items'>>['items'];
}

/** Whole rows from `from` on and, where negatives are drawn, as many for each positive as in training, at least one. */
function heldRows(encoding: Encoding, { from, items }: Held, options: TableOptions): FmRows {
  const { table, labels, fitted } = encoding;
  const { negatives, alpha, seed } = options;
  const encoders = encodersOf(fitted);
  const draw = drawer(items.counts, alpha, seed);
  const builder = new RowsBuilder();
  const emit = (feature: number, x: number): void => builder.addFeature(feature, x);
  for (let row = from; row < labels.length; row++) {
    const read = readerOf(table, row);
    const context = (): void => {
      encoders.user(read, emit);
      encoders.context(read, emit);
    };
    context();
    encoders.item(read, emit);
    const label = labels[row] as number;
    builder.endRow(label);
    for (let n = 0; n < negatives && label > 0; n++) {
      context();
      const drawn = draw();
      const { offsets, features, values } = items.rows;
      for (let i = offsets[drawn] as number; i < (offsets[drawn + 1] as number); i++)
        emit(features[i] as number, values?.[i] ?? 1);
      builder.endRow(0);
    }
  }
  return builder.finish();
}

/**
 * Reads a table of interactions. Throws `input_missing`, `input_unreadable`, `line_unreadable`, `column_missing`, `data_empty`,
 * `feature_spec_invalid`, `cancelled`.
 */
export async function readInteractions(path: string, options: TableOptions): Promise<TableData> {
  const { spec, validationShare, negatives, signal } = options;
  const table = await withDatabase((database) => readOne(database, path, spec, signal), {
    ...(signal && { signal }),
  });
  const rows = [...table.values()][0]?.length ?? 0;
  const from = rows - Math.max(1, Math.round(rows * validationShare));
  if (from < 1)
    throw new SepetError(
      'data_empty',
      `${path} has ${rows} rows: too few to keep some of them for validation.`,
    );
  const labels = labelsOf(table, spec, rows, path);
  if (negatives === 0 && !labels.some((label) => label === 0))
    throw new SepetError(
      'option_invalid',
      'All rows are positives: have negatives drawn (--negatives), or name the column of labels in the spec.',
    );
  const { fitted, columns } = fitFeatures(spec, (column) => (table.get(column) ?? []).slice(0, from));
  const encoding = { table, labels, spec, fitted };
  const { train, items } = trainingRows(encoding, from);
  const validation = heldRows(encoding, { from, items }, options);
  return { data: { train, items, validation, features: fitted.features }, fitted, columns };
}
