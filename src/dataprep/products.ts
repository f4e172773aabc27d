// The product table: what the orders say of each product, overlaid by a catalogue where there is one.

import { SepetError } from '../base/errors.ts';
import { type Database, literal } from '../tables/duckdb.ts';
import { chooseColumns, requireColumn, type Source } from '../tables/source.ts';
import { type FieldColumns, type NumericFields, type ProductField, usualColumns } from './fields.ts';
import type { Mapping } from './mapping.ts';
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
} from './values.ts';

/** Makes the empty table that `insertCatalogue` fills. */
export const createCatalogue = (fields: NumericFields): string => `CREATE TABLE catalogue_line (
  id VARCHAR, title VARCHAR, category VARCHAR, brand VARCHAR, gender VARCHAR, minor UBIGINT, priceless BOOLEAN,
  currency VARCHAR, in_stock BOOLEAN, released DATE, image VARCHAR,
  model VARCHAR${numericColumns(fields, (column) => `${column} DOUBLE`)})`;

/** What each numeric field adds to a list of columns. */
const numericColumns = (fields: NumericFields, write: (column: string, from: string) => string): string =>
  Object.keys(fields)
    .sort()
    .map((name) => `, ${write(`num_${name}`, fields[name] as string)}`)
    .join('');

/** The columns that feed the product fields, checked against the file. Throws `column_missing`. */
export function productColumns(source: Source, mapping: Mapping): FieldColumns<ProductField> {
  const chosen = chooseColumns<ProductField>(source, mapping.products, usualColumns.products);
  for (const name of Object.values(mapping.fields)) requireColumn(source, name);
  if (chosen.id !== undefined) return chosen;
  const has = source.columns.slice(0, 20).join(', ');
  throw new SepetError(
    'column_missing',
    `${source.path} has no column "id": name it with --product-columns id=COLUMN (it has: ${has}).`,
  );
}

/** The statement that reads a catalogue's lines into the table, in the file's order. */
export function insertCatalogue(
  source: Source,
  fields: FieldColumns<ProductField>,
  mapping: Mapping,
): string {
  const wanted = [...new Set([...Object.values(fields).flat(), ...Object.values(mapping.fields)])];
  const column = (name: string | undefined): string =>
    name === undefined ? 'NULL' : `n${wanted.indexOf(name)}`;
  const one = (field: ProductField): string => column(fields[field]?.[0]);
  const several = (field: ProductField): string[] => (fields[field] ?? []).map(column);
  const id = mapping.upperCase ? `upper(${one('id')})` : one('id');
  const given = mapping.currency === null ? 'NULL' : literal(mapping.currency);
  const read = `SELECT *, coalesce(upper(${one('currency')}), ${given}) AS currency, ${time(one('released'), null)} AS any_time
    FROM ${source.relation(wanted)}`;
  const priced = `SELECT *, round(${money(one('price'), mapping.decimalComma)} * ${minorUnitsOf('currency')}) AS any_minor FROM (${read})`;
  return `INSERT INTO catalogue_line SELECT ${id}, ${one('title')},
      ${fields.category === undefined ? 'NULL' : categoryPath(several('category'))}, ${brandName(several('brand'))},
      ${gender(one('gender'))}, minor, minor IS NULL AND ${one('price')} IS NOT NULL, currency, ${inStock(one('stock'))},
      CAST(${sane('any_time')} AS DATE), ${one('image')},
      ${one('group')}${numericColumns(mapping.fields, (_, from) => finite(column(from), mapping.decimalComma))}
    FROM (SELECT *, ${boundedMinor('any_minor')} AS minor FROM (${priced}))`;
}

/** The catalogue's commonest currency, for the prices of order lines that name none. */
export async function catalogueCurrency(database: Database): Promise<string | null> {
  const [first] = await database.rows<{ currency: string }>(
    `SELECT currency FROM catalogue_line WHERE currency IS NOT NULL
      GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1`,
  );
  return first?.currency ?? null;
}

/** One row a product, of repeated ones the last line. */
const catalogue = `SELECT * EXCLUDE (place) FROM (SELECT *, row_number() OVER (PARTITION BY id ORDER BY rowid DESC) AS place
  FROM catalogue_line WHERE id IS NOT NULL) WHERE place = 1`;

/** The commonest value of a line column for each product; of equally common ones the first in the alphabet. */
const commonest = (column: string): string =>
  `SELECT code, first(value ORDER BY n DESC, value) AS value FROM (
    SELECT code, ${column} AS value, count(*) AS n FROM line WHERE reason = 0 AND ${column} IS NOT NULL GROUP BY ALL)
    GROUP BY code`;

/**
 * Makes table `product` from `line`, `item` and `catalogue_line`: rows by falling number of orders, then id. A price is
 * the catalogue's, else the median of what was paid.
 */
export async function createProducts(
  database: Database,
  currency: string | null,
  fields: NumericFields,
): Promise<void> {
  const own = currency === null ? 'NULL' : literal(currency);
  await database.run(`CREATE TABLE product AS
    WITH catalogue AS (${catalogue}),
      ordered AS (SELECT code, count(DISTINCT order_id) AS orders FROM item GROUP BY code),
      paid AS (SELECT code, quantile_disc(minor, 0.5) AS minor FROM line WHERE reason = 0 GROUP BY code),
      title AS (${commonest('title')}), category AS (${commonest('category')}),
      brand AS (${commonest('brand')}), gender AS (${commonest('gender')}),
      known AS (SELECT code AS id FROM ordered UNION SELECT id FROM catalogue)
    SELECT CAST(row_number() OVER (ORDER BY coalesce(ordered.orders, 0) DESC, known.id) - 1 AS UINTEGER) AS row,
      known.id AS id, regexp_replace(coalesce(catalogue.title, title.value), '\\s+', ' ', 'g') AS title,
      coalesce(catalogue.category, category.value) AS category, coalesce(catalogue.brand, brand.value) AS brand,
      coalesce(catalogue.gender, gender.value) AS gender, coalesce(catalogue.minor, paid.minor) AS price_minor,
      CASE WHEN catalogue.minor IS NOT NULL THEN catalogue.currency WHEN paid.minor IS NOT NULL THEN ${own} END AS currency,
      catalogue.in_stock AS in_stock, catalogue.released AS released, catalogue.image AS image,
      catalogue.model AS "group"${numericColumns(fields, (column) => `catalogue.${column}`)},
      CAST(coalesce(ordered.orders, 0) AS UINTEGER) AS orders
    FROM known LEFT JOIN catalogue ON catalogue.id = known.id LEFT JOIN ordered ON ordered.code = known.id
      LEFT JOIN paid ON paid.code = known.id LEFT JOIN title ON title.code = known.id
      LEFT JOIN category ON category.code = known.id LEFT JOIN brand ON brand.code = known.id
      LEFT JOIN gender ON gender.code = known.id`);
}
