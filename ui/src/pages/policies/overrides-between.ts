// A draft as overrides of what is served, for links to pages that try and compare.

import type { Overrides, Policy, RuleBody } from '../../kit/policy-types.ts';
import { bodyOf, isSame, plainParts } from '../../kit/rules/overrides.ts';

/**
 * What a request must override to be answered as by the draft, or undefined where no request can: a mandatory filter gone, a block taken
 * back, a rule put before others.
 */
export function overridesBetween(served: Policy, draft: Policy): Overrides | undefined {
  if (
    served.filters.some((rule) => rule.mandatory === true && !draft.filters.some((one) => isSame(one, rule)))
  )
    return undefined;
  if (served.blocks.some((id) => !draft.blocks.includes(id))) return undefined;
  if (draft.gamma === undefined && served.gamma !== undefined) return undefined;
  if (draft.candidates.blend === undefined && served.candidates.blend !== undefined) return undefined;
  const parts = plainParts
    .filter((part) => !isSame(served[part], draft[part]))
    .map((part) => [part, draft[part]] as const);
  const candidates = Object.entries(draft.candidates).filter(
    ([key, value]) => !isSame(value, served.candidates[key as keyof Policy['candidates']]),
  );
  const filters = filtersBetween(served, draft);
  const blocks = draft.blocks.filter((id) => !served.blocks.includes(id));
  return {
    ...Object.fromEntries(parts),
    ...(candidates.length > 0 && { candidates: Object.fromEntries(candidates) }),
    ...(Object.keys(filters).length > 0 && { filters }),
    ...(blocks.length > 0 && { blocks }),
  } as Overrides;
}

function filtersBetween(served: Policy, draft: Policy): Record<string, false | RuleBody> {
  const gone = served.filters
    .filter(({ name }) => !draft.filters.some((rule) => rule.name === name))
    .map(({ name }) => [name, false] as const);
  const withUnknown = (rule: Policy['filters'][number]): object => ({
    ...rule,
    unknown: rule.unknown ?? 'keep',
  });
  const changed = draft.filters
    .filter((rule) => {
      const own = served.filters.find(({ name }) => name === rule.name);
      return own === undefined || !isSame(withUnknown(own), withUnknown(rule));
    })
    .map((rule) => [rule.name, bodyOf(rule)] as const);
  return Object.fromEntries([...gone, ...changed]);
}
