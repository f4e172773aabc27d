// A request's changes to a policy. What is mandatory can be narrowed but not widened.

import { z } from 'zod';
import { SepetError } from '../base/errors.ts';
import { suggestion } from '../base/nearest.ts';
import {
  type PolicyDocument,
  policyLabel,
  policyParts,
  policySchema,
  type RuleDocument,
} from './document.ts';
import { ruleBody, ruleName } from './document-rules.ts';
import { checkValue, errorOf, mistake } from './mistakes.ts';

/** What a request may change. */
const overridesSchema = z
  .strictObject({
    limit: policyParts.limit,
    /** Only the keys given. */
    candidates: policyParts.candidatesGiven,
    gamma: policyParts.gamma,
    efSearch: policyParts.efSearch,
    /** By name: `false` switches a filter off, a rule takes its place; a new name is a further filter. */
    filters: z.record(ruleName, z.union([z.literal(false), ruleBody], { error: 'must be a rule, or false' })),
    rank: policyParts.rank,
    diversity: policyParts.diversity,
    pins: policyParts.pins,
    /** Added to those of the policy. */
    blocks: policyParts.blocks,
    fallback: policyParts.fallback,
    sort: policyParts.sort,
  })
  .partial();

export type PolicyOverrides = z.input<typeof overridesSchema>;

type Changes = NonNullable<z.output<typeof overridesSchema>['filters']>;

/** Filters by name; behind a mandatory one its narrowing stands, under a name of its own. */
function changedFilters(filters: readonly RuleDocument[], changes: Changes): RuleDocument[] {
  const left = new Map(Object.entries(changes));
  const taken = new Set([...filters.map(({ name }) => name), ...left.keys()]);
  const freeName = (name: string): string => {
    let free = `${name}-request`;
    while (taken.has(free)) free += '-';
    taken.add(free);
    return free;
  };
  const changed = filters.flatMap((rule): RuleDocument[] => {
    const change = left.get(rule.name);
    left.delete(rule.name);
    if (change === undefined) return [rule];
    if (rule.mandatory !== true) return change === false ? [] : [{ name: rule.name, ...change }];
    if (change !== false) return [rule, { name: freeName(rule.name), ...change }];
    const said = 'is mandatory: a request may narrow it further, but not switch it off.';
    throw errorOf([mistake({ file: 'overrides', lines: {} }, ['filters', rule.name], said)]);
  });
  for (const [name, change] of left) {
    if (change !== false) changed.push({ name, ...change });
    else {
      const known = filters.map((rule) => rule.name);
      const said = `switches off "${name}", which the policy does not have.${suggestion(name, known)}`;
      throw new SepetError('policy_invalid', `overrides: filters ${said}`);
    }
  }
  return changed;
}

/**
 * The policy with a request's changes; name and revision stay. Throws `policy_invalid` where a change breaks the
 * schema, or would widen what a mandatory rule or a block forbids.
 */
export function override(document: PolicyDocument, overrides: unknown): PolicyDocument {
  const result = checkValue(overridesSchema, overrides, { file: 'overrides', lines: {} });
  if ('mistakes' in result) throw errorOf(result.mistakes);
  const { filters, blocks = [], candidates, ...replaced } = result.data;
  const { origin: _, ...before } = document;
  const changed = {
    ...before,
    ...replaced,
    candidates: { ...before.candidates, ...candidates },
    filters: changedFilters(before.filters, filters ?? {}),
    blocks: [...new Set([...before.blocks, ...blocks])],
  };
  const origin = { file: `${policyLabel(document)} with overrides`, lines: {} };
  const checked = checkValue(policySchema, changed, origin);
  if ('mistakes' in checked) throw errorOf(checked.mistakes);
  return { ...checked.data, origin };
}
