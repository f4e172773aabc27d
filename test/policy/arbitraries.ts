// Random rules over a small world of names, for property tests.

import fc from 'fast-check';
import type { Conditions, RuleDocument } from '../../src/policy/document.ts';

export interface World {
  readonly categories: readonly string[];
  readonly brands: readonly string[];
  readonly ids: readonly string[];
}

const genders = ['female', 'male', 'unisex', 'kids'] as const;

function range(max: number, whole: boolean) {
  const value = whole ? fc.nat(max) : fc.constantFrom(0, 0.25, 0.5, 1, 1.5, 3);
  return fc
    .tuple(value, value)
    .map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) }))
    .chain((both) =>
      fc.constantFrom<{ min?: number; max?: number }>(both, { min: both.min }, { max: both.max }),
    );
}

function conditions({ categories, brands, ids }: World): fc.Arbitrary<Conditions> {
  const path = fc.constantFrom(...categories, ...categories.map((name) => `${name}/**`));
  const someOf = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: 1, maxLength: 3 });
  return fc
    .record(
      {
        inStock: fc.boolean(),
        gender: fc.oneof(
          fc.constantFrom('same' as const, 'same-or-unisex' as const, ...genders),
          someOf(fc.constantFrom(...genders)),
        ),
        price: range(5000, true),
        priceRatio: range(3, false),
        priceBand: fc.record({ within: fc.nat(4) }),
        brand: fc.oneof(fc.constant('same'), fc.constantFrom(...brands), someOf(fc.constantFrom(...brands))),
        category: fc.oneof(fc.constantFrom('same-leaf', 'same-parent'), path, someOf(path)),
        ids: fc.array(fc.constantFrom(...ids), { maxLength: 4 }),
      },
      { requiredKeys: [] },
    )
    .filter((made) => Object.keys(made).length > 0);
}

/** A rule that the schema would accept. */
export function rule(world: World, name: string): fc.Arbitrary<RuleDocument> {
  const when = fc.option(fc.record({ category: fc.constantFrom(...world.categories) }), { nil: undefined });
  const unknown = fc.constantFrom('keep' as const, 'drop' as const);
  return fc.tuple(conditions(world), fc.boolean(), when, unknown).map(([made, keeps, only, missing]) => ({
    name,
    ...(only && { when: only }),
    ...(keeps ? { keep: made } : { drop: made }),
    unknown: missing,
  }));
}
