// The typed client: what a shop's own server, or a page, asks Sepet with. On fetch alone, so it runs wherever that is
// (connections are kept alive by it); answers are those of docs/api.md.

import { SepetError } from '../base/errors.ts';
import type { GivenEvent } from '../events/event.ts';
import type {
  CombineAnswer,
  CombinedPart,
  FacetsRequest,
  RecommendAnswer,
  SampleRequest,
  SearchAnswer,
  SearchRequest,
  SimilarBrands,
} from '../recommend/recommender.ts';
import type { LabelledCall } from './admin.ts';
import type {
  Answered,
  ExperimentsPage,
  FacetsAnswer,
  MissingLabel,
  Outcome,
  Policies,
  PolicyPage,
  Product,
  ServedArtifact,
  ServedLabel,
  TakenEvents,
} from './answers.ts';
import { type Encoding, outcomesOf, type Problem } from './messages.ts';
import {
  type BatchRequest,
  type BoughtTogetherOptions,
  basketBody,
  batchBody,
  type CombineOptions,
  combineBody,
  queryString,
  segment,
  wantsBody,
} from './query.ts';
import { type CallOptions, createTransport, type TransportOptions } from './transport.ts';

export { type ErrorCode, SepetError } from '../base/errors.ts';
export { minorUnits } from '../base/money.ts';
export type { GivenEvent } from '../events/event.ts';
export type { PolicyDocument, RankDocument, RuleDocument } from '../policy/document.ts';
export type { PolicyOverrides } from '../policy/override.ts';
export type {
  ArtifactInfo,
  BlendAccount,
  BlendShare,
  CombineAnswer,
  CombinedPart,
  DroppedExample,
  ExplainedCandidate,
  ExplainedItem,
  Explanation,
  FacetField,
  Facets,
  FacetsRequest,
  Filled,
  ProductFacts,
  RecommendAnswer,
  RecommendItem,
  SearchAnswer,
  SearchRequest,
  SimilarBrand,
  SimilarBrands,
  Source,
} from '../recommend/recommender.ts';
export type { AskedColumns, Field, RequestFilters } from '../recommend/request.ts';
export {
  type AdminClient,
  type AdminClientOptions,
  createAdminClient,
  type LabelledCall,
  type PolicyGiven,
  type Reason,
  type Settings,
} from './admin.ts';
export type * from './answers.ts';
export type { BatchRequest, BoughtTogetherOptions, CombineOptions } from './query.ts';
export type { CallOptions } from './transport.ts';

export interface ClientOptions extends TransportOptions {
  /** For a whole call with its repetitions; 1000 where absent. */
  readonly timeoutMs?: number;
  /** What answers come in; MessagePack is shorter, JSON easier to watch. `json` where absent. */
  readonly encoding?: Encoding;
}

/** What products are looked for by, the most ordered first; or drawn by lot, the same for the same seed. */
export type ProductSearch =
  | (SearchRequest & { readonly sample?: undefined; readonly seed?: undefined })
  | (SampleRequest & { readonly sample: 'random'; readonly q?: undefined; readonly offset?: undefined });

/**
 * Every call throws a SepetError: with the server's own code where it answered with a problem, `server_unreachable` where
 * it did not answer in time or at all. What `CallOptions.signal` was aborted with is thrown as it is.
 */
export interface Client {
  /**
   * Of one product (a GET, which caches may answer) or of all products of a basket (a POST, for this caller alone). By a label
   * of its own, and with `user`, `context` or `tower`, always a POST.
   */
  boughtTogether(
    product: string | readonly string[],
    options?: BoughtTogetherOptions,
    call?: LabelledCall,
  ): Promise<RecommendAnswer>;
  /** Many requests in one call, answered in their order. Each fails by itself: an error stands where its answer would. */
  batch(requests: readonly BatchRequest[], call?: LabelledCall): Promise<readonly Outcome[]>;
  /** Products by words of title, category and brand, or by the beginning of an id; or some by lot. */
  searchProducts(search: ProductSearch, call?: CallOptions): Promise<SearchAnswer & Answered>;
  /** The brands nearest to one. */
  similarBrands(
    brand: string,
    options?: { readonly limit?: number },
    call?: CallOptions,
  ): Promise<SimilarBrands & Answered>;
  /** What is nearest to a weighted sum of vectors of products and brands. */
  combine(
    items: readonly CombinedPart[],
    options?: CombineOptions,
    call?: CallOptions,
  ): Promise<CombineAnswer & Answered>;
  /** The ids of the most ordered products, best first. */
  products(options?: { readonly limit?: number }, call?: CallOptions): Promise<readonly string[]>;
  /** What is known of a product. */
  product(id: string, call?: CallOptions): Promise<Product>;
  /** Categories, brands, numeric fields and genders of the catalogue; the most products first. */
  facets(options?: FacetsRequest, call?: CallOptions): Promise<FacetsAnswer>;
  /** What is served. */
  artifact(call?: CallOptions): Promise<ServedArtifact>;
  /** The labels, or files, that the server answers by now; the main one first. */
  labels(call?: CallOptions): Promise<readonly ServedLabel[]>;
  /** Those that it is to answer by and cannot, and why. */
  missingLabels(call?: CallOptions): Promise<readonly MissingLabel[]>;
  policies(call?: LabelledCall): Promise<Policies>;
  /** Which policy answers where, and the experiments that run. */
  experiments(call?: CallOptions): Promise<ExperimentsPage>;
  /** One policy in full. */
  policy(name: string, call?: LabelledCall): Promise<PolicyPage>;
  /**
   * Tells what visitors saw, clicked, put into the basket and ordered. Repeated where the server is busy only if every event has an
   * id, by which it counts once.
   */
  sendEvents(events: readonly GivenEvent[], call?: CallOptions): Promise<TakenEvents>;
  /** The server's metrics, as Prometheus reads them. */
  metrics(call?: CallOptions): Promise<string>;
  /** Whether the server wants traffic. Asked once, without repetition. */
  isReady(call?: CallOptions): Promise<boolean>;
}

/** Where what a label answers is asked. */
const under = (label: string | undefined): string =>
  label === undefined ? '/v1' : `/v1/labels/${segment(label)}`;

/** Makes a client. Throws `option_invalid` for an address that is none. */
export function createClient(options: ClientOptions): Client {
  const { timeoutMs = 1000 } = options;
  const send = createTransport({ ...options, timeoutMs });
  const get = <T>(path: string, call?: CallOptions): Promise<T> => send(path, call);
  const post = <T>(path: string, body: object, call?: CallOptions): Promise<T> =>
    send(path, call, { method: 'POST', body });
  const allLabels = async (call?: CallOptions) =>
    (await get<{ labels: (ServedLabel | MissingLabel)[] }>('/v1/labels', call)).labels;

  return {
    boughtTogether: async (product, asked = {}, { label, ...call } = {}) =>
      typeof product === 'string' && label === undefined && !wantsBody(asked)
        ? get(`/v1/products/${segment(product)}/bought-together${queryString(asked)}`, call)
        : post(`${under(label)}/bought-together`, basketBody([product].flat(), asked), call),
    batch: async (requests, { label, ...call } = {}) => {
      const path = `${under(label)}/bought-together/batch`;
      const { answers } = await post<{ answers: (RecommendAnswer | Problem)[] }>(
        path,
        batchBody(requests),
        call,
      );
      return outcomesOf(answers);
    },
    // With nothing to look for, a place in the list asks for products and not for their ids alone.
    searchProducts: async (search, call) => {
      const from = search.sample === undefined ? { offset: 0 } : {};
      return get(`/v1/products${queryString({ ...from, ...search })}`, call);
    },
    similarBrands: async (brand, asked = {}, call) =>
      get(`/v1/brands/${segment(brand)}/similar${queryString(asked)}`, call),
    combine: async (items, asked = {}, call) => post('/v1/vectors/combine', combineBody(items, asked), call),
    products: async (asked = {}, call) => {
      const { products } = await get<{ products: { id: string }[] }>(
        `/v1/products${queryString(asked)}`,
        call,
      );
      return products.map(({ id }) => id);
    },
    product: async (id, call) => get(`/v1/products/${segment(id)}`, call),
    facets: async (asked = {}, call) => get(`/v1/facets${queryString(asked)}`, call),
    artifact: (call) => get('/v1/artifact', call),
    labels: async (call) => (await allLabels(call)).filter((one) => one.problem === undefined),
    missingLabels: async (call) => (await allLabels(call)).filter((one) => one.problem !== undefined),
    policies: async ({ label, ...call } = {}) => get(`${under(label)}/policies`, call),
    experiments: (call) => get('/v1/experiments', call),
    policy: async (name, { label, ...call } = {}) => get(`${under(label)}/policies/${segment(name)}`, call),
    sendEvents: (events, call) =>
      send('/v1/events', call, {
        ...{ method: 'POST', body: { events } },
        ...(events.some(({ id }) => id === undefined) && { attempts: 1 }),
      }),
    metrics: (call) => get('/metrics', call),
    isReady: (call) =>
      send('/readyz', call, { attempts: 1 }).then(
        () => true,
        (error: unknown) => {
          if (error instanceof SepetError) return false;
          throw error;
        },
      ),
  };
}
