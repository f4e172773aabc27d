// The routes: what each path answers. A handler reads what it needs of the request before it returns.

import { type ErrorCode, SepetError } from '../base/errors.ts';
import { checkLimit, limits } from '../base/limits.ts';
import { suggestion } from '../base/nearest.ts';
import type { Batcher } from '../pool/batcher.ts';
import { parseRequest } from '../recommend/request.ts';
import { Exchange, type ExchangeHost } from './exchange.ts';
import type { Metrics } from './metrics.ts';
import { negotiate, offeredTypes } from './negotiate.ts';
import type { PolicyPages } from './policies.ts';
import { problemOf, problemType } from './problem.ts';
import type { Served } from './served.ts';
import { decodeSegment, queryPairs } from './url.ts';
import type { HttpRequest, HttpResponse, TemplatedApp } from './uws.ts';

export interface RouteContext extends ExchangeHost {
  /** What is served now; asked for once a request. */
  readonly served: Served;
  readonly policies: PolicyPages;
  readonly batcher: Batcher;
  readonly metrics: Metrics;
  /** Why the server should get no traffic; undefined where it should. */
  readonly unready: { readonly code: ErrorCode; readonly message: string } | undefined;
}

type Handler = (exchange: Exchange, request: HttpRequest, context: RouteContext) => void;

const vary = { Vary: 'Accept' };
/** A full queue empties in well under a second. */
const retryAfter = { 'Retry-After': '1' };

/** Where there is no `?` the library gives undefined, which its types do not say. */
const queryOf = (request: HttpRequest): string => (request.getQuery() as string | undefined) ?? '';

const boughtTogether: Handler = (exchange, request, context) => {
  const accepted = negotiate(request.getHeader('accept'));
  if (accepted === undefined) {
    exchange.problem('not_acceptable', `Accept one of ${offeredTypes.join(', ')}.`, vary);
    return;
  }
  const { encoding, contentType } = accepted;
  const product = decodeSegment(request.getParameter(0) ?? '');
  const job = { request: parseRequest(product, queryPairs(queryOf(request))), encoding };
  const ticket = context.batcher.submit(job, (result) => {
    if (result.failure === undefined) {
      context.metrics.filled(result);
      exchange.reply({ contentType, body: result.body, headers: vary });
      return;
    }
    const { code, message, stack } = result.failure;
    if (stack !== undefined) context.failed(`bought-together of ${product}`, stack);
    exchange.problem(code, message, vary);
  });
  if (ticket === undefined)
    exchange.problem('overloaded', 'Too many requests are waiting; try again in a second.', retryAfter);
  else
    exchange.onAbort(() => {
      ticket.cancelled = true;
    });
};

const products: Handler = (exchange, request, { served: { recommender } }) => {
  let count: number = limits.productsListed.default;
  for (const [name, value] of queryPairs(queryOf(request))) {
    if (name !== 'limit')
      throw new SepetError(
        'option_unknown',
        `There is no parameter "${name}".${suggestion(name, ['limit'])}`,
      );
    count = checkLimit('productsListed', value === '' ? Number.NaN : Number(value));
  }
  const listed = recommender.popularIds(count).map((id) => ({ id }));
  exchange.json({ products: listed, artifact: recommender.info.artifact });
};

const product: Handler = (exchange, request, { served: { recommender } }) => {
  const id = decodeSegment(request.getParameter(0) ?? '');
  const facts = recommender.product(id);
  if (facts === undefined)
    throw new SepetError('product_unknown', `There is no product "${id}" in this artifact.`);
  exchange.json({ ...facts, artifact: recommender.info.artifact });
};

const artifact: Handler = (exchange, _request, { served: { recommender, release } }) =>
  exchange.json({ ...recommender.info, ...(release && { release }) });

const policies: Handler = (exchange, _request, { policies }) => exchange.json(policies.list);

const policy: Handler = (exchange, request, { policies }) =>
  exchange.json(policies.one(decodeSegment(request.getParameter(0) ?? '')));

const live: Handler = (exchange) => exchange.json({ status: 'live' });

const ready: Handler = (exchange, _request, { unready, served }) => {
  const { info } = served.recommender;
  if (unready === undefined) exchange.json({ status: 'ready', artifact: info.artifact, policy: info.policy });
  else {
    // Whatever status the code has elsewhere: probes know this one.
    const problem = { ...problemOf(unready.code, unready.message), status: 503 };
    exchange.reply({ status: 503, contentType: problemType, body: JSON.stringify(problem) });
  }
};

const metrics: Handler = (exchange, _request, { metrics: { registry } }) => {
  registry.metrics().then(
    (body) => exchange.reply({ contentType: registry.contentType, body }),
    (error: unknown) => exchange.fail(error),
  );
};

const routes: readonly (readonly [path: string, handler: Handler])[] = [
  ['/v1/products/:id/bought-together', boughtTogether],
  ['/v1/products', products],
  ['/v1/products/:id', product],
  ['/v1/artifact', artifact],
  ['/v1/policies', policies],
  ['/v1/policies/:name', policy],
  ['/livez', live],
  ['/readyz', ready],
  ['/healthz', ready],
  ['/metrics', metrics],
];

const paths = routes.map(([path]) => path.replace(/:(\w+)/, '{$1}'));

const unknownPath: Handler = (exchange, request) => {
  const path = request.getUrl();
  exchange.problem('route_unknown', `There is no ${path}.${suggestion(path, paths)}`);
};

const wrongMethod: Handler = (exchange, request) => {
  const method = request.getCaseSensitiveMethod();
  const allow = { Allow: 'GET, HEAD' };
  exchange.problem('method_not_allowed', `${method} is not possible here; use GET.`, allow);
};

/** Puts every route on the app. */
export function addRoutes(app: TemplatedApp, context: RouteContext): void {
  const { default: urlBytes } = limits.urlBytes;
  const handle = (route: string, handler: Handler) => (response: HttpResponse, request: HttpRequest) => {
    const exchange = new Exchange(context, route, response, request);
    try {
      const bytes = request.getUrl().length + 1 + queryOf(request).length;
      if (bytes > urlBytes)
        throw new SepetError('url_too_long', `The URL has ${bytes} bytes; ${urlBytes} are allowed.`);
      handler(exchange, request, context);
    } catch (error) {
      exchange.fail(error);
    }
  };
  for (const [i, [path, handler]] of routes.entries()) {
    const route = paths[i] ?? path;
    app.get(path, handle(route, handler));
    app.head(path, handle(route, handler));
    app.any(path, handle(route, wrongMethod));
  }
  app.any('/*', handle('other', unknownPath));
}
