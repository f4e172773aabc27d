// All routes, put on the app. What each answers stands in routes/.

import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { suggestion } from '../base/nearest.ts';
import { Exchange } from './exchange.ts';
import { boughtTogetherRoutes } from './routes/bought-together.ts';
import { catalogRoutes } from './routes/catalog.ts';
import { policyRoutes } from './routes/policies.ts';
import { probeRoutes } from './routes/probes.ts';
import { type Handler, queryOf, type Route, type RouteContext, shownPath } from './routes/route.ts';
import type { HttpRequest, HttpResponse, TemplatedApp } from './uws.ts';

export const routes: readonly Route[] = [
  ...boughtTogetherRoutes,
  ...catalogRoutes,
  ...policyRoutes,
  ...probeRoutes,
];

const unknownPath: Handler = (exchange, request) => {
  const path = request.getUrl();
  exchange.problem('route_unknown', `There is no ${path}.${suggestion(path, routes.map(shownPath))}`);
};

/** Answers what a path does not take, naming what it does. */
function wrongMethod({ methods }: Route): Handler {
  const taken = Object.keys(methods);
  const Allow = taken.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
  return (exchange, request) => {
    const method = request.getCaseSensitiveMethod();
    exchange.problem('method_not_allowed', `${method} is not possible here; use ${taken.join(' or ')}.`, {
      Allow,
    });
  };
}

/** Puts every route on the app. */
export function addRoutes(app: TemplatedApp, context: RouteContext): void {
  const { default: urlBytes } = limits.urlBytes;
  const handle = (name: string, handler: Handler) => (response: HttpResponse, request: HttpRequest) => {
    const exchange = new Exchange(context, name, response, request);
    try {
      const bytes = request.getUrl().length + 1 + queryOf(request).length;
      if (bytes > urlBytes)
        throw new SepetError('url_too_long', `The URL has ${bytes} bytes; ${urlBytes} are allowed.`);
      handler(exchange, request, context);
    } catch (error) {
      exchange.fail(error);
    }
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
    app.any(path, handle(name, wrongMethod(route)));
  }
  app.any('/*', handle('other', unknownPath));
}
