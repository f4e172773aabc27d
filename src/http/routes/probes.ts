// What supervisors, load balancers and Prometheus ask.

import { metricsOfAll } from '../metrics-peers.ts';
import { problemOf, problemType } from '../problem.ts';
import type { Handler, Route } from './route.ts';

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

const metrics: Handler = (exchange, _request, { metrics: { registry }, peers }) => {
  metricsOfAll(registry, peers).then(
    (body) => exchange.reply({ contentType: registry.contentType, body }),
    (error: unknown) => exchange.fail(error),
  );
};

export const probeRoutes: readonly Route[] = [
  { path: '/livez', methods: { GET: live } },
  { path: '/readyz', methods: { GET: ready } },
  { path: '/healthz', methods: { GET: ready } },
  { path: '/metrics', methods: { GET: metrics } },
];
