// A policy while it is being written: as in YAML, without defaults. Whatever the form shows goes through `formOf`, because a text
// may say anything.

import type { OneOrMore, Policy, Rank, Rule } from '../../kit/policy-types.ts';

/** What the text says, checked by nobody yet. */
export type Draft = Readonly<Record<string, unknown>>;

/** The keys of a policy in the order in which they are written. */
export const policyKeys = [
  ...['name', 'revision', 'placement', 'timeZone', 'limit', 'candidates', 'gamma', 'efSearch', 'filters'],
  ...['rank', 'diversity', 'pins', 'blocks', 'fallback', 'sort'],
] as const;

/** What is so where a policy does not say. */
export const defaults: Omit<Policy, 'name'> = {
  revision: 1,
  placement: [],
  timeZone: 'UTC',
  limit: 10,
  candidates: { count: 200, max: 3200, source: ['embedding', 'cooccurrence'] },
  efSearch: 200,
  filters: [],
  rank: [],
  diversity: {},
  pins: [],
  blocks: [],
  fallback: ['category-popular', 'gender-popular', 'popular'],
  sort: 'score',
};

export type FormPart = keyof Policy;

/** A policy as the form shows it, and the keys whose values are of a shape that it cannot show. */
export interface Form {
  readonly policy: Policy;
  readonly odd: readonly string[];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isList = (of: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(of);
const optional = (of: (value: unknown) => boolean) => (value: unknown) => value === undefined || of(value);
const isNames = (value: unknown): boolean => isText(value) || isList(isText)(value);
const has = (shape: Readonly<Record<string, (value: unknown) => boolean>>) => (value: unknown) =>
  isObject(value) && Object.entries(shape).every(([key, fits]) => fits(value[key]));

const range = optional(has({ min: optional(isNumber), max: optional(isNumber) }));
const isWhen = has({ category: optional(isNames), brand: optional(isNames), gender: optional(isNames) });
const isConditions = has({
  ...{ inStock: optional((value) => typeof value === 'boolean'), gender: optional(isNames) },
  ...{ price: range, priceRatio: range, priceBand: optional(has({ within: isNumber })) },
  ...{ brand: optional(isNames), category: optional(isNames), group: optional(isText) },
  ...{ newerThanDays: optional(isNumber), ids: optional(isList(isText)) },
  field: optional(has({ name: isText, min: optional(isNumber), max: optional(isNumber) })),
  pair: optional((value) => Array.isArray(value) && value.length === 2 && value.every(isWhen)),
});
const isRule = has({
  name: isText,
  ...{ when: optional(isWhen), keep: optional(isConditions), drop: optional(isConditions) },
});
const isRank = has({
  name: isText,
  ...{ when: optional(isWhen), match: optional(isConditions) },
  between: optional((value) => isList(isText)(value) && (value as unknown[]).length === 2),
  ...{ boost: optional(isNumber), field: optional(isText), weight: optional(isNumber) },
  ...{ share: optional(isNumber), newerThanDays: optional(isNumber) },
});
const isPin = (value: unknown): boolean => isText(value) || has({ id: isText, position: isNumber })(value);

const fits: Readonly<Record<FormPart, (value: unknown) => boolean>> = {
  name: isText,
  revision: isNumber,
  placement: isNames,
  timeZone: isText,
  limit: isNumber,
  candidates: has({
    ...{ count: optional(isNumber), max: optional(isNumber), source: optional(isList(isText)) },
    blend: optional((value) => isText(value) || isObject(value)),
  }),
  gamma: isNumber,
  efSearch: isNumber,
  filters: isList(isRule),
  rank: isList(isRank),
  diversity: has({ max: optional(isObject), mmr: optional(isNumber), noAdjacentSame: optional(isText) }),
  pins: isList(isPin),
  blocks: isList(isText),
  fallback: isList(isText),
  sort: isText,
};

export const listOf = (value: OneOrMore | undefined): readonly string[] =>
  value === undefined ? [] : [value].flat();

/** What the form shows of a draft. */
export function formOf(draft: Draft): Form {
  const odd = Object.entries(draft)
    .filter(([key, value]) => key in fits && value !== null && !fits[key as FormPart](value))
    .map(([key]) => key);
  const given = Object.fromEntries(
    Object.entries(draft).filter(([key, value]) => value !== null && !odd.includes(key)),
  ) as Partial<Policy>;
  const candidates = { ...defaults.candidates, ...given.candidates };
  const placement = listOf(given.placement as OneOrMore | undefined);
  return { policy: { name: '', ...defaults, ...given, candidates, placement }, odd };
}

/** The draft with one part changed; undefined takes the key out. */
export function withPart<Part extends FormPart>(
  draft: Draft,
  part: Part,
  value: Policy[Part] | undefined,
): Draft {
  const { [part]: _, ...others } = draft;
  return value === undefined ? others : { ...draft, [part]: value };
}

/** A name for a new rule that no other rule has. */
export function freeName(wanted: string, rules: readonly (Rule | Rank)[]): string {
  const taken = new Set(rules.map(({ name }) => name));
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted}-${number}`)) number++;
  return `${wanted}-${number}`;
}

export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const item = list[from];
  if (item === undefined || to < 0 || to >= list.length) return list;
  return list.toSpliced(from, 1).toSpliced(to, 0, item);
}

/** An object without the keys that are undefined. */
export const tidy = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
