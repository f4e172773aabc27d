// Random changes of products, for property tests.

import fc from 'fast-check';
import type { ProductChange } from '../../src/catalog/changes.ts';

export interface ChangeWorld {
  readonly ids: readonly string[];
  readonly categories: readonly string[];
  readonly brands: readonly string[];
  readonly groups: readonly string[];
  /** The newest release, in days since 1970. */
  readonly day: number;
}

/** What a change may say beside its id. */
export function facts({
  categories,
  brands,
  groups,
  day,
}: ChangeWorld): fc.Arbitrary<Omit<ProductChange, 'id'>> {
  return fc.record(
    {
      removed: fc.boolean(),
      title: fc
        .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
        .filter((text) => text.trim() !== ''),
      image: fc.webUrl(),
      category: fc.constantFrom(...categories),
      brand: fc.constantFrom(...brands),
      group: fc.constantFrom(...groups),
      gender: fc.constantFrom('female', 'male', 'unisex', 'kids'),
      price: fc.integer({ min: 1, max: 5000 }),
      stock: fc.boolean(),
      released: fc.integer({ min: day - 100, max: day }),
      numeric: fc.integer({ min: 0, max: 16 }).map((value) => ({ margin: value / 16 })),
    },
    { requiredKeys: [] },
  );
}

/** Changes, one a product. */
export function changesOf(world: ChangeWorld): fc.Arbitrary<ProductChange[]> {
  return fc
    .uniqueArray(fc.constantFrom(...world.ids), { minLength: 1, maxLength: 40 })
    .chain((chosen) => fc.tuple(...chosen.map((id) => facts(world).map((known) => ({ id, ...known })))));
}
