// The products of an artifact in plain words.

import { genders, unknown8, unknown32, unknownDay } from '../../src/base/products.ts';
import type { Artifact } from '../../src/recommend/artifact.ts';
import type { PlainProduct } from '../policy/reference.ts';

/** Of whom nothing is known. */
export const nobody: PlainProduct = {
  ...{ id: '', category: null, brand: null, gender: null, price: null, band: null, inStock: null },
  ...{ group: null, released: null, fields: {} },
};

const made = new WeakMap<Artifact, PlainProduct[]>();

/** The products, by row. */
export function plainProducts(artifact: Artifact): PlainProduct[] {
  const known = made.get(artifact) ?? describeAll(artifact);
  made.set(artifact, known);
  return known;
}

function describeAll({ catalog }: Artifact): PlainProduct[] {
  const { columns, categories, brands, ids } = catalog;
  const known = (value: number | undefined, unknown: number): number | null =>
    value === undefined || value === unknown ? null : value;
  const named = (number: number | null, names: { at(n: number): string }) =>
    number === null ? null : names.at(number);
  return Array.from({ length: catalog.products }, (_, row) => {
    const group = known(columns.group[row], unknown32);
    return {
      id: ids.id(row),
      category: named(known(columns.category[row], unknown32), categories),
      brand: named(known(columns.brand[row], unknown32), brands),
      gender: genders[columns.gender[row] as number] ?? null,
      price: known(columns.price[row], unknown32),
      band: known(columns.band[row], unknown8),
      inStock: columns.stock[row] === unknown8 ? null : columns.stock[row] === 1,
      group: group === null ? null : `group ${group}`,
      released: known(columns.released[row], unknownDay),
      fields: Object.fromEntries(
        [...columns.numeric].map(([name, values]) => {
          const value = values[row] as number;
          return [name, Number.isNaN(value) ? null : value];
        }),
      ),
    };
  });
}
