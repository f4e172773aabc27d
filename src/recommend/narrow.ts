// A request's own filters as rules of a policy, so that both are one mechanism and one account. Their names
// begin with `request.`, which no rule of a policy may.

import type { Conditions, RuleDocument } from '../policy/document.ts';
import type { RequestFilters } from './request.ts';

const keep = (name: string, conditions: Conditions): RuleDocument => ({
  name: `request.${name}`,
  keep: conditions,
  unknown: 'drop',
});

/** The rules of a request's filters; what is unknown does not match what was asked for. */
export function narrowingRules(filters: RequestFilters | undefined): RuleDocument[] {
  if (filters === undefined) return [];
  const { category, brand, gender, priceMin, priceMax, inStock, newerThanDays } = filters;
  const rules: RuleDocument[] = [];
  for (const list of ['exclude', 'bought'] as const) {
    const ids = filters[list];
    if (ids !== undefined) rules.push({ name: `request.${list}`, drop: { ids: [...ids] }, unknown: 'keep' });
  }
  if (category !== undefined) rules.push(keep('category', { category: [...category] }));
  if (brand !== undefined) rules.push(keep('brand', { brand: [...brand] }));
  if (gender !== undefined) rules.push(keep('gender', { gender: [...gender] }));
  if (priceMin !== undefined || priceMax !== undefined)
    rules.push(keep('price', { price: { min: priceMin, max: priceMax } }));
  if (inStock !== undefined) rules.push(keep('inStock', { inStock }));
  if (newerThanDays !== undefined) rules.push(keep('newerThanDays', { newerThanDays }));
  return rules;
}
