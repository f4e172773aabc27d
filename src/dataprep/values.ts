// SQL expressions that turn text into values. Columns come trimmed, with NULL for empty text (source.ts); each
// expression gives NULL for what it cannot read, never an error.

import { unusualMinorUnits } from '../base/money.ts';
import { literal } from '../tables/duckdb.ts';

/** Digits as DuckDB reads them, of 1.234,50 where a decimal comma is used. */
const digits = (column: string, decimalComma: boolean): string =>
  decimalComma ? `replace(replace(${column}, '.', ''), ',', '.')` : column;

/** A DOUBLE; NaN and infinity are left to the rule that uses it. */
export const number = (column: string, decimalComma: boolean): string =>
  `TRY_CAST(${digits(column, decimalComma)} AS DOUBLE)`;

/** A DOUBLE that a f32 column can hold; NULL for everything else. */
export const finite = (column: string, decimalComma: boolean): string => {
  const value = number(column, decimalComma);
  return `CASE WHEN ${value} BETWEEN -3.4e38 AND 3.4e38 THEN ${value} END`;
};

/** Money as a decimal with six places, so that 2.55 is exactly that. */
export const money = (column: string, decimalComma: boolean): string =>
  `TRY_CAST(${digits(column, decimalComma)} AS DECIMAL(18, 6))`;

/** A TIMESTAMP in UTC: of a strptime format, of ISO 8601 (an offset is heeded), or of seconds or milliseconds since 1970. */
export function time(column: string, format: string | null): string {
  if (format !== null) return `try_strptime(${column}, ${literal(format)})`;
  const seconds = `TRY_CAST(${column} AS DOUBLE)`;
  // 1e11 seconds are the year 5138, 1e11 milliseconds March 1973.
  const epoch = `CASE WHEN abs(${seconds}) < 1e11 THEN make_timestamp((${seconds} * 1e6)::BIGINT)
    WHEN abs(${seconds}) < 1e14 THEN make_timestamp((${seconds} * 1e3)::BIGINT) END`;
  return `coalesce(TRY_CAST(TRY_CAST(${column} AS TIMESTAMPTZ) AS TIMESTAMP), ${epoch})`;
}

/** Times that a shop can have had: a year 0201 or 20111 is a slip of the hand and would spoil the time split. */
export const sane = (column: string): string =>
  `CASE WHEN ${column} BETWEEN TIMESTAMP '1970-01-01' AND TIMESTAMP '2199-12-31' THEN ${column} END`;

/** A path A/B/C of several columns from the top level down, or of one that holds such a path; it ends at the first gap. */
export function categoryPath(columns: readonly string[]): string {
  const [only = 'NULL'] = columns;
  if (columns.length < 2)
    return `nullif(array_to_string(list_filter(list_transform(string_split(${only}, '/'), lambda x: trim(x)), lambda x: x <> ''), '/'), '')`;
  return columns
    .map((column) => `replace(${column}, '/', '-')`)
    .reduceRight(
      (below, part) => `CASE WHEN ${part} IS NOT NULL THEN concat_ws('/', ${part}, ${below}) END`,
      'NULL',
    );
}

/** A brand of one column, or the values of several joined by a blank. */
export const brandName = (columns: readonly string[]): string =>
  columns.length < 2 ? (columns[0] ?? 'NULL') : `nullif(concat_ws(' ', ${columns.join(', ')}), '')`;

const genderWords: Readonly<Record<string, string>> = {
  female: "female f w woman women women's womens lady ladies kadın kadin bayan",
  male: "male m man men men's mens erkek bay",
  unisex: 'unisex u all both',
  kids: 'kids kid child children boy boys girl girls baby çocuk cocuk bebek',
};

/** 'female', 'male', 'unisex', 'kids' or NULL, of the words that shops use. */
export function gender(column: string): string {
  if (column === 'NULL') return column;
  const cases = Object.entries(genderWords).map(
    ([name, words]) =>
      `WHEN lower(${column}) IN (${words.split(' ').map(literal).join(', ')}) THEN '${name}'`,
  );
  return `CASE ${cases.join(' ')} END`;
}

/** BOOLEAN, of true and false, yes and no, or a number of pieces. */
export const inStock = (column: string): string =>
  `coalesce(TRY_CAST(${column} AS BOOLEAN), TRY_CAST(${column} AS DOUBLE) > 0)`;

/** BOOLEAN, of true and false, yes and no, 1 and 0. */
export const yesOrNo = (column: string): string => `TRY_CAST(${column} AS BOOLEAN)`;

/** Minor units in one unit of the currency that a column names. */
export const minorUnitsOf = (column: string): string =>
  `(CASE ${column} ${[...unusualMinorUnits].map(([code, units]) => `WHEN '${code}' THEN ${units}`).join(' ')} ELSE 100 END)`;

/** A price in minor units, NULL where it is not positive or beyond what a u32 column holds beside its mark for unknown. */
export const boundedMinor = (column: string): string =>
  `CASE WHEN ${column} BETWEEN 1 AND ${0xfffffffe} THEN CAST(${column} AS UBIGINT) END`;
