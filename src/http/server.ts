// The server: one version of one artifact at a time, one port. `startServer` composes the batcher, the metrics and the
// routes and listens; `stop` takes them down so that no request that was begun is lost.

import { setTimeout as sleep } from 'node:timers/promises';
import type { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { type Log, throttled } from '../base/log.ts';
import type { EventIntake } from '../events/intake.ts';
import type { Verdicts } from '../events/verdicts.ts';
import type { ExperimentsDocument } from '../policy/experiments/document.ts';
import { policyHash } from '../policy/hash.ts';
import { Batcher } from '../pool/batcher.ts';
import { joinPeers, type Peers } from '../pool/peers.ts';
import type { Runner } from '../pool/runner.ts';
import type { Trials } from '../pool/trials.ts';
import { AccessLog } from './access-log.ts';
import { AdminGuard } from './admin.ts';
import { ResultCache } from './cache.ts';
import { ClientLimit } from './clients.ts';
import { type Control, createControl, type VersionControl } from './control.ts';
import { relayed } from './control-relay.ts';
import { Cors } from './cors.ts';
import { Desk } from './desk.ts';
import { Experiments } from './experiments.ts';
import { type LabelOptions, Labels } from './labels.ts';
import type { LiveRecall } from './live-recall.ts';
import { Metrics } from './metrics.ts';
import { watchAccessLog } from './metrics-access.ts';
import { EventMetrics, GuardMetrics } from './metrics-guard.ts';
import { tellMetrics } from './metrics-peers.ts';
import { recallMetrics } from './metrics-recall.ts';
import { type PolicyPages, policyPages } from './policies.ts';
import type { ReleaseControl } from './releases.ts';
import type { RouteContext } from './routes/route.ts';
import { addRoutes } from './routes.ts';
import type { Served } from './served.ts';
import type { Settings } from './settings.ts';
import { type Trail, trailOf } from './trail.ts';
import { Ui } from './ui.ts';
import { type HttpRequest, type Listener, listen, loadUws, type TemplatedApp } from './uws.ts';
import { Validator } from './validator.ts';
import { Warming } from './warming.ts';

export interface ServerOptions extends Served {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly runner: Runner;
  readonly maxBatch: number;
  readonly queue: number;
  /** Memory of answers that are kept; 0 keeps none. */
  readonly resultCacheMb: number;
  /** How long. */
  readonly resultCacheSeconds: number;
  /** How long caches on the way may keep one. */
  readonly cacheSeconds: number;
  readonly log: Log;
  /** Share of the requests that have a line in the access log; none where absent or 0. */
  readonly accessLog?: number;
  /** Measures the recall of what is served; the server ends it. */
  readonly recall?: LiveRecall;
  /** Where what is served follows a store: seconds since that answered. */
  readonly sinceContact?: () => number;
  /** Without, /admin answers only to this machine. */
  readonly adminToken?: string;
  /** The thread of trials and the labels that it answers for; the server closes it. */
  readonly labels?: LabelOptions;
  /** What /admin may do to versions; nothing where absent. */
  readonly versions?: VersionControl;
  /** Requests a second of one client address; 0 or absent for any number. */
  readonly clientRate?: number;
  /** Whether X-Forwarded-For says who the client is. */
  readonly trustProxy?: boolean;
  /** Origins whose pages may read answers; `*` for all. */
  readonly cors?: readonly string[];
  /** Which policy answers where, and experiments. What names a policy that is not served stands still. */
  readonly experiments?: ExperimentsDocument;
  /** Takes events; the server closes it. */
  readonly events?: EventIntake;
  /** Keeps verdicts; the server closes it. */
  readonly verdicts?: Verdicts;
  /** Changes the labels of a store; the server closes it. */
  readonly releases?: ReleaseControl;
  /** Pictures of the products: a folder, or the https address that their paths are relative to. */
  readonly images?: string;
  /** Where the built pages lie; beside the compiled server where absent. */
  readonly uiFolder?: string;
}

export interface StopOptions {
  /** Serving on while /readyz already fails, until the load balancer has noticed. */
  readonly drainSeconds: number;
  /** Waiting, once the listener is closed and nothing is in flight, for connections that are still open. */
  readonly lingerSeconds: number;
}

export interface Server {
  readonly port: number;
  /** Whether verification found damage in what is served. */
  readonly isDamaged: boolean;
  /** From now on /readyz fails with this error; requests are still answered. */
  damaged(error: SepetError): void;
  /** From the next request on this is what is told of; the runner answers by it already. */
  swap(served: Served): void;
  /** From the next request on this is assigned. Throws `experiments_invalid` where a policy is not served. */
  assign(document: ExperimentsDocument): void;
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
  const cache = cacheOf(options);
  const desk = new Desk({ batcher, cache, onAsked: (how) => metrics.asked(how) });
  const peers = joinPeers();
  tellMetrics(metrics.registry, peers);
  const state = new State(options, { peers, batcher, desk, metrics });
  metrics.watch({
    waiting: () => batcher.waiting,
    running: () => batcher.running,
    connections: () => state.connections,
    workers: runner.workers,
    served: () => state.served,
    isDamaged: () => state.damage !== undefined,
  });
  if (cache !== undefined) metrics.watchCache(cache);
  if (options.sinceContact !== undefined)
    metrics.watchStore(() => state.served.release, options.sinceContact);
  const app = uws.App();
  app.filter(state.connectionChanged);
  addRoutes(app, state);
  const { host, port } = options;
  const { trials } = options.labels ?? {};
  const listener = await listen(app, uws, { host, port, isShared: peers.count > 1 });
  peers.ready();
  let stopping: Promise<void> | undefined;
  return {
    port: listener.port,
    get isDamaged() {
      return state.damage !== undefined;
    },
    damaged: (error) => {
      state.damage = error;
    },
    swap: (served) => {
      state.serve(served);
      metrics.swapped('swapped');
    },
    assign: (document) => state.assign(document),
    refused: () => metrics.swapped('refused'),
    stop: (how) => {
      stopping ??= stop({ state, listener, app, runner, trials }, how);
      return stopping;
    },
  };
}

function cacheOf({ resultCacheMb, resultCacheSeconds }: ServerOptions): ResultCache | undefined {
  if (resultCacheMb === 0) return undefined;
  return new ResultCache({ bytes: resultCacheMb * 2 ** 20, seconds: resultCacheSeconds });
}

/** Answers depend on the artifact, on every word of the policies, on what deltas changed and an operator set. */
function validatorOf({ recommender, policies, release }: Served, settings: Settings): Validator {
  const { artifact } = recommender.info;
  const own = [artifact, release?.deltas ?? 0, JSON.stringify(settings)];
  return new Validator([...own, ...policies.map(policyHash)].join(' '));
}

/** What the server knows about itself while it runs; routes and exchanges see it through their own interfaces. */
class State implements RouteContext {
  readonly batcher: Batcher;
  readonly desk: Desk;
  readonly metrics: Metrics;
  readonly peers: Peers;
  readonly access: AccessLog | undefined;
  readonly recall: LiveRecall | undefined;
  readonly cacheControl: string;
  validator: Validator;
  readonly #logFailure: (message: string) => void;
  readonly #warming = new Warming();
  served: Served;
  policies: PolicyPages;
  readonly experiments: Experiments;
  readonly labels: Labels;
  isDraining = false;
  /** By an operator, who may take it back. */
  isDrained = false;
  #settings: Settings = {};
  readonly control: Control;
  readonly admin: AdminGuard;
  readonly clients: ClientLimit | undefined;
  readonly cors: Cors | undefined;
  readonly events: EventIntake | undefined;
  readonly verdicts: Verdicts | undefined;
  readonly releases: ReleaseControl | undefined;
  readonly guarded: GuardMetrics;
  readonly ui: Ui;
  damage: SepetError | undefined;
  closing = false;
  connections = 0;
  /** Requests that have no answer yet. */
  inFlight = 0;

  constructor(
    options: ServerOptions,
    { batcher, desk, metrics, peers }: Pick<RouteContext, 'batcher' | 'desk' | 'metrics' | 'peers'>,
  ) {
    const { recommender, policies, release, log, cacheSeconds } = options;
    this.served = { recommender, policies, ...(release && { release }) };
    this.policies = policyPages(policies);
    const { registry } = metrics;
    this.experiments = new Experiments({
      ...{ document: options.experiments, policies, registry, warn: log.warn },
    });
    this.labels = new Labels(options.labels, () => this.served);
    this.batcher = batcher;
    this.desk = desk;
    this.metrics = metrics;
    this.peers = peers;
    this.#warming.begin(recommender);
    this.validator = validatorOf(this.served, this.#settings);
    this.cacheControl = `public, s-maxage=${cacheSeconds}, stale-while-revalidate=${limits.staleSeconds.default}`;
    this.#logFailure = throttled(log.error);
    const { accessLog: share = 0 } = options;
    this.access = share > 0 ? new AccessLog({ share }) : undefined;
    watchAccessLog(metrics.registry, this.access);
    this.recall = options.recall;
    this.recall?.observe(recallMetrics(metrics.registry));
    this.guarded = new GuardMetrics(metrics.registry);
    const { adminToken: token, versions, clientRate: rate = 0, trustProxy = false, cors, events } = options;
    this.control = relayed(createControl({ controlled: this, versions, log }), peers);
    this.admin = new AdminGuard({
      ...{ trustProxy, log, refused: this.guarded.adminRefused },
      ...(token !== undefined && { token }),
    });
    this.clients = rate > 0 ? new ClientLimit({ rate, trustProxy }) : undefined;
    this.cors = Cors.of(cors);
    this.ui = new Ui({ images: options.images, folder: options.uiFolder });
    this.events = events;
    this.verdicts = options.verdicts;
    this.releases = options.releases;
    events?.watch(new EventMetrics(metrics.registry, () => events.pendingBytes));
  }

  serve(served: Served): void {
    const { artifact } = this.served.recommender.info;
    if (served.recommender.info.artifact !== artifact) this.damage = undefined;
    this.policies = policyPages(served.policies);
    this.experiments.serve(served.policies);
    if (served.recommender !== this.served.recommender) this.#warming.begin(served.recommender);
    this.served = served;
    this.#renew();
  }

  assign(document: ExperimentsDocument): void {
    this.experiments.exchange(document);
    this.#renew();
  }

  get settings(): Settings {
    return this.#settings;
  }

  set settings(settings: Settings) {
    this.#settings = settings;
    this.#renew();
  }

  /** Answers are others from now on: neither what is kept nor what clients keep stands for them. */
  #renew(): void {
    this.validator = validatorOf(this.served, this.#settings);
    this.desk.forget();
  }

  /** uWebSockets.js calls it with 1 for a new connection and -1 for one that ended. */
  readonly connectionChanged = (_response: unknown, change: unknown): void => {
    this.connections += Number(change) > 0 ? 1 : -1;
  };

  /** Leaves what is done beside the requests. */
  close(): void {
    this.#warming.stop();
    this.recall?.close();
  }

  get unready(): RouteContext['unready'] {
    if (this.isDraining)
      return { code: 'shutting_down', message: 'The server is draining and takes no new work.' };
    if (this.isDrained)
      return { code: 'draining', message: 'An operator took the server out of traffic with /admin/drain.' };
    return this.damage;
  }

  opened(): void {
    this.inFlight++;
  }

  trail(request: HttpRequest): Trail | undefined {
    return trailOf(request, this.access);
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
  readonly trials: Trials | undefined;
}

/** How often the end of the last requests is looked for. */
const pollMs = 10;

async function stop(running: Running, { drainSeconds, lingerSeconds }: StopOptions): Promise<void> {
  const { state, listener, app, runner, trials } = running;
  state.isDraining = true;
  state.close();
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
  state.releases?.close();
  const { access, events, verdicts } = state;
  await Promise.all([runner, trials, access, events, verdicts].map((part) => part?.close()));
}
