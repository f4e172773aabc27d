// What is known of a product as columns of a feature spec: in training from the product table, when it serves from the
// catalogue. A column called `query.brand` is the brand of the product that is asked with.

import { SepetError } from '../base/errors.ts';
import { suggestion } from '../base/nearest.ts';
import type { Reader, Value } from './encode.ts';
import { type FeatureSpec, groupNames } from './spec.ts';

/** Facts that every product may have. `categories` is its category and all above it; prices are in minor units. */
export const factNames = ['id', 'category', 'categories', 'brand', 'gender', 'group', 'price'] as const;
export type FactName = (typeof factNames)[number];

/** A product's facts: unknown ones are null or absent. Further names are the shop's own numeric fields. */
export type ProductFactsOf = (name: Exclude<FactName, 'categories'> | (string & {})) => Value;

const queryPrefix = 'query.';

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

/**
 * Checks that all columns of a spec are facts of products: of the item, and of the product asked with. Throws
 * `feature_spec_invalid` naming the nearest.
 */
export function checkFactColumns(
  spec: Pick<FeatureSpec, (typeof groupNames)[number]>,
  fields: readonly string[],
): void {
  const known = [...factNames, ...fields];
  for (const group of groupNames)
    for (const one of spec[group])
      for (const column of one.kind === 'rate' ? [one.column, one.of] : [one.column]) {
        const isQuery = group !== 'item';
        const name = isQuery ? column.replace(queryPrefix, '') : column;
        if ((!isQuery || column.startsWith(queryPrefix)) && known.includes(name)) continue;
        const all = isQuery ? known.map((fact) => queryPrefix + fact) : known;
        throw new SepetError(
          'feature_spec_invalid',
          `${group} has the column "${column}", which a data folder does not.${suggestion(isQuery && !column.startsWith(queryPrefix) ? queryPrefix + column : column, all)}`,
        );
      }
}

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
