// What a route is made of. A handler reads what it needs of the request before it returns.

import type { ErrorCode } from '../../base/errors.ts';
import type { Batcher } from '../../pool/batcher.ts';
import type { Exchange, ExchangeHost } from '../exchange.ts';
import type { Metrics } from '../metrics.ts';
import type { PolicyPages } from '../policies.ts';
import type { Served } from '../served.ts';
import type { HttpRequest } from '../uws.ts';

export interface RouteContext extends ExchangeHost {
  /** What is served now; asked for once a request. */
  readonly served: Served;
  readonly policies: PolicyPages;
  readonly batcher: Batcher;
  readonly metrics: Metrics;
  /** Why the server should get no traffic; undefined where it should. */
  readonly unready: { readonly code: ErrorCode; readonly message: string } | undefined;
}

export type Handler = (exchange: Exchange, request: HttpRequest, context: RouteContext) => void;

/** One that is asked with GET is asked with HEAD too. */
export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Route {
  /** As uWebSockets.js takes it: `/v1/products/:id`. */
  readonly path: string;
  readonly methods: { readonly [M in Method]?: Handler };
}

/** The path as people write it, and as metrics name it: `/v1/products/{id}`. */
export const shownPath = ({ path }: Route): string => path.replace(/:(\w+)/g, '{$1}');

/** Where there is no `?` the library gives undefined, which its types do not say. */
export const queryOf = (request: HttpRequest): string => (request.getQuery() as string | undefined) ?? '';
