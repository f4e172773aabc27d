// What is known of products and of baskets as columns of a feature spec: in training from the tables of a data folder, when it
// serves from the catalogue and from the request. A column called `query.brand` is the brand of the product that is asked with;
// in the groups of user and context other columns are the basket's, and a request gives their values.

import { SepetError } from '../base/errors.ts';
import { suggestion } from '../base/nearest.ts';
import { columnsOf, type Reader, type Value } from './encode.ts';
import { type FeatureSpec, groupNames } from './spec.ts';

/** Facts that every product may have. `categories` is its category and all above it; prices are in minor units. */
export const factNames = ['id', 'category', 'categories', 'brand', 'gender', 'group', 'price'] as const;
export type FactName = (typeof factNames)[number];

/** A product's facts: unknown ones are null or absent. Further names are the shop's own numeric fields. */
export type ProductFactsOf = (name: Exclude<FactName, 'categories'> | (string & {})) => Value;

/**
 * What every basket has: the context that it was separated by, and of its time in UTC the hour (0 to 23), the day of the week (1 is
 * Monday, 7 Sunday) and the month (1 to 12). Further names are the order columns that ingest was told to keep.
 */
export const basketColumns = ['context', 'time.hour', 'time.weekday', 'time.month'] as const;

const queryPrefix = 'query.';

/** Whether a column of user or context is a fact of the product that is asked with, and no request gives it. */
export const isOfQuery = (column: string): boolean => column.startsWith(queryPrefix);

/** `A/B/C` as `A`, `A/B`, `A/B/C`. */
function pathsOf(category: string): string[] {
  const parts = category.split('/');
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

/** Reads a product's facts as columns. */
export const factReader =
  (facts: ProductFactsOf): Reader =>
  (column) => {
    if (column !== 'categories') return facts(column);
    const category = facts('category');
    return typeof category === 'string' ? pathsOf(category) : null;
  };

/** Reads the facts of the product that is asked with: columns without the prefix are not its. */
export const queryReader = (facts: ProductFactsOf): Reader => {
  const read = factReader(facts);
  return (column) => (column.startsWith(queryPrefix) ? read(column.slice(queryPrefix.length)) : undefined);
};

/** Names beside those that all data folders have. */
export interface FolderColumns {
  /** The shop's own numeric fields of products. */
  readonly fields?: readonly string[];
  /** Columns of orders that were kept. */
  readonly kept?: readonly string[];
}

/**
 * Checks that all columns of a spec are a data folder's: of an item its facts, in user and context those of the product asked with,
 * or columns of the basket. Throws `feature_spec_invalid` naming the nearest.
 */
export function checkFactColumns(
  spec: Pick<FeatureSpec, (typeof groupNames)[number]>,
  { fields = [], kept = [] }: FolderColumns = {},
): void {
  const facts = [...factNames, ...fields];
  const beside = [...facts.map((fact) => queryPrefix + fact), ...basketColumns, ...kept];
  for (const group of groupNames) {
    const known = group === 'item' ? facts : beside;
    for (const column of spec[group].flatMap(columnsOf)) {
      if (known.includes(column)) continue;
      const said = `${group} has the column "${column}", which a data folder does not.`;
      const meant = group !== 'item' && facts.includes(column) ? queryPrefix + column : column;
      throw new SepetError('feature_spec_invalid', said + suggestion(meant, known));
    }
  }
}

/** The columns of user and context that are the basket's. */
export const basketColumnsOf = (spec: Pick<FeatureSpec, 'user' | 'context'>): string[] => [
  ...new Set([...spec.user, ...spec.context].flatMap(columnsOf).filter((column) => !isOfQuery(column))),
];

/** Used where a data folder is trained on without a spec. */
export const factSpec: FeatureSpec = {
  version: 1,
  user: [],
  context: [
    { kind: 'dictionary', column: 'query.id', minCount: 1, most: 16_000_000 },
    { kind: 'multi', column: 'query.categories', separator: '|', minCount: 1, most: 1_000_000 },
    { kind: 'dictionary', column: 'query.brand', minCount: 1, most: 1_000_000 },
  ],
  item: [
    { kind: 'dictionary', column: 'id', minCount: 1, most: 16_000_000 },
    { kind: 'multi', column: 'categories', separator: '|', minCount: 1, most: 1_000_000 },
    { kind: 'dictionary', column: 'brand', minCount: 1, most: 1_000_000 },
  ],
};
