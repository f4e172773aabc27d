// A request as the server's query string has it, and as its bodies do.

import { SepetError } from '../base/errors.ts';
import type { CombinedPart, CombineRequest } from '../recommend/recommender.ts';
import type { RecommendRequest, RequestFilters } from '../recommend/request.ts';

/** What `boughtTogether` can be asked for; docs/api.md says what each means. */
export type BoughtTogetherOptions = Omit<
  RecommendRequest,
  'product' | 'basket' | 'filters' | 'exact' | 'nowMs' | 'towered' | 'experiment'
> &
  RequestFilters;

/** One request of a batch: for a product, or for the products of a basket. */
export type BatchRequest = BoughtTogetherOptions &
  (
    | { readonly product: string; readonly products?: never }
    | { readonly product?: never; readonly products: readonly string[] }
  );

/** What `combine` can be asked for beside what it combines. */
export type CombineOptions = Omit<CombineRequest, 'items' | 'filters' | 'exact'> &
  Omit<RequestFilters, 'bought'>;

/** In a body these stand together. */
const filterNames: readonly (keyof RequestFilters)[] = [
  ...(['category', 'brand', 'gender', 'priceMin', 'priceMax', 'inStock', 'newerThanDays'] as const),
];

/** Whether only a body can say it. */
export const wantsBody = ({ user, context, tower }: BoughtTogetherOptions): boolean =>
  user !== undefined || context !== undefined || tower !== undefined;

/** Options as bodies have them: what narrows by a product's properties in `filters`. What is undefined is left out. */
function bodyOf(options: object): Record<string, unknown> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const isFilter = ([name]: readonly [string, unknown]) => filterNames.some((filter) => filter === name);
  const filters = given.filter(isFilter);
  const others = Object.fromEntries(given.filter((one) => !isFilter(one)));
  return filters.length === 0 ? others : { ...others, filters: Object.fromEntries(filters) };
}

export const basketBody = (products: readonly string[], options: BoughtTogetherOptions): object => ({
  products,
  ...bodyOf(options),
});

export const batchBody = (requests: readonly BatchRequest[]): object => ({
  requests: requests.map(bodyOf),
});

export const combineBody = (items: readonly CombinedPart[], options: CombineOptions): object => ({
  items,
  ...bodyOf(options),
});

function textOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** `?limit=5&brand=A&brand=B`, or nothing. What is undefined is left out; lists repeat their name. */
export function queryString(options: object): string {
  const pairs = Object.entries(options).flatMap(([name, value]) => {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values.filter((one) => one !== undefined).map((one): [string, string] => [name, textOf(one)]);
  });
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}

/** A segment of a path. Throws `option_invalid` for ids that no URL can carry. */
export function segment(id: string): string {
  // URLs resolve these two however they are written.
  if (id !== '' && id !== '.' && id !== '..' && !/\p{Surrogate}/u.test(id)) return encodeURIComponent(id);
  throw new SepetError('option_invalid', `"${id}" cannot be asked for: no URL can carry it.`);
}
