// Reads a file of changes: the usual columns of a product table, and `removed`. An empty field leaves what is known as it
// is; whatever cannot be read stops the whole, as a delta is published by machines and nobody looks for a warning.

import { SepetError } from '../base/errors.ts';
import { suggestion } from '../base/nearest.ts';
import type { Gender } from '../base/products.ts';
import { mergeChanges, type ProductChange } from '../catalog/changes.ts';
import { type Database, literal, withDatabase } from '../tables/duckdb.ts';
import { chooseColumns, openSource, requireColumn, type Source } from '../tables/source.ts';
import { type FieldColumns, type NumericFields, type ProductField, usualColumns } from './fields.ts';
import { checkedCurrency } from './mapping.ts';
import {
  boundedMinor,
  brandName,
  categoryPath,
  finite,
  gender,
  inStock,
  minorUnitsOf,
  money,
  sane,
  time,
  yesOrNo,
} from './values.ts';

export interface ReadChangesOptions {
  /** Columns of the file by the name of the numeric field that they fill. */
  readonly fields?: NumericFields | undefined;
  /** ISO 4217 code of prices that name none. */
  readonly currency?: string | null | undefined;
  /** Between the fields of a .csv. */
  readonly delimiter?: string | undefined;
  /** Numbers are written 1.234,50. */
  readonly decimalComma?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface FileOfChanges {
  /** One a product: of repeated ones the later lines lie over the earlier. */
  readonly changes: readonly ProductChange[];
  /** Of the prices; null where there are none or nothing says. */
  readonly currency: string | null;
  /** Lines that hold a change. */
  readonly lines: number;
}

type ChangeField = ProductField | 'removed';
type Columns = FieldColumns<ChangeField>;

const usual: FieldColumns<ChangeField> = { ...usualColumns.products, removed: ['removed'] };

/** The columns by field; each of the file must be one. Throws `column_missing`, `delta_invalid`. */
function columnsOf(source: Source, fields: NumericFields): Columns {
  const columns = chooseColumns<ChangeField>(source, {}, usual);
  for (const name of Object.values(fields)) requireColumn(source, name);
  if (columns.id === undefined)
    throw new SepetError(
      'column_missing',
      `${source.path} has no column "id", which says which product changes (it has: ${source.columns.slice(0, 20).join(', ')}).`,
    );
  const taken = new Set([...Object.values(columns).flat(), ...Object.values(fields)]);
  const stray = source.columns.find((name) => !taken.has(name));
  if (stray === undefined) return columns;
  const near = suggestion(stray, Object.keys(usual)) || ` Known: ${Object.keys(usual).join(', ')}.`;
  throw new SepetError(
    'delta_invalid',
    `${source.path} has a column "${stray}", which would change nothing.${near} Name numeric fields with --fields.`,
  );
}

/** What a field's text is turned into, NULL where it cannot be. */
interface Reading {
  readonly name: string;
  /** Its text. */
  readonly text: string;
  readonly value: string;
  /** What a person calls it, and what it should have been. */
  readonly said: string;
}

function readings(
  columns: Columns,
  fields: NumericFields,
  options: ReadChangesOptions,
): {
  wanted: string[];
  all: Reading[];
} {
  const { decimalComma = false, currency = null } = options;
  const wanted = [...new Set([...Object.values(columns).flat(), ...Object.values(fields)])];
  const at = (name: string): string => `n${wanted.indexOf(name)}`;
  const own = (field: ChangeField): string => (columns[field] === undefined ? 'NULL' : at(field));
  const given = currency === null ? 'NULL' : literal(checkedCurrency(currency));
  const code = `coalesce(upper(${own('currency')}), ${given})`;
  const minor = boundedMinor(`round(${money(own('price'), decimalComma)} * ${minorUnitsOf(code)})`);
  const day = `datediff('day', DATE '1970-01-01', CAST(${sane(time(own('released'), null))} AS DATE))`;
  const values: Record<ChangeField, [value: string, said: string]> = {
    id: [own('id'), 'text'],
    title: [`regexp_replace(${own('title')}, '\\s+', ' ', 'g')`, 'text'],
    category: [categoryPath([own('category')]), 'a path such as A/B/C'],
    brand: [brandName([own('brand')]), 'text'],
    gender: [gender(own('gender')), 'female, male, unisex or kids'],
    price: [minor, 'a price above 0'],
    currency: [`CASE WHEN regexp_full_match(${code}, '[A-Z]{3}') THEN ${code} END`, 'a code such as EUR'],
    stock: [inStock(own('stock')), 'true, false or a number of pieces'],
    released: [day, 'a date'],
    image: [own('image'), 'text'],
    group: [own('group'), 'text'],
    removed: [yesOrNo(own('removed')), 'true or false'],
  };
  const usualOnes = (Object.keys(values) as ChangeField[]).map((name) => {
    const [value, said] = values[name];
    return { name, text: own(name), value, said };
  });
  const numeric = Object.entries(fields).map(([name, column]) => ({
    name: `num_${name}`,
    text: at(column),
    value: finite(at(column), decimalComma),
    said: 'a number',
  }));
  return { wanted, all: [...usualOnes, ...numeric] };
}

interface BadValue extends Record<string, string | number | null> {
  readonly record: number;
  readonly id: string | null;
  readonly field: string | null;
  readonly text: string | null;
}

/** Throws `delta_invalid` naming the first line whose id is missing or that holds what cannot be read. */
async function checkValues(database: Database, source: Source, all: readonly Reading[]): Promise<void> {
  const wrong = all.map(
    ({ name, text }) => `WHEN ${text} IS NOT NULL AND v_${name} IS NULL THEN ${literal(name)}`,
  );
  const texts = all.map(({ name, text }) => `WHEN ${literal(name)} THEN ${text}`);
  const [bad] = await database.rows<BadValue>(
    `SELECT record, v_id AS id, field, CASE field ${texts.join(' ')} END AS text
      FROM (SELECT *, CASE ${wrong.join(' ')} END AS field FROM change)
      WHERE v_id IS NULL OR field IS NOT NULL ORDER BY record LIMIT 1`,
  );
  if (bad === undefined) return;
  const { record, id, field, text } = bad;
  const line = source.lineOf(record);
  const where = `${source.path}, ${line === undefined ? `record ${record}` : `line ${line}`}`;
  if (id === null) throw new SepetError('delta_invalid', `${where}: there is no id.`);
  const said = all.find(({ name }) => name === field)?.said;
  const shown = (field ?? '').replace(/^num_/, '');
  throw new SepetError(
    'delta_invalid',
    `${where}: the ${shown} "${text}" of product "${id}" is not ${said}.`,
  );
}

/** The one currency of the lines with a price. Throws `delta_invalid` where there are several. */
async function currencyOf(database: Database): Promise<string | null> {
  const found = await database.rows<{ currency: string | null; id: string }>(
    'SELECT v_currency AS currency, min(v_id) AS id FROM change WHERE v_price IS NOT NULL GROUP BY 1 ORDER BY min(record)',
  );
  const [first, other] = found;
  if (other === undefined) return first?.currency ?? null;
  throw new SepetError(
    'delta_invalid',
    `The price of product "${other.id}" is in ${other.currency ?? 'no currency'}, that of "${first?.id}" in ${first?.currency ?? 'none'}: a delta has one currency.`,
  );
}

/** Every column as text: there are twelve kinds of them, and as many places to mistake one for another. */
async function rowsOf(database: Database, all: readonly Reading[]): Promise<ProductChange[]> {
  const names = all.map(({ name }) => name);
  const columns = await database.columns(
    `SELECT ${names.map((name) => `CAST(v_${name} AS VARCHAR) AS v_${name}`).join(', ')} FROM change ORDER BY record`,
    Object.fromEntries(names.map((name) => [`v_${name}`, 'text'] as const)),
  );
  const ids = columns.v_id as string[];
  const fields = names.filter((name) => name.startsWith('num_'));
  return ids.map((id, row): ProductChange => {
    const text = (name: string): string | undefined => columns[`v_${name}`]?.[row] ?? undefined;
    const texts = textFields.flatMap((name) => {
      const value = text(name);
      return value === undefined ? [] : [[name, value] as const];
    });
    const numeric = fields.flatMap((name) => {
      const value = text(name);
      return value === undefined ? [] : [[name.slice('num_'.length), Number(value)] as const];
    });
    const [removed, gender, price] = [text('removed'), text('gender'), text('price')];
    const [stock, released] = [text('stock'), text('released')];
    return {
      id,
      ...(Object.fromEntries(texts) as Partial<Record<(typeof textFields)[number], string>>),
      ...(removed !== undefined && { removed: removed === 'true' }),
      ...(gender !== undefined && { gender: gender as Gender }),
      ...(price !== undefined && { price: Number(price) }),
      ...(stock !== undefined && { stock: stock === 'true' }),
      ...(released !== undefined && { released: Number(released) }),
      ...(numeric.length > 0 && { numeric: Object.fromEntries(numeric) }),
    };
  });
}

const textFields = ['title', 'image', 'category', 'brand', 'group'] as const;

async function readFrom(
  database: Database,
  source: Source,
  options: ReadChangesOptions,
): Promise<FileOfChanges> {
  const [first] = source.shown;
  if (first !== undefined)
    throw new SepetError(
      'line_unreadable',
      `${source.path}, line ${first.line}: ${first.why}: ${first.text}`,
    );
  const { fields = {} } = options;
  const { wanted, all } = readings(columnsOf(source, fields), fields, options);
  const values = all.map(({ name, value }) => `${value} AS v_${name}`).join(', ');
  await database.run(
    `CREATE TABLE change AS SELECT row_number() OVER () AS record, *, ${values} FROM ${source.relation(wanted)}`,
  );
  await checkValues(database, source, all);
  const currency = await currencyOf(database);
  const lines = (await rowsOf(database, all)).filter((change) => Object.keys(change).length > 1);
  if (lines.length === 0) throw new SepetError('data_empty', `${source.path} holds no change.`);
  const changes = new Map<string, ProductChange>();
  mergeChanges(changes, lines);
  return { changes: [...changes.values()], currency, lines: lines.length };
}

/**
 * Reads a file of changes (.csv, .tsv, .jsonl, each also .gz, or .parquet). Throws `input_missing`, `input_unreadable`, `data_empty`,
 * `column_missing`, `option_invalid`, `line_unreadable` for a line that is no record, and `delta_invalid` for a value that cannot be read (naming line and
 * product), a column that is none, or prices in several currencies.
 */
export function readChanges(path: string, options: ReadChangesOptions = {}): Promise<FileOfChanges> {
  const { delimiter = null, signal } = options;
  return withDatabase(
    async (database) => {
      const source = await openSource(database, path, { delimiter, signal });
      try {
        return await readFrom(database, source, options);
      } finally {
        await source.close();
      }
    },
    signal === undefined ? {} : { signal },
  );
}
