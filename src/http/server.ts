// The server: one version of one artifact at a time, one port. `startServer` composes the batcher, the metrics and the
// routes and listens; `stop` takes them down so that no request that was begun is lost.

import { setTimeout as sleep } from 'node:timers/promises';
import type { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { type Log, throttled } from '../base/log.ts';
import { Batcher } from '../pool/batcher.ts';
import type { Runner } from '../pool/runner.ts';
import { Metrics } from './metrics.ts';
import { type PolicyPages, policyPages } from './policies.ts';
import type { RouteContext } from './routes/route.ts';
import { addRoutes } from './routes.ts';
import type { Served } from './served.ts';
import { type Listener, listen, loadUws, type TemplatedApp } from './uws.ts';

export interface ServerOptions extends Served {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly runner: Runner;
  readonly maxBatch: number;
  readonly queue: number;
  readonly log: Log;
  /** Where what is served follows a store: seconds since that answered. */
  readonly sinceContact?: () => number;
}

export interface StopOptions {
  /** Serving on while /readyz already fails, until the load balancer has noticed. */
  readonly drainSeconds: number;
  /** Waiting, once the listener is closed and nothing is in flight, for connections that are still open. */
  readonly lingerSeconds: number;
}

export interface Server {
  readonly port: number;
  /** From now on /readyz fails with this error; requests are still answered. */
  damaged(error: SepetError): void;
  /** From the next request on this is what is told of; the runner answers by it already. */
  swap(served: Served): void;
  /** Counts a version that could not be served. */
  refused(): void;
  /** Drains and closes; the runner is closed too. A second call changes nothing. */
  stop(options: StopOptions): Promise<void>;
}

/** Listens and serves. Throws `address_unavailable` or `runtime_unsupported`. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { runner, maxBatch, queue, log } = options;
  const uws = loadUws();
  const logLost = throttled(log.error);
  const metrics = new Metrics((error) => logLost(`a batch was lost with its worker: ${String(error)}`));
  const batcher = new Batcher({ runner, maxBatch, queue, observer: metrics.observer });
  const state = new State(options, batcher, metrics);
  metrics.watch({
    waiting: () => batcher.waiting,
    running: () => batcher.running,
    connections: () => state.connections,
    workers: runner.workers,
    served: () => state.served,
    isDamaged: () => state.damage !== undefined,
  });
  if (options.sinceContact !== undefined)
    metrics.watchStore(() => state.served.release, options.sinceContact);
  const app = uws.App();
  app.filter(state.connectionChanged);
  addRoutes(app, state);
  const listener = await listen(app, uws, options.host, options.port);
  let stopping: Promise<void> | undefined;
  return {
    port: listener.port,
    damaged: (error) => {
      state.damage = error;
    },
    swap: (served) => {
      state.serve(served);
      metrics.swapped('swapped');
    },
    refused: () => metrics.swapped('refused'),
    stop: (how) => {
      stopping ??= stop({ state, listener, app, runner }, how);
      return stopping;
    },
  };
}

/** What the server knows about itself while it runs; routes and exchanges see it through their own interfaces. */
class State implements RouteContext {
  readonly batcher: Batcher;
  readonly metrics: Metrics;
  readonly #logFailure: (message: string) => void;
  served: Served;
  policies: PolicyPages;
  isDraining = false;
  damage: SepetError | undefined;
  closing = false;
  connections = 0;
  /** Requests that have no answer yet. */
  inFlight = 0;

  constructor(options: ServerOptions, batcher: Batcher, metrics: Metrics) {
    const { recommender, policies, release, log } = options;
    this.served = { recommender, policies, ...(release && { release }) };
    this.policies = policyPages(policies);
    this.batcher = batcher;
    this.metrics = metrics;
    this.#logFailure = throttled(log.error);
  }

  serve(served: Served): void {
    const { artifact } = this.served.recommender.info;
    if (served.recommender.info.artifact !== artifact) this.damage = undefined;
    this.policies = policyPages(served.policies);
    this.served = served;
  }

  /** uWebSockets.js calls it with 1 for a new connection and -1 for one that ended. */
  readonly connectionChanged = (_response: unknown, change: unknown): void => {
    this.connections += Number(change) > 0 ? 1 : -1;
  };

  get unready(): RouteContext['unready'] {
    if (this.isDraining)
      return { code: 'shutting_down', message: 'The server is draining and takes no new work.' };
    return this.damage;
  }

  opened(): void {
    this.inFlight++;
  }

  answered(route: string, status: number, seconds: number): void {
    this.inFlight--;
    this.metrics.request(route, status, seconds);
  }

  aborted(): void {
    this.inFlight--;
    this.metrics.aborted();
  }

  failed(route: string, stack: string): void {
    this.#logFailure(`${route}: ${stack}`);
  }
}

interface Running {
  readonly state: State;
  readonly listener: Listener;
  readonly app: TemplatedApp;
  readonly runner: Runner;
}

/** How often the end of the last requests is looked for. */
const pollMs = 10;

async function stop(running: Running, { drainSeconds, lingerSeconds }: StopOptions): Promise<void> {
  const { state, listener, app, runner } = running;
  state.isDraining = true;
  await sleep(drainSeconds * 1000);
  state.closing = true;
  listener.close();
  // A kept-alive connection ends with its next answer; one that stays silent is closed after lingering.
  const closedMs = performance.now();
  let idleSinceMs = closedMs;
  while (state.connections > 0 && performance.now() - closedMs < limits.finishSeconds.default * 1000) {
    if (state.inFlight > 0) idleSinceMs = performance.now();
    else if (performance.now() - idleSinceMs > lingerSeconds * 1000) break;
    await sleep(pollMs);
  }
  app.close();
  await runner.close();
}
