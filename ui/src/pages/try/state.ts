// What Try shows, as the URL has it.

import type { BoughtTogetherOptions } from 'sepet/client';
import type { Overrides } from '../../kit/policy-types.ts';
import { overridesText, parseOverrides } from '../../kit/rules/overrides.ts';
import type { Patch } from '../../kit/url-state.ts';

/** What one request asks for on top of the policy. */
export interface Narrowing {
  readonly category: readonly string[];
  readonly brand: readonly string[];
  readonly gender: readonly string[];
  /** Minor units. */
  readonly priceMin: number | undefined;
  readonly priceMax: number | undefined;
  readonly inStock: boolean;
}

export interface TryState {
  /** The first is the query product of rules. */
  readonly products: readonly string[];
  readonly label: string;
  /** A name, or empty: the placement's, or the default. */
  readonly policy: string;
  readonly placement: string;
  readonly overrides: Overrides;
  readonly narrowing: Narrowing;
  /** Whether an unknown product is answered from the popularity lists. */
  readonly fallback: boolean;
}

const whole = (text: string | null): number | undefined =>
  text !== null && /^\d{1,10}$/.test(text) ? Number(text) : undefined;

export function readState(params: URLSearchParams): TryState {
  return {
    products: [...new Set(params.getAll('product').filter((id) => id !== ''))].slice(0, 50),
    label: params.get('label') ?? '',
    policy: params.get('policy') ?? '',
    placement: params.get('placement') ?? '',
    overrides: parseOverrides(params.get('rules')),
    narrowing: {
      category: params.getAll('category'),
      brand: params.getAll('brand'),
      gender: params.getAll('gender'),
      priceMin: whole(params.get('priceMin')),
      priceMax: whole(params.get('priceMax')),
      inStock: params.get('inStock') === '1',
    },
    fallback: params.get('fallback') === '1',
  };
}

const textOf = (value: number | undefined): string | null => (value === undefined ? null : String(value));

export function narrowingPatch({ category, brand, gender, priceMin, priceMax, inStock }: Narrowing): Patch {
  return {
    ...{ category, brand, gender },
    priceMin: textOf(priceMin),
    priceMax: textOf(priceMax),
    inStock: inStock ? '1' : null,
  };
}

export const rulesPatch = (overrides: Overrides): Patch => ({ rules: overridesText(overrides) });

export const nothingNarrowed: Narrowing = {
  ...{ category: [], brand: [], gender: [], priceMin: undefined, priceMax: undefined },
  inStock: false,
};

export const narrowingCount = ({ category, brand, gender, priceMin, priceMax, inStock }: Narrowing): number =>
  [category.length, brand.length, gender.length, priceMin, priceMax, inStock].filter(
    (one) => one !== undefined && one !== 0 && one !== false,
  ).length;

const some = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);

/** The state as options of a request, without what only looks. */
export function optionsOf({
  policy,
  placement,
  overrides,
  narrowing,
  fallback,
}: TryState): BoughtTogetherOptions {
  const { category, brand, gender, priceMin, priceMax, inStock } = narrowing;
  const given = {
    policy: policy === '' ? undefined : policy,
    placement: placement === '' || policy !== '' ? undefined : placement,
    overrides: Object.keys(overrides).length === 0 ? undefined : overrides,
    ...{ category: some(category), brand: some(brand), gender: some(gender), priceMin, priceMax },
    inStock: inStock ? true : undefined,
    fallback: fallback ? true : undefined,
  };
  const defined = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined) as BoughtTogetherOptions;
}
