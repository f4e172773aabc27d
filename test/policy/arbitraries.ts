// Random rules over a small world of names, for property tests.

import fc from 'fast-check';
import type { Conditions, RankDocument, RuleDocument, When } from '../../src/policy/document.ts';

export interface World {
  readonly categories: readonly string[];
  readonly brands: readonly string[];
  readonly ids: readonly string[];
  /** Names of numeric fields; values about 0 to 1. */
  readonly fields: readonly string[];
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

const someOf = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: 1, maxLength: 3 });
const nonEmpty = <T extends object>(made: T): boolean => Object.keys(made).length > 0;

/** A `when`, or a side of a pair. */
function side({ categories, brands }: World): fc.Arbitrary<When> {
  return fc
    .record(
      {
        category: fc.oneof(fc.constantFrom(...categories), someOf(fc.constantFrom(...categories))),
        brand: fc.constantFrom(...brands),
        gender: someOf(fc.constantFrom(...genders)),
      },
      { requiredKeys: [] },
    )
    .filter(nonEmpty);
}

/** One to three conditions that the schema would accept: rules of one are compiled another way than those of several. */
export function conditions(world: World): fc.Arbitrary<Conditions> {
  const { categories, brands, ids, fields } = world;
  const path = fc.constantFrom(...categories, ...categories.map((name) => `${name}/**`));
  const all = {
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
    group: fc.constant('same' as const),
    newerThanDays: fc.integer({ min: 1, max: 60 }),
    field: fc
      .tuple(fc.constantFrom(...fields), range(3, false))
      .map(([name, bounds]) => ({ name, ...bounds })),
    pair: fc.tuple(side(world), side(world)),
    ids: fc.array(fc.constantFrom(...ids), { maxLength: 4 }),
  } satisfies { [K in keyof Conditions]-?: fc.Arbitrary<Conditions[K]> };
  const keys = Object.keys(all) as (keyof typeof all)[];
  return fc
    .oneof(
      fc.constantFrom(...keys).map((key) => [key]),
      fc.subarray(keys, { minLength: 2, maxLength: 3 }),
    )
    .chain(
      (chosen) =>
        fc.record(Object.fromEntries(chosen.map((key) => [key, all[key]]))) as fc.Arbitrary<Conditions>,
    );
}

/** A rule that the schema would accept. */
export function rule(world: World, name: string): fc.Arbitrary<RuleDocument> {
  const when = fc.option(side(world), { nil: undefined });
  const unknown = fc.constantFrom('keep' as const, 'drop' as const);
  return fc.tuple(conditions(world), fc.boolean(), when, unknown).map(([made, keeps, only, missing]) => ({
    name,
    ...(only && { when: only }),
    ...(keeps ? { keep: made } : { drop: made }),
    unknown: missing,
  }));
}

const isoDate = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);

/** A boost, a weighted field, or a share that is not drawn by lot; its dates lie about `day` (since 1970). */
export function rankRule(world: World, name: string, day: number): fc.Arbitrary<RankDocument> {
  const when = fc.option(side(world), { nil: undefined });
  const between = fc.option(
    fc
      .tuple(fc.integer({ min: day - 3, max: day + 1 }), fc.nat(3))
      .map(([from, length]): [string, string] => [isoDate(from), isoDate(from + length)]),
    { nil: undefined },
  );
  const match = fc.option(conditions(world), { nil: undefined });
  const kind = fc.oneof(
    fc.constantFrom(0.5, 1.2, 3).map((boost) => ({ boost })),
    fc
      .tuple(fc.constantFrom(...world.fields), fc.constantFrom(-0.5, 0.1, 1))
      .map(([field, weight]) => ({ field, weight })),
    fc.tuple(fc.constantFrom(0.1, 0.3), fc.integer({ min: 1, max: 60 })).map(([share, newerThanDays]) => ({
      share,
      newerThanDays,
    })),
  );
  return fc
    .tuple(kind, when, between, match)
    .map(([made, whom, dates, which]) => ({
      name,
      ...(whom && { when: whom }),
      ...(dates && { between: dates }),
      ...(which && { match: which }),
      ...made,
    }))
    .filter((made) => !('boost' in made) || 'match' in made || 'when' in made);
}
