// The requests of a scenario: drawn before the run by a seed, so that the same seed sends the same requests.

import type { FilterKind, Mix, Scenario } from '../scenario/schema.ts';
import type { Facts } from './catalogue.ts';
import { seeded, zipfDraw } from './products.ts';
import { freshMark, type LoadRequest } from './request.ts';

type Value = string | number | boolean | readonly string[];
type Parameters = Readonly<Record<string, Value>>;

/** A query string has them side by side, a body has filters of their own. */
interface Asked {
  readonly query: Parameters;
  readonly filters: Parameters;
}

export interface Stock {
  readonly products: readonly string[];
  /** Of some products; filters take their values from them. */
  readonly facts: readonly Facts[];
}

const filterOf: Record<FilterKind, (facts: Facts) => Parameters> = {
  category: ({ category }) => (category === undefined ? {} : { category: [category] }),
  brand: ({ brand }) => (brand === undefined ? {} : { brand: [brand] }),
  gender: ({ gender }) => (gender === undefined ? {} : { gender: [gender] }),
  inStock: () => ({ inStock: true }),
  // From half of a product's price to twice of it.
  price: ({ price }) =>
    price === undefined ? {} : { priceMin: Math.floor(price / 2), priceMax: Math.ceil(price * 2) },
};

/** Draws the requests of a scenario. */
export function drawRequests(scenario: Scenario, stock: Stock, seed: number): LoadRequest[] {
  const random = seeded(seed);
  const product = zipfDraw(stock.products, scenario.skew, random);
  const total = scenario.mix.reduce((sum, { weight }) => sum + weight, 0);
  const pick = (): Mix => {
    let left = random() * total;
    for (const mix of scenario.mix) {
      left -= mix.weight;
      if (left < 0) return mix;
    }
    return scenario.mix.at(-1) as Mix;
  };
  const parameters = ({ query, filters: kinds }: Mix): Asked => {
    const facts = stock.facts[Math.floor(random() * stock.facts.length)] ?? {};
    return { query, filters: Object.assign({}, ...kinds.map((kind) => filterOf[kind](facts))) };
  };
  return Array.from({ length: scenario.drawn }, () =>
    makeRequest(pick(), { product, parameters, random }, scenario),
  );
}

interface Draws {
  readonly product: () => string;
  readonly parameters: (mix: Mix) => Asked;
  readonly random: () => number;
}

function makeRequest(mix: Mix, draws: Draws, { fresh }: Scenario): LoadRequest {
  const id = encodeURIComponent(draws.product());
  if (mix.call === 'product') return { method: 'GET', path: `/v1/products/${id}` };
  if (mix.call === 'bought-together') {
    const asked = draws.parameters(mix);
    const query = queryString({ ...asked.query, ...asked.filters }, fresh);
    return { method: 'GET', path: `/v1/products/${id}/bought-together${query}` };
  }
  if (mix.call === 'basket') {
    const body = bodyText({ products: basket(mix, draws) }, draws.parameters(mix), fresh);
    return { method: 'POST', path: '/v1/bought-together', body };
  }
  const requests = Array.from({ length: mix.requests }, (_, i) =>
    // One fresh number a body is enough to make it differ.
    bodyText({ product: draws.product() }, draws.parameters(mix), fresh && i === 0),
  );
  return { method: 'POST', path: '/v1/bought-together/batch', body: `{"requests":[${requests.join(',')}]}` };
}

/** Different products, as many as drawn. */
function basket({ products: [least, most] }: Mix, { product, random }: Draws): string[] {
  const count = least + Math.floor(random() * (most - least + 1));
  const chosen = new Set<string>();
  // A shop of few products may not have that many.
  for (let tries = 0; chosen.size < count && tries < 100 * count; tries++) chosen.add(product());
  return [...chosen];
}

function queryString(parameters: Parameters, fresh: boolean): string {
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): [string, string] => [
      name,
      typeof one === 'boolean' ? (one ? '1' : '0') : String(one),
    ]),
  );
  // Added by hand: URLSearchParams would encode the mark.
  const text = [new URLSearchParams(pairs).toString(), ...(fresh ? [`seed=${freshMark}`] : [])]
    .filter((part) => part !== '')
    .join('&');
  return text === '' ? '' : `?${text}`;
}

function bodyText(asked: Parameters, { query, filters }: Asked, fresh: boolean): string {
  const text = JSON.stringify({ ...asked, ...query, ...(Object.keys(filters).length > 0 && { filters }) });
  return fresh ? `${text.slice(0, -1)},"seed":${freshMark}}` : text;
}
