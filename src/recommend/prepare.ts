// A request made ready: the rows of its products, its policy, its settings, its own rules.

import { SepetError } from '../base/errors.ts';
import { noRow } from '../native/index.ts';
import type { Rule } from '../policy/compile.ts';
import type { Artifact } from './artifact.ts';
import { fmShift } from './features.ts';
import type { RecommendRequest, Towered } from './request.ts';
import type { VectorQuery } from './retrieve.ts';
import type { Served, ServedPolicies } from './served.ts';

export interface Prepared {
  readonly request: RecommendRequest;
  /** The product that rules compare with: the first that is known, -1 where none is. */
  readonly row: number;
  /** The further products that are asked for, each once. */
  readonly basket?: readonly string[] | undefined;
  /** The rows of those that are known, but for `row`. */
  readonly others?: readonly number[] | undefined;
  /** Those asked for that are not known. */
  readonly unknown?: readonly string[] | undefined;
  readonly served: Served;
  readonly limit: number;
  readonly gamma: number;
  readonly efSearch: number;
  readonly include: readonly number[];
  readonly extra: readonly Rule[];
  /** Of the embedding, where it is asked and some product has a vector. */
  readonly query?: VectorQuery | undefined;
  /** Of the factorization machine, where it is asked. */
  readonly fm?: VectorQuery | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
const noRows: readonly number[] = [];
type Products = Pick<Prepared, 'row' | 'basket' | 'others' | 'unknown'>;

function unknownProducts(ids: readonly string[]): SepetError {
  const named = ids.map((id) => `"${id}"`).join(', ');
  const said = ids.length === 1 ? `There is no product ${named}` : `There are no products ${named}`;
  return new SepetError('product_unknown', `${said} in this artifact.`);
}

type How = Pick<VectorQuery, 'efSearch' | 'exact'>;

/** What a user tower's vector does to those of products. */
function towards({ vector, weight }: Towered): Pick<VectorQuery, 'share' | 'shift'> {
  return { share: 1 - weight, shift: vector.map((x) => weight * x) };
}

/** Makes the function that prepares requests. It throws `product_unknown`, and what choosing a policy and compiling filters throw. */
export function createPreparer(
  { catalog, vectors, manifest, fm, blend }: Artifact,
  policies: ServedPolicies,
): (request: RecommendRequest) => Prepared {
  const { ids } = catalog;

  function productsOf({ product, basket: given = [], fallback }: RecommendRequest): Products {
    const row = ids.row(product);
    if (given.length === 0 && row >= 0) return { row };
    const [, ...basket] = new Set([product, ...given]);
    const asked = [product, ...basket];
    const unknown = asked.filter((id) => ids.row(id) < 0);
    if (unknown.length > 0 && fallback !== true) throw unknownProducts(unknown);
    const [first = -1, ...others] = asked.map(ids.row).filter((one) => one >= 0);
    return {
      row: first,
      ...(basket.length > 0 && { basket }),
      ...(others.length > 0 && { others }),
      ...(unknown.length > 0 && { unknown }),
    };
  }

  /** Products with a row in the machine, or what the request says of its user alone. */
  function machineQuery(rows: readonly number[], shift: Float32Array | undefined, how: How) {
    const [row, ...others] = rows;
    const moved = shift && { shift };
    if (row === undefined) return shift && { ...how, row: noRow, vector: shift, gamma: 1 };
    return { ...how, row, gamma: 1, ...(others.length > 0 && { others }), ...moved };
  }

  const hasVector = (row: number): boolean => row >= 0 && row < vectors.trained;

  /** Products with a vector; undefined where there is none. */
  function vectorQuery(
    request: RecommendRequest,
    { row, others }: Products,
    gamma: number,
    efSearch: number,
  ): VectorQuery | undefined {
    const further = others === undefined ? [] : others.filter(hasVector);
    const first = hasVector(row) ? row : further.shift();
    if (first === undefined) return undefined;
    const query: Mutable<VectorQuery> = { row: first, gamma, efSearch };
    if (request.exact) query.exact = true;
    if (further.length > 0) query.others = further;
    return request.towered === undefined ? query : Object.assign(query, towards(request.towered));
  }

  return (request) => {
    const shift = fmShift(fm, request);
    const products = productsOf(request);
    const { row, others } = products;
    const served = policies.choose(request);
    const { document, candidates } = served.policy;
    const own = candidates.blend === undefined ? undefined : blend?.gamma;
    const gamma = request.gamma ?? document.gamma ?? own ?? manifest.gamma;
    const efSearch = request.efSearch ?? document.efSearch;
    const query = candidates.source.includes('embedding')
      ? vectorQuery(request, products, gamma, efSearch)
      : undefined;
    let machine: VectorQuery | undefined;
    if (fm !== undefined && candidates.source.includes('fm')) {
      const { length } = fm.bias;
      const known = [row, ...(others ?? noRows)].filter((other) => other >= 0 && other < length);
      machine = machineQuery(known, shift, request.exact ? { efSearch, exact: true } : { efSearch });
    }
    return {
      request,
      row,
      basket: products.basket,
      others,
      unknown: products.unknown,
      served,
      limit: request.limit ?? document.limit,
      gamma,
      efSearch,
      include:
        request.include === undefined ? noRows : request.include.map(ids.row).filter((one) => one >= 0),
      extra: served.rulesOf(request),
      query,
      fm: machine,
    };
  };
}
