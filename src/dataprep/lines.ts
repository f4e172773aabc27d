// Order lines: from text columns to typed ones, each with the reason why it is dropped, or none.

import { SepetError } from '../base/errors.ts';
import { minorUnits } from '../base/money.ts';
import { keptPrefix } from '../tables/basket-columns.ts';
import { type Database, literal } from '../tables/duckdb.ts';
import { chooseColumns, requireColumn, type Source } from '../tables/source.ts';
import { type Reason, reasonNumber } from './account.ts';
import { type FieldColumns, type KeptColumns, type OrderField, usualColumns } from './fields.ts';
import { contextName, type Mapping } from './mapping.ts';
import { boundedMinor, brandName, categoryPath, gender, money, number, sane, time } from './values.ts';

/** Where the values of a kept column stand. */
export const keptName = (name: string): string => keptPrefix + name;

/** Makes the empty table that `insertLines` fills. */
export const createLines = (keep: KeptColumns): string => `CREATE TABLE line (
  order_id VARCHAR, code VARCHAR, moment TIMESTAMP, context VARCHAR, customer VARCHAR, minor UBIGINT, priceless BOOLEAN,
  title VARCHAR, category VARCHAR, brand VARCHAR, gender VARCHAR, reason UTINYINT${keptNames(keep)
    .map((name) => `, ${name} VARCHAR`)
    .join('')})`;

const keptNames = (keep: KeptColumns): string[] => Object.keys(keep).map(keptName);

/** The columns that feed the order fields, checked against the file. Throws `column_missing`, `option_invalid`. */
export function orderColumns(source: Source, mapping: Mapping): FieldColumns<OrderField> {
  const usual =
    mapping.orders.total === undefined ? usualColumns.orders : { ...usualColumns.orders, price: undefined };
  const chosen = chooseColumns<OrderField>(source, mapping.orders, present(usual));
  for (const part of mapping.context) if (part.kind === 'column') requireColumn(source, part.column);
  for (const column of Object.values(mapping.keep)) requireColumn(source, column);
  const needed: OrderField[] = [
    'product',
    'time',
    ...(chosen.customer === undefined ? ['order' as const] : []),
  ];
  const missing = needed.find((field) => chosen[field] === undefined);
  if (missing === undefined) return chosen;
  const usualName = usualColumns.orders[missing]?.[0] ?? missing;
  throw new SepetError(
    'column_missing',
    `${source.path} has no column "${usualName}": name the column with --${missing} (it has: ${source.columns.slice(0, 20).join(', ')}).`,
  );
}

const present = <F extends string>(
  fields: Partial<Record<F, readonly string[] | undefined>>,
): FieldColumns<F> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as FieldColumns<F>;

/** The statement that reads a file's lines into the table; `reason` 0 are the kept ones. */
export function insertLines(
  source: Source,
  fields: FieldColumns<OrderField>,
  mapping: Mapping,
  currency: string | null,
): string {
  const contexts = mapping.context.filter((part) => part.kind === 'column').map(contextName);
  const wanted = [...new Set([...Object.values(fields).flat(), ...contexts, ...Object.values(mapping.keep)])];
  const column = (name: string | undefined): string =>
    name === undefined ? 'NULL' : `n${wanted.indexOf(name)}`;
  const one = (field: OrderField): string => column(fields[field]?.[0]);
  const several = (field: OrderField): string[] => (fields[field] ?? []).map(column);
  const { decimalComma } = mapping;
  const units = minorUnits(currency);
  const code = mapping.upperCase ? `upper(${one('product')})` : one('product');
  const piece =
    fields.total === undefined
      ? `round(${money(one('price'), decimalComma)} * ${units})`
      : `round(CAST(${money(one('total'), decimalComma)} * ${units} AS DOUBLE) / quantity)`;
  const price = fields.total === undefined ? one('price') : one('total');
  // One level a step: DuckDB computes an expression anew wherever it is repeated inside a CASE.
  const read = `SELECT *, ${code} AS code, ${time(one('time'), mapping.timeFormat)} AS any_time,
    regexp_replace(${one('customer')}, '^([0-9]+)[.]0$', '\\1') AS customer,
    ${fields.quantity === undefined ? '1.0' : number(one('quantity'), decimalComma)} AS quantity
    FROM ${source.relation(wanted)}`;
  const timed = `SELECT *, ${sane('any_time')} AS moment, CASE WHEN quantity > 0 THEN ${piece} END AS any_minor FROM (${read})`;
  const order =
    fields.order === undefined ? `customer || ' ' || CAST(moment::DATE AS VARCHAR)` : one('order');
  const ordered = `SELECT *, ${order} AS order_id, ${boundedMinor('any_minor')} AS minor FROM (${timed})`;
  const context = contexts.map((name) => `coalesce(${column(name)}, '')`).join(', ');
  return `INSERT INTO line SELECT order_id, code, moment, ${contexts.length === 0 ? "''" : `concat_ws('|', ${context})`},
      customer, minor, reason = 0 AND ${price} IS NOT NULL AND minor IS NULL, ${one('title')},
      ${fields.category === undefined ? 'NULL' : categoryPath(several('category'))},
      ${brandName(several('brand'))}, ${gender(one('gender'))}, reason${Object.values(mapping.keep)
        .map((name) => `, nullif(trim(${column(name)}), '')`)
        .join('')}
    FROM (SELECT *, ${reasonOf(mapping, fields)} AS reason FROM (${ordered}))`;
}

function reasonOf(mapping: Mapping, fields: FieldColumns<OrderField>): string {
  const rules: [Reason, string][] = [
    ['order_missing', fields.order === undefined ? 'customer IS NULL' : 'order_id IS NULL'],
    ['product_missing', 'code IS NULL'],
  ];
  if (mapping.cancelled !== null)
    rules.push(['cancelled', `regexp_matches(order_id, ${literal(mapping.cancelled)})`]);
  if (mapping.productCode !== null)
    rules.push(['not_a_product', `NOT regexp_matches(code, ${literal(mapping.productCode)})`]);
  rules.push(['quantity_not_positive', 'quantity IS NULL OR quantity <= 0 OR NOT isfinite(quantity)']);
  if (mapping.requirePrice) rules.push(['price_not_positive', 'minor IS NULL']);
  rules.push(['time_unreadable', 'moment IS NULL']);
  return `CASE ${rules.map(([reason, when]) => `WHEN ${when} THEN ${reasonNumber(reason)}`).join(' ')} ELSE 0 END`;
}

/** Checks the mapping's regular expressions before a long read. Throws `option_invalid`. */
export async function checkPatterns(database: Database, mapping: Mapping): Promise<void> {
  for (const [name, pattern] of Object.entries({
    cancelled: mapping.cancelled,
    productCode: mapping.productCode,
  })) {
    if (pattern === null) continue;
    try {
      await database.run('SELECT regexp_matches($text, $pattern)', { text: '', pattern });
    } catch (cause) {
      if (cause instanceof SepetError) throw cause;
      throw new SepetError('option_invalid', `${name} is no regular expression (RE2): ${pattern}`, { cause });
    }
  }
}
