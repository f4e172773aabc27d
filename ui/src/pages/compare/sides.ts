// What makes the lists of one column: a label, one of its policies, and changes to that policy.

import type { BatchRequest, Comparisons, ServedLabel, VerdictSide } from 'sepet/client';

export type Overrides = Readonly<Record<string, unknown>>;

export interface Side {
  /** Where the lists come from; the main label where empty. */
  readonly label: string;
  /** The name of the policy; the label's default where empty. */
  readonly policy: string;
  readonly overrides: Overrides;
}

/** The columns: `a` is what customers see now, `b` what is proposed. */
export type Column = 'a' | 'b';
export const columns: readonly Column[] = ['a', 'b'];
export type Sides = Readonly<Record<Column, Side>>;

/** Everything that a card shows. */
const fields = ['title', 'price', 'category', 'brand', 'inStock', 'image'] as const;

/** JSON with sorted keys, so that two objects which say the same are the same text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  const parts = entries
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`);
  return `{${parts.join(',')}}`;
}

export const hasOverrides = (side: Side): boolean => Object.keys(side.overrides).length > 0;

export const sameSide = (one: Side, other: Side): boolean => canonical(one) === canonical(other);

export const labelOf = (side: Side, labels: readonly ServedLabel[]): ServedLabel | undefined =>
  labels.find(({ label, main }) => (side.label === '' ? main : label === side.label));

/** `pdp` of `pdp@3`. */
export const policyName = (policy: string): string => policy.replace(/@\d+$/, '');

/** `pdp@3`, as answers of the side carry it. */
export function policyOf(side: Side, labels: readonly ServedLabel[]): string | undefined {
  const served = labelOf(side, labels);
  const wanted = side.policy === '' ? served?.default : side.policy;
  return served?.policies.find((policy) => policyName(policy) === wanted);
}

/**
 * What is compared where nothing is chosen: the main label with the first one beside it, as releases are judged before they are promoted;
 * a server of one label compares its policy with a change of it.
 */
export function firstSides(labels: readonly ServedLabel[]): Sides {
  const main = labels.find((served) => served.main) ?? labels[0];
  const beside = labels.find((served) => served !== main) ?? main;
  const sideOf = (served: ServedLabel | undefined): Side => ({
    label: served?.label ?? '',
    policy: served?.default ?? '',
    overrides: {},
  });
  return { a: sideOf(main), b: sideOf(beside) };
}

function overridesOf(text: string | null): Overrides {
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

function readSide(
  params: URLSearchParams,
  column: Column,
  first: Side,
  labels: readonly ServedLabel[],
): Side {
  const label = params.get(column) ?? first.label;
  const served = labels.find((one) => one.label === label);
  const policy = params.get(`${column}-policy`) ?? served?.default ?? first.policy;
  return { label, policy, overrides: overridesOf(params.get(`${column}-rules`)) };
}

/** The sides of a URL; where it does not say, those of the first use. */
export function readSides(params: URLSearchParams, labels: readonly ServedLabel[]): Sides {
  const first = firstSides(labels);
  return { a: readSide(params, 'a', first.a, labels), b: readSide(params, 'b', first.b, labels) };
}

/** What a side is in the URL. */
export const sidePatch = (column: Column, side: Side): Record<string, string | null> => ({
  [column]: side.label,
  [`${column}-policy`]: side.policy === '' ? null : side.policy,
  [`${column}-rules`]: hasOverrides(side) ? canonical(side.overrides) : null,
});

export const sidesPatch = (sides: Sides): Record<string, string | null> => ({
  ...sidePatch('a', sides.a),
  ...sidePatch('b', sides.b),
});

/** Where one sees why a side's list is as it is. */
export function tryHref(product: string, side: Side): string {
  const params = new URLSearchParams({ product });
  if (side.label !== '') params.set('label', side.label);
  if (side.policy !== '') params.set('policy', side.policy);
  if (hasOverrides(side)) params.set('rules', canonical(side.overrides));
  return `/ui/try?${params}`;
}

/** The request for one product's list. */
export const requestOf = (side: Side, product: string): BatchRequest => ({
  product,
  fields,
  ...(side.policy !== '' && { policy: side.policy }),
  ...(hasOverrides(side) && { overrides: side.overrides as NonNullable<BatchRequest['overrides']> }),
});

/** What the server keeps beside a verdict: enough to know which lists were judged. */
export function verdictSide(side: Side, labels: readonly ServedLabel[]): VerdictSide {
  const served = labelOf(side, labels);
  const policy = policyOf(side, labels) ?? side.policy;
  return {
    label: side.label,
    ...(served && { artifact: served.artifact }),
    ...(policy !== '' && { policy }),
    ...(hasOverrides(side) && { overrides: side.overrides }),
  };
}

/** A kept side, to be looked at again; what it was made of may be served no more. */
export const sideOfVerdict = (kept: VerdictSide): Side => ({
  label: kept.label ?? '',
  policy: policyName(kept.policy ?? ''),
  overrides: { ...kept.overrides },
});

/** Whether a kept side would be made of the same release and policy today. */
export const isServedStill = (kept: VerdictSide, labels: readonly ServedLabel[]): boolean =>
  canonical(verdictSide(sideOfVerdict(kept), labels)) === canonical(kept);

type KeptComparison = Comparisons['comparisons'][number];

/** The kept comparison of two sides, if there is one. */
export function comparisonOf(
  before: VerdictSide,
  after: VerdictSide,
  kept: readonly KeptComparison[],
): KeptComparison | undefined {
  const wanted = canonical([before, after]);
  return kept.find((one) => canonical([one.before, one.after]) === wanted);
}

/** How many things a side changes in its policy: each filter counts. */
export function changeCount(overrides: Overrides): number {
  const { filters, ...others } = overrides;
  const changedFilters = typeof filters === 'object' && filters !== null ? Object.keys(filters).length : 0;
  return Object.keys(others).length + changedFilters;
}

/** `production, pdp@3` or `test, pdp@4 with 2 changes`. */
export function sideWords(side: VerdictSide): string {
  const changes = changeCount({ ...side.overrides });
  const of = [side.label, side.policy].filter((word) => word !== undefined && word !== '').join(', ');
  return changes === 0 ? of : `${of} with ${changes} ${changes === 1 ? 'change' : 'changes'}`;
}
