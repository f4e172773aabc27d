// The same list by other means: as a request for a terminal or a browser, and as a link to the other pages.

import { overridesText } from '../../kit/rules/overrides.ts';
import { patchedSearch } from '../../kit/url-state.ts';
import { optionsOf, type TryState } from './state.ts';

const filterNames = ['category', 'brand', 'gender', 'priceMin', 'priceMax', 'inStock'];
const flag = (value: unknown): string =>
  value === true ? '1' : typeof value === 'object' ? JSON.stringify(value) : String(value);

/** The address that answers with this list; undefined where it takes a body. */
export function requestUrl(state: TryState, origin: string): string | undefined {
  const [product, ...others] = state.products;
  if (product === undefined || others.length > 0 || state.label !== '') return undefined;
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(optionsOf(state)))
    for (const one of Array.isArray(value) ? value : [value]) params.append(name, flag(one));
  const query = params.toString();
  return `${origin}/v1/products/${encodeURIComponent(product)}/bought-together${query === '' ? '' : `?${query}`}`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A command for a terminal. */
export function curlOf(state: TryState, origin: string): string {
  const url = requestUrl(state, origin);
  if (url !== undefined) return `curl ${quoted(url)}`;
  const entries = Object.entries(optionsOf(state));
  const filters = entries.filter(([name]) => filterNames.includes(name));
  const others = entries.filter(([name]) => !filterNames.includes(name));
  const body = {
    products: state.products,
    ...Object.fromEntries(others),
    ...(filters.length > 0 && { filters: Object.fromEntries(filters) }),
  };
  const path =
    state.label === ''
      ? '/v1/bought-together'
      : `/v1/labels/${encodeURIComponent(state.label)}/bought-together`;
  return `curl ${quoted(origin + path)} -H 'Content-Type: application/json' -d ${quoted(JSON.stringify(body))}`;
}

/** The editor with these changes made to the policy. */
export const editorHref = (state: TryState, policy: string): string =>
  `/ui/policies${patchedSearch(
    { policy, label: state.label === '' ? null : state.label, rules: overridesText(state.overrides) },
    new URLSearchParams(),
  )}`;

/** Compare: the policy as it is beside the policy with these changes, on these products. */
export const compareHref = (state: TryState, policy: string): string =>
  `/ui/compare${patchedSearch(
    {
      ...(state.label !== '' && { a: state.label, b: state.label }),
      ...{ 'a-policy': policy, 'b-policy': policy, 'b-rules': overridesText(state.overrides) },
    },
    new URLSearchParams(),
  )}`;
