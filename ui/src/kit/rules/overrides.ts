// Overrides as data: only what differs from the policy, and the policy as it is with them. No DOM here.

import type { Overrides, Policy, Rule, RuleBody } from '../policy-types.ts';

type Changes = Readonly<Record<string, false | RuleBody>>;

/** JSON with sorted keys, so that equal values have equal texts; what is undefined is left out. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

export const isSame = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

/** Without keys whose value is undefined, an empty object among them. */
function tidy(overrides: Overrides): Overrides {
  const kept = Object.entries(overrides).filter(([key, value]) => {
    if (value === undefined) return false;
    return !((key === 'filters' || key === 'candidates') && Object.keys(value as object).length === 0);
  });
  return Object.fromEntries(kept);
}

export const bodyOf = ({ name: _, ...body }: Rule): RuleBody => body;

/** Parts that an override replaces as a whole. */
export const plainParts = [
  'limit',
  'gamma',
  'efSearch',
  'rank',
  'diversity',
  'pins',
  'fallback',
  'sort',
] as const;
export type PlainPart = (typeof plainParts)[number];

/** Overrides with one part set; where it says what the policy says anyway, it is taken out. */
export function withPart<P extends PlainPart>(
  policy: Policy,
  overrides: Overrides,
  part: P,
  value: Overrides[P],
): Overrides {
  const isAsWritten = value === undefined || isSame(value, policy[part]);
  return tidy({ ...overrides, [part]: isAsWritten ? undefined : value });
}

export function withCandidates(
  policy: Policy,
  overrides: Overrides,
  change: Overrides['candidates'],
): Overrides {
  const merged = { ...overrides.candidates, ...change };
  const left = Object.entries(merged).filter(
    ([key, value]) =>
      value !== undefined && !isSame(value, policy.candidates[key as keyof Policy['candidates']]),
  );
  return tidy({ ...overrides, candidates: Object.fromEntries(left) });
}

/** Overrides with one filter changed, switched off (false), or as the policy has it (undefined). */
export function withFilter(
  policy: Policy,
  overrides: Overrides,
  name: string,
  change: false | RuleBody | undefined,
): Overrides {
  const own = policy.filters.find((rule) => rule.name === name);
  const { [name]: _, ...others } = overrides.filters ?? {};
  const isAsWritten =
    change === undefined ||
    (own === undefined ? change === false : change !== false && isSame(change, bodyOf(own)));
  return tidy({ ...overrides, filters: isAsWritten ? others : { ...others, [name]: change } });
}

/** `blocks` are only ever added to. */
export function withBlocks(policy: Policy, overrides: Overrides, added: readonly string[]): Overrides {
  const blocks = added.filter((id) => !policy.blocks.includes(id));
  return tidy({ ...overrides, blocks: blocks.length === 0 ? undefined : blocks } as Overrides);
}

function changedFilters(filters: readonly Rule[], changes: Changes): Rule[] {
  const kept = filters.flatMap((rule): Rule[] => {
    const change = changes[rule.name];
    if (change === undefined) return [rule];
    return change === false ? [] : [{ name: rule.name, ...change }];
  });
  const added = Object.entries(changes).flatMap(([name, change]): Rule[] =>
    change === false || filters.some((rule) => rule.name === name) ? [] : [{ name, ...change }],
  );
  return [...kept, ...added];
}

/** The policy as it is with the overrides: what a request is answered by, and what would be saved. */
export function applied(policy: Policy, overrides: Overrides): Policy {
  const { filters = {}, candidates, blocks = [], ...plain } = overrides;
  return {
    ...policy,
    ...plain,
    candidates: { ...policy.candidates, ...candidates },
    filters: changedFilters(policy.filters, filters),
    blocks: [...new Set([...policy.blocks, ...blocks])],
  } as Policy;
}

/** How many things the overrides change, counted as a person would: each filter, each rule of the ranking, each setting. */
export function countChanges(policy: Policy, overrides: Overrides): number {
  const { filters = {}, candidates = {}, rank, ...others } = overrides;
  const ranked = rank === undefined ? 0 : Math.max(1, changedRanks(policy, rank));
  return Object.keys(filters).length + Object.keys(candidates).length + ranked + Object.keys(others).length;
}

function changedRanks(policy: Policy, rank: NonNullable<Overrides['rank']>): number {
  const names = new Set([...policy.rank, ...rank].map(({ name }) => name));
  const find = (list: readonly { readonly name: string }[], name: string) =>
    list.find((rule) => rule.name === name);
  return [...names].filter((name) => !isSame(find(policy.rank, name), find(rank, name))).length;
}

/** Overrides from the text in a URL; none where it is none. */
export function parseOverrides(text: string | null): Overrides {
  if (text === null || text === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed)
      ? (parsed as Overrides)
      : {};
  } catch {
    return {};
  }
}

/** The text for a URL, or null where nothing is overridden. */
export const overridesText = (overrides: Overrides): string | null =>
  Object.keys(overrides).length === 0 ? null : JSON.stringify(overrides);
