// A request as the server's query string has it.

import { SepetError } from '../base/errors.ts';
import type { RecommendRequest, RequestFilters } from '../recommend/request.ts';

/** What `boughtTogether` can be asked for; docs/api.md says what each means. */
export type BoughtTogetherOptions = Omit<RecommendRequest, 'product' | 'filters' | 'nowMs'> & RequestFilters;

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
