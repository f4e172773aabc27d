// The ranking against the policy's: a request replaces it as a whole. No DOM here.

import type { Overrides, Policy, Rank } from '../policy-types.ts';
import { isSame, withPart } from './overrides.ts';

const rankNow = (policy: Policy, overrides: Overrides): readonly Rank[] => overrides.rank ?? policy.rank;

/**
 * Overrides with one rule of the ranking changed, switched off (false), or as the policy has it (undefined). A request replaces
 * the whole ranking, so all others stand in it too, in the policy's order.
 */
export function withRank(
  policy: Policy,
  overrides: Overrides,
  name: string,
  change: Rank | false | undefined,
): Overrides {
  const now = new Map(rankNow(policy, overrides).map((rule) => [rule.name, rule]));
  const own = policy.rank.find((rule) => rule.name === name);
  const next = change === undefined ? own : change;
  if (next === false || next === undefined) now.delete(name);
  else now.set(name, next);
  const order = [...policy.rank.map((rule) => rule.name), ...now.keys()];
  const rank = [...new Set(order)].flatMap((one) => now.get(one) ?? []);
  return withPart(policy, overrides, 'rank', rank);
}

export interface RankState {
  readonly rule: Rank;
  readonly isOn: boolean;
  readonly isAdded: boolean;
  readonly isChanged: boolean;
}

/** The policy's rules with those that are switched off, then those that were added. */
export function rankStates(policy: Policy, overrides: Overrides): readonly RankState[] {
  const now = rankNow(policy, overrides);
  const own = policy.rank.map((rule): RankState => {
    const found = now.find(({ name }) => name === rule.name);
    return {
      rule: found ?? rule,
      isOn: found !== undefined,
      isAdded: false,
      isChanged: !isSame(found, rule),
    };
  });
  const added = now.filter(({ name }) => !policy.rank.some((rule) => rule.name === name));
  return [...own, ...added.map((rule) => ({ rule, isOn: true, isAdded: true, isChanged: true }))];
}
