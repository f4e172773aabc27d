// From kept lines to baskets: repeats out, orders separated by context, numbered by time, split by time.

import { limits } from '../base/limits.ts';
import type { Database } from '../tables/duckdb.ts';
import type { KeptColumns } from './fields.ts';
import { keptName } from './lines.ts';
import { type ContextPart, contextName } from './mapping.ts';

/** One row a product in an order (and line context); `placed_order` holds each order's first time. */
export const createItems = `CREATE TABLE item AS
    SELECT order_id, code, context, min(moment) AS moment FROM line WHERE reason = 0 GROUP BY order_id, code, context;
  CREATE TABLE placed_order AS SELECT order_id, min(moment) AS moment FROM item GROUP BY order_id`;

/**
 * Makes table `basket_all`: one row a basket of any length, with its product rows. What is meant for everyone, or for
 * nobody known, joins the one gender of the rest of its basket where there is just one.
 */
export function createBaskets(context: readonly ContextPart[]): string {
  const category = context.find((part) => part.kind === 'category');
  const path =
    category?.kind === 'category' && category.level !== null
      ? `array_to_string(string_split(category, '/')[1:${category.level}], '/')`
      : 'category';
  const byGender = context.some((part) => part.kind === 'gender');
  const gender = byGender
    ? `coalesce(gender, CASE WHEN min(gender) OVER place = max(gender) OVER place THEN min(gender) OVER place END, '')`
    : "''";
  const columns = context.some((part) => part.kind === 'column');
  const shown = context
    .filter(
      (part, i) => part.kind !== 'column' || context.findIndex((other) => other.kind === 'column') === i,
    )
    .map((part) => ({ category: 'branch', gender: 'gender', column: 'context' })[part.kind]);
  return `CREATE TABLE basket_all AS
    WITH part AS (SELECT item.order_id, product.row, ${columns ? 'item.context' : "''"} AS context,
        ${category === undefined ? "''" : `coalesce(${path}, '')`} AS branch, nullif(product.gender, 'unisex') AS gender
        FROM item JOIN product ON product.id = item.code),
      placed AS (SELECT order_id, row, context, branch, ${gender} AS gender FROM part
        ${byGender ? 'WINDOW place AS (PARTITION BY order_id, context, branch)' : ''}),
      named AS (SELECT order_id, row, ${shown.length === 0 ? "''" : `concat_ws('|', ${shown.join(', ')})`} AS context FROM placed)
    SELECT order_id, context, list(row ORDER BY row) AS items FROM named GROUP BY order_id, context`;
}

/** The names of the context parts, for the manifest. */
export const contextColumns = (context: readonly ContextPart[]): string[] => context.map(contextName);

const keptList = (keep: KeptColumns, of: (name: string) => string = (name) => name): string =>
  Object.keys(keep)
    .map((name) => `, ${of(keptName(name))}`)
    .join('');

/**
 * Makes table `basket`: baskets of at least two products and no bulk orders, numbered by time, order id and context. Of a kept
 * column they have the value that their order's lines have: where those differ, the one that sorts first.
 */
export const numberBaskets = (keep: KeptColumns): string => `CREATE TABLE kept AS
  SELECT order_id${keptList(keep, (name) => `min(${name}) AS ${name}`)} FROM line WHERE reason = 0 GROUP BY order_id;
  CREATE TABLE basket AS
  SELECT CAST(row_number() OVER (ORDER BY moment, order_id, context) - 1 AS UINTEGER) AS basket, moment AS time, context, items${keptList(keep)}
    FROM (SELECT basket_all.*, placed_order.moment${keptList(keep)} FROM basket_all JOIN placed_order USING (order_id)
      JOIN kept USING (order_id)
      WHERE len(items) BETWEEN 2 AND ${limits.storedBasket.max})`;

export type SplitRule = { readonly share: number } | { readonly days: number };

/**
 * The first time that counts as test, as text, or null where all is training. Baskets of one time stay together, so that a
 * share is a little more where many are; the training side is never empty.
 */
export async function splitTime(database: Database, rule: SplitRule): Promise<string | null> {
  if ('share' in rule && rule.share === 0) return null;
  const wanted =
    'share' in rule
      ? `(SELECT time FROM basket ORDER BY basket
          LIMIT 1 OFFSET (SELECT count(*) - greatest(1, round(count(*) * ${rule.share})::BIGINT) FROM basket))`
      : `(SELECT date_trunc('day', max(time)) - INTERVAL (${rule.days - 1}) DAY FROM basket)`;
  const { split } = await database.row<{ split: string | null }>(
    `SELECT CAST(min(time) AS VARCHAR) AS split FROM basket
      WHERE time > (SELECT min(time) FROM basket) AND time >= ${wanted}`,
  );
  return split;
}

/** Baskets as they are written; `$split` is the first test time or NULL. */
export const basketRows = (split: string, keep: KeptColumns): string =>
  `SELECT basket, time, context, CASE WHEN time >= ${split} THEN 'test' ELSE 'train' END AS split, items${keptList(keep)}
    FROM basket ORDER BY basket`;

/** Products as they are written, with their orders before the split. */
export const productRows = (split: string): string =>
  `SELECT product.*, CAST(coalesce(trained.orders, 0) AS UINTEGER) AS orders_train FROM product
    LEFT JOIN (SELECT code, count(DISTINCT order_id) AS orders FROM item JOIN placed_order USING (order_id)
      WHERE ${split} IS NULL OR placed_order.moment < ${split} GROUP BY code) AS trained ON trained.code = product.id
    ORDER BY row`;
