// What a route is made of. A handler reads what it needs of the request before it returns.

import type { ErrorCode } from '../../base/errors.ts';
import type { EventIntake } from '../../events/intake.ts';
import type { Verdicts } from '../../events/verdicts.ts';
import type { Batcher } from '../../pool/batcher.ts';
import type { Peers } from '../../pool/peers.ts';
import type { AdminGuard } from '../admin.ts';
import type { ClientLimit } from '../clients.ts';
import type { Control } from '../control.ts';
import type { Cors } from '../cors.ts';
import type { Desk } from '../desk.ts';
import type { Exchange, ExchangeHost } from '../exchange.ts';
import type { Experiments } from '../experiments.ts';
import type { Labels } from '../labels.ts';
import type { LiveRecall } from '../live-recall.ts';
import type { Metrics } from '../metrics.ts';
import type { GuardMetrics } from '../metrics-guard.ts';
import type { PolicyPages } from '../policies.ts';
import type { ReleaseControl } from '../releases.ts';
import type { Served } from '../served.ts';
import type { Settings } from '../settings.ts';
import type { Ui } from '../ui.ts';
import type { HttpRequest } from '../uws.ts';
import type { Validator } from '../validator.ts';

export interface RouteContext extends ExchangeHost {
  /** What is served now; asked for once a request. */
  readonly served: Served;
  readonly policies: PolicyPages;
  /** Which policy answers whom. */
  readonly experiments: Experiments;
  /** What is served, and what is answered for beside it. */
  readonly labels: Labels;
  readonly batcher: Batcher;
  readonly desk: Desk;
  /** Of the version that is served. */
  readonly validator: Validator;
  /** The Cache-Control of answers that are nobody's own. */
  readonly cacheControl: string;
  readonly metrics: Metrics;
  /** The processes behind this port. */
  readonly peers: Peers;
  /** Absent where recall is not measured. */
  readonly recall: LiveRecall | undefined;
  /** What an operator has set; read once a request. */
  readonly settings: Settings;
  readonly control: Control;
  readonly admin: AdminGuard;
  /** Absent where clients may ask as often as they like. */
  readonly clients: ClientLimit | undefined;
  /** Absent where pages of other origins may not read answers. */
  readonly cors: Cors | undefined;
  /** Absent where no events are taken. */
  readonly events: EventIntake | undefined;
  /** Absent where no verdicts are kept. */
  readonly verdicts: Verdicts | undefined;
  /** Absent where no label is followed. */
  readonly releases: ReleaseControl | undefined;
  readonly guarded: GuardMetrics;
  readonly ui: Ui;
  /** Why the server should get no traffic; undefined where it should. */
  readonly unready: { readonly code: ErrorCode; readonly message: string } | undefined;
}

export type Handler = (exchange: Exchange, request: HttpRequest, context: RouteContext) => void;

/** One that is asked with GET is asked with HEAD too. */
export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Route {
  /** As uWebSockets.js takes it: `/v1/products/:id`. */
  readonly path: string;
  /** A file for browsers rather than a part of the API: /openapi.json does not tell of it. */
  readonly isFile?: true;
  readonly methods: { readonly [M in Method]?: Handler };
}

/** The path as people write it, and as metrics name it: `/v1/products/{id}`. */
export const shownPath = ({ path }: Route): string => path.replace(/:(\w+)/g, '{$1}');

/** Where there is no `?` the library gives undefined, which its types do not say. */
export const queryOf = (request: HttpRequest): string => (request.getQuery() as string | undefined) ?? '';
