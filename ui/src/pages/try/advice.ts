// What to do about a short list, in words.

import { html, nothing, type TemplateResult } from 'lit';
import type { Filled } from 'sepet/client';
import { formatNumber, plural } from '../../kit/money.ts';
import type { Policy } from '../../kit/policy-types.ts';

/** The rule that dropped most, mandatory ones left out: what could be loosened. */
function heaviest({ filteredBy = {} }: Filled, policy: Policy | undefined): [string, number] | undefined {
  const isMandatory = (name: string) =>
    policy?.filters.find((rule) => rule.name === name)?.mandatory === true;
  return Object.entries(filteredBy)
    .filter(([name]) => !isMandatory(name) && name !== 'blocks')
    .sort(([, a], [, b]) => b - a)[0];
}

export function shortageAdvice(filled: Filled, policy: Policy | undefined): TemplateResult | typeof nothing {
  const { wanted, returned, missing, exhausted } = filled;
  if (missing === 0) return nothing;
  const found = heaviest(filled, policy);
  const loosen =
    found === undefined
      ? nothing
      : html`The rule <strong>${found[0]}</strong> dropped most of them (${formatNumber(found[1])}): loosen it or switch it off to see more.`;
  const all = exhausted
    ? 'Every product of the catalogue was considered; no others pass the rules.'
    : policy?.fallback.includes('popular')
      ? ''
      : 'The fallback list "most ordered of all" is off: with it, a list falls short only where the whole catalogue has too few that pass.';
  return html`<sp-empty heading=${returned === 0 ? 'Nothing passes the rules' : `${plural(missing, 'product')} fewer than wanted`}>
    ${returned} of ${wanted} could be shown. ${all} ${loosen}
  </sp-empty>`;
}
