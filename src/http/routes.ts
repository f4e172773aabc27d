// All routes, put on the app. What each answers stands in routes/.

import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { suggestion } from '../base/nearest.ts';
import { Exchange } from './exchange.ts';
import { adminRoutes } from './routes/admin.ts';
import { basketRoutes } from './routes/basket.ts';
import { boughtTogetherRoutes } from './routes/bought-together.ts';
import { catalogRoutes } from './routes/catalog.ts';
import { eventRoutes } from './routes/events.ts';
import { experimentRoutes } from './routes/experiments.ts';
import { facetRoutes } from './routes/facets.ts';
import { labelRoutes } from './routes/labels.ts';
import { openapiRoutes } from './routes/openapi.ts';
import { policyRoutes } from './routes/policies.ts';
import { probeRoutes } from './routes/probes.ts';
import { releaseRoutes } from './routes/releases.ts';
import { type Handler, queryOf, type Route, type RouteContext, shownPath } from './routes/route.ts';
import { trialRoutes } from './routes/trials.ts';
import { uiRoutes } from './routes/ui.ts';
import { verdictRoutes } from './routes/verdicts.ts';
import type { HttpRequest, HttpResponse, TemplatedApp } from './uws.ts';

export const routes: readonly Route[] = [
  ...boughtTogetherRoutes,
  ...basketRoutes,
  ...catalogRoutes,
  ...facetRoutes,
  ...policyRoutes,
  ...experimentRoutes,
  ...labelRoutes,
  ...openapiRoutes,
  ...eventRoutes,
  ...trialRoutes,
  ...adminRoutes,
  ...releaseRoutes,
  ...verdictRoutes,
  ...probeRoutes,
  ...uiRoutes,
];

/** What a wrong path may have meant. */
const callable = routes.map(shownPath).filter((path) => !path.endsWith('*'));

const unknownPath: Handler = (exchange, request) => {
  const path = request.getUrl();
  exchange.problem('route_unknown', `There is no ${path}.${suggestion(path, callable)}`);
};

/** Answers what a path does not take, naming what it does. */
function wrongMethod({ methods }: Route): Handler {
  const taken = Object.keys(methods);
  const Allow = taken.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
  return (exchange, request) => {
    const method = request.getCaseSensitiveMethod().toUpperCase();
    exchange.problem('method_not_allowed', `${method} is not possible here; use ${taken.join(' or ')}.`, {
      Allow,
    });
  };
}

/** Paths for the operators: no limit by client, no other origins. */
const isForOperators = (path: string): boolean =>
  path.startsWith('/admin') || probeRoutes.some((route) => route.path === path);

/** Neither do files have a limit, of which a page takes many at once; they tell themselves who may load them. */
const isUnlimited = (path: string): boolean =>
  isForOperators(path) || uiRoutes.some((route) => route.path === path);

/** Whether the request may go on; one that may not has its answer. */
function mayAsk(
  exchange: Exchange,
  [response, request]: [HttpResponse, HttpRequest],
  { clients, cors, guarded }: RouteContext,
): boolean {
  if (cors !== undefined) exchange.also = cors.headersFor(request.getHeader('origin'));
  if (clients === undefined) return true;
  const waitSeconds = clients.waitSeconds(response, request);
  if (waitSeconds === 0) return true;
  guarded.limited();
  exchange.problem('client_limited', `At most ${clients.rate} requests a second are taken from one client.`, {
    'Retry-After': String(Math.max(1, Math.ceil(waitSeconds))),
  });
  return false;
}

/** Answers browsers that ask before they send. */
const preflight =
  ({ methods }: Route): Handler =>
  (exchange, request, { cors }) =>
    cors?.preflight(exchange, request, Object.keys(methods));

/** Puts every route on the app. */
export function addRoutes(app: TemplatedApp, context: RouteContext): void {
  const { default: urlBytes } = limits.urlBytes;
  const handle = (name: string, handler: Handler) => {
    const isOpen = isUnlimited(name) || (context.clients === undefined && context.cors === undefined);
    return (response: HttpResponse, request: HttpRequest): void => {
      const exchange = new Exchange(context, name, response, request);
      try {
        if (!isOpen && !mayAsk(exchange, [response, request], context)) return;
        const bytes = request.getUrl().length + 1 + queryOf(request).length;
        if (bytes > urlBytes)
          throw new SepetError('url_too_long', `The URL has ${bytes} bytes; ${urlBytes} are allowed.`);
        handler(exchange, request, context);
      } catch (error) {
        exchange.fail(error);
      }
      exchange.handled();
    };
  };
  for (const route of routes) {
    const { path, methods } = route;
    const name = shownPath(route);
    if (methods.GET) {
      app.get(path, handle(name, methods.GET));
      app.head(path, handle(name, methods.GET));
    }
    if (methods.POST) app.post(path, handle(name, methods.POST));
    if (methods.PUT) app.put(path, handle(name, methods.PUT));
    if (methods.DELETE) app.del(path, handle(name, methods.DELETE));
    if (context.cors !== undefined && !isUnlimited(path)) app.options(path, handle(name, preflight(route)));
    app.any(path, handle(name, wrongMethod(route)));
  }
  app.any('/admin/*', handle('/admin', unknownPath));
  app.any('/*', handle('other', unknownPath));
}
