// The typed client: what a shop's own server, or a page, asks Sepet with. On fetch alone, so it runs wherever that is
// (connections are kept alive by it); answers are those of docs/api.md.

import { SepetError } from '../base/errors.ts';
import type {
  ArtifactInfo,
  CombineAnswer,
  CombinedPart,
  ProductFacts,
  RecommendAnswer,
  SearchAnswer,
  SearchRequest,
  SimilarBrands,
} from '../recommend/recommender.ts';
import { accepted, decode, encode, errorOf, type Problem, problemOf } from './messages.ts';
import { type Patience, wait, waitAfter } from './patience.ts';
import {
  type BatchRequest,
  type BoughtTogetherOptions,
  basketBody,
  batchBody,
  type CombineOptions,
  combineBody,
  queryString,
  segment,
} from './query.ts';

export { SepetError } from '../base/errors.ts';
export type {
  ArtifactInfo,
  CombineAnswer,
  CombinedPart,
  ProductFacts,
  RecommendAnswer,
  RecommendItem,
  SearchAnswer,
  SearchRequest,
  SimilarBrand,
  SimilarBrands,
} from '../recommend/recommender.ts';
export type { BatchRequest, BoughtTogetherOptions, CombineOptions } from './query.ts';

export interface ClientOptions {
  /** Where the server is, such as `http://127.0.0.1:7700`. */
  readonly url: string;
  /** For a whole call with its repetitions; 1000 where absent. */
  readonly timeoutMs?: number;
  /** How often a call is tried at most where the server is busy or not there; 3 where absent. */
  readonly attempts?: number;
  /** What answers come in; MessagePack is shorter, JSON easier to watch. `json` where absent. */
  readonly encoding?: 'json' | 'msgpack';
  /** Another fetch, for tests or for a proxy of one's own. */
  readonly fetch?: typeof fetch;
}

export interface CallOptions {
  /** Ends the call at once, with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** A product as the artifact knows it, and the artifact. */
export type Product = ProductFacts & Answered;

/** The artifact that answered. */
export interface Answered {
  readonly artifact: string;
}

export interface PolicySummary {
  readonly name: string;
  readonly revision: number;
  /** `name@revision`. */
  readonly policy: string;
  readonly hash: string;
  readonly placement: readonly string[];
  readonly limit: number;
  readonly filters: number;
  readonly rank: number;
}

/**
 * Every call throws a SepetError: with the server's own code where it answered with a problem, `server_unreachable` where
 * it did not answer in time or at all. What `CallOptions.signal` was aborted with is thrown as it is.
 */
export interface Client {
  /** Of one product (a GET, which caches may answer) or of all products of a basket (a POST, for this caller alone). */
  boughtTogether(
    product: string | readonly string[],
    options?: BoughtTogetherOptions,
    call?: CallOptions,
  ): Promise<RecommendAnswer>;
  /** Many requests in one call, answered in their order. Each fails by itself: an error stands where its answer would. */
  batch(
    requests: readonly BatchRequest[],
    call?: CallOptions,
  ): Promise<readonly (RecommendAnswer | SepetError)[]>;
  /** Products by words of their titles, category and brand; most ordered first. */
  searchProducts(search: SearchRequest, call?: CallOptions): Promise<SearchAnswer & Answered>;
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
  /** What is served. */
  artifact(call?: CallOptions): Promise<ArtifactInfo>;
  policies(
    call?: CallOptions,
  ): Promise<{ readonly default: string; readonly policies: readonly PolicySummary[] }>;
  /** One policy in full. */
  policy(name: string, call?: CallOptions): Promise<PolicySummary & { readonly document: unknown }>;
  /** Whether the server wants traffic. Asked once, without repetition. */
  isReady(call?: CallOptions): Promise<boolean>;
}

/** Milliseconds that a Retry-After in seconds asks for; a date is left to the backoff. */
function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get('retry-after') ?? 0);
  return seconds >= 0 && seconds < 3600 ? 1000 * seconds : 0;
}

/** Makes a client. Throws `option_invalid` for an address that is none. */
export function createClient(options: ClientOptions): Client {
  const { timeoutMs: usualTimeoutMs = 1000, attempts = 3, encoding = 'json' } = options;
  const ask = options.fetch ?? fetch;
  if (!URL.canParse(options.url) || !/^https?:/.test(options.url))
    throw new SepetError('option_invalid', `"${options.url}" is no address such as http://127.0.0.1:7700.`);
  const base = options.url.replace(/\/+$/, '');

  /** One attempt: an answer, or what went wrong and whether to try again. */
  async function attempt(url: string, request: RequestInit, call: CallOptions, remainingMs: number) {
    const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(remainingMs)));
    const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout;
    try {
      const response = await ask(url, { ...request, signal });
      if (response.ok) return { value: await decode(response) };
      const error = await problemOf(response);
      const isBusy = response.status === 503 || response.status === 502;
      return { error, again: isBusy, retryAfterMs: retryAfterMs(response) };
    } catch (cause) {
      if (call.signal?.aborted) throw call.signal.reason;
      const why = timeout.aborted ? 'did not answer in time' : 'cannot be reached';
      const said = `${base} ${why}: ${String((cause as Error).cause ?? cause)}`;
      return { error: new SepetError('server_unreachable', said, { cause }), again: true, retryAfterMs: 0 };
    }
  }

  /** All calls only ask, so each may be repeated. */
  async function send<T>(path: string, request: RequestInit, call: CallOptions, most: number): Promise<T> {
    const deadlineMs = performance.now() + (call.timeoutMs ?? usualTimeoutMs);
    const patience: Patience = { attempts: most, deadlineMs };
    call.signal?.throwIfAborted();
    for (let tried = 1; ; tried++) {
      const outcome = await attempt(`${base}${path}`, request, call, deadlineMs - performance.now());
      if (outcome.error === undefined) return outcome.value as T;
      const waitMs = outcome.again ? waitAfter(tried, patience, outcome.retryAfterMs) : undefined;
      if (waitMs === undefined) throw outcome.error;
      await wait(waitMs, call.signal);
    }
  }

  const accept = accepted[encoding];
  const get = <T>(path: string, call: CallOptions = {}, most = attempts): Promise<T> =>
    send(path, { headers: { accept } }, call, most);
  const post = <T>(path: string, value: object, call: CallOptions = {}): Promise<T> => {
    const headers = { accept, 'content-type': accept };
    return send(path, { method: 'POST', headers, body: encode(value, encoding) }, call, attempts);
  };

  return {
    boughtTogether: async (product, asked = {}, call) =>
      typeof product === 'string'
        ? get(`/v1/products/${segment(product)}/bought-together${queryString(asked)}`, call)
        : post('/v1/bought-together', basketBody(product, asked), call),
    batch: async (requests, call) => {
      const { answers } = await post<{ answers: (RecommendAnswer | Problem)[] }>(
        '/v1/bought-together/batch',
        batchBody(requests),
        call,
      );
      return answers.map((answer) => ('items' in answer ? answer : errorOf(answer)));
    },
    searchProducts: async (search, call) => get(`/v1/products${queryString({ offset: 0, ...search })}`, call),
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
    artifact: (call) => get('/v1/artifact', call),
    policies: (call) => get('/v1/policies', call),
    policy: async (name, call) => get(`/v1/policies/${segment(name)}`, call),
    isReady: (call) =>
      get('/readyz', call, 1).then(
        () => true,
        (error: unknown) => {
          if (error instanceof SepetError) return false;
          throw error;
        },
      ),
  };
}
