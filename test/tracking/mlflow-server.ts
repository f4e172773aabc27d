// A tracking server for tests: keeps state as MLflow does and refuses what MLflow's REST documentation does not know. Each request's
// fields are checked by name and type, missing and unknown ones alike, and so are the limits of a batch.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '../ports.ts';

type Check = (value: unknown) => boolean;
interface Fields {
  readonly required: Readonly<Record<string, Check>>;
  readonly optional?: Readonly<Record<string, Check>>;
}

const text: Check = (value) => typeof value === 'string' && value !== '';
const words: Check = (value) => typeof value === 'string';
const int64: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const double: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const status: Check = (value) =>
  ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'].includes(String(value));
const name: Check = (value) => text(value) && /^[/\w.\- ]{1,250}$/.test(String(value));
const short: Check = (value) => words(value) && String(value).length <= 250;
const listOf =
  (fields: Fields, most: number): Check =>
  (value) =>
    Array.isArray(value) &&
    value.length <= most &&
    value.every((item) => problemOf(item, fields) === undefined);

const pair: Fields = { required: { key: name, value: short } };
const metric: Fields = { required: { key: name, value: double, timestamp: int64, step: int64 } };

/** By method and path: https://mlflow.org/docs/latest/rest-api.html */
const endpoints: Readonly<Record<string, Fields>> = {
  'GET experiments/get-by-name': { required: { experiment_name: text } },
  'POST experiments/create': {
    required: { name: text },
    optional: { artifact_location: text, tags: listOf(pair, 20) },
  },
  'POST runs/create': {
    required: { experiment_id: text, start_time: int64 },
    optional: { run_name: text, tags: listOf(pair, 100) },
  },
  'POST runs/update': { required: { run_id: text }, optional: { status, end_time: int64, run_name: text } },
  'POST runs/log-batch': {
    required: { run_id: text },
    optional: { metrics: listOf(metric, 1000), params: listOf(pair, 100), tags: listOf(pair, 100) },
  },
  'POST registered-models/create': {
    required: { name: text },
    optional: { tags: listOf(pair, 100), description: words },
  },
  'POST model-versions/create': {
    required: { name: text, source: text },
    optional: { run_id: text, tags: listOf(pair, 100), run_link: text, description: words },
  },
  'POST registered-models/alias': { required: { name: text, alias: text, version: text } },
};

function problemOf(value: unknown, { required, optional = {} }: Fields): string | undefined {
  if (typeof value !== 'object' || value === null) return 'no object';
  const missing = Object.keys(required).find((key) => !Object.hasOwn(value, key));
  if (missing !== undefined) return `Missing value for required parameter '${missing}'`;
  for (const [key, given] of Object.entries(value)) {
    const check = required[key] ?? optional[key];
    if (check === undefined) return `Unknown parameter '${key}'`;
    if (!check(given)) return `Invalid value for parameter '${key}': ${JSON.stringify(given).slice(0, 200)}`;
  }
  return undefined;
}

export interface ServedRun {
  readonly id: string;
  readonly experiment: string;
  readonly name: string;
  status: string;
  endTime?: number;
  readonly params: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly metrics: { key: string; value: number; timestamp: number; step: number }[];
}

export interface MlflowServer {
  readonly uri: string;
  readonly runs: ServedRun[];
  readonly experiments: Map<string, string>;
  readonly artifacts: Map<string, Buffer>;
  readonly models: Map<
    string,
    { versions: { source: string; runId: string }[]; aliases: Map<string, string> }
  >;
  /** `POST runs/create`, …, of every request, those that were turned away too. */
  readonly log: string[];
  /** What was refused for its shape: empty where the client keeps to the documentation. */
  readonly violations: string[];
  /** Answers the next so many requests with this status instead. */
  fail(status: number, times: number, headers?: Record<string, string>): void;
  close(): Promise<void>;
}

class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

interface Pair {
  readonly key: string;
  readonly value: string;
}

/** The fields of every request together, once checked. */
interface Body {
  readonly experiment_name: string;
  readonly experiment_id: string;
  readonly name: string;
  readonly run_id: string;
  readonly run_name: string;
  readonly status?: string;
  readonly end_time?: number;
  readonly metrics?: ServedRun['metrics'];
  readonly params?: readonly Pair[];
  readonly tags?: readonly Pair[];
  readonly source: string;
  readonly alias: string;
  readonly version: string;
}

/** Starts one on a free port; `authorization` is the header it wants. */
export async function startMlflow(options: { authorization?: string; artifactScheme?: string } = {}) {
  const { authorization, artifactScheme = 'mlflow-artifacts:' } = options;
  const state = {
    runs: [] as ServedRun[],
    experiments: new Map<string, string>(),
    artifacts: new Map<string, Buffer>(),
    models: new Map() as MlflowServer['models'],
    log: [] as string[],
    violations: [] as string[],
  };
  let failing = { status: 0, times: 0, headers: {} as Record<string, string> };
  const exists = (what: string) => new Refusal(400, 'RESOURCE_ALREADY_EXISTS', `${what} already exists`);
  const missing = (what: string) => new Refusal(404, 'RESOURCE_DOES_NOT_EXIST', `${what} does not exist`);
  const runOf = (id: string): ServedRun => {
    const run = state.runs.find((one) => one.id === id);
    if (run === undefined) throw missing(`Run ${id}`);
    return run;
  };
  const modelOf = (model: string) => {
    const found = state.models.get(model);
    if (found === undefined) throw missing(`Registered model ${model}`);
    return found;
  };
  const handlers: Record<string, (body: Body) => object> = {
    'GET experiments/get-by-name': ({ experiment_name: asked }) => {
      const id = state.experiments.get(asked);
      if (id === undefined) throw missing(`Experiment ${asked}`);
      return { experiment: { experiment_id: id, name: asked, lifecycle_stage: 'active' } };
    },
    'POST experiments/create': ({ name: asked }) => {
      if (state.experiments.has(asked)) throw exists(`Experiment ${asked}`);
      const id = String(state.experiments.size + 1);
      state.experiments.set(asked, id);
      return { experiment_id: id };
    },
    'POST runs/create': ({ experiment_id: experiment, run_name: called, tags = [] }) => {
      if (![...state.experiments.values()].includes(experiment)) throw missing(`Experiment ${experiment}`);
      const id = `run${state.runs.length + 1}`;
      const pairs = tags.map(({ key, value }) => [key, value] as const);
      state.runs.push({
        ...{ id, experiment, name: called, status: 'RUNNING' },
        ...{ params: new Map(), tags: new Map(pairs), metrics: [] },
      });
      const artifact_uri = `${artifactScheme}/${experiment}/${id}/artifacts`;
      return { run: { info: { run_id: id, artifact_uri, status: 'RUNNING' }, data: {} } };
    },
    'POST runs/update': ({ run_id, status: now, end_time }) => {
      const run = runOf(run_id);
      if (now !== undefined) run.status = now;
      if (end_time !== undefined) run.endTime = end_time;
      return { run_info: { run_id, status: run.status } };
    },
    'POST runs/log-batch': ({ run_id, metrics, params, tags }) => {
      const run = runOf(run_id);
      const all = (metrics?.length ?? 0) + (params?.length ?? 0) + (tags?.length ?? 0);
      if (all > 1000) throw new Refusal(400, 'INVALID_PARAMETER_VALUE', `${all} entities in one batch`);
      for (const { key, value } of params ?? []) {
        const known = run.params.get(key);
        if (known !== undefined && known !== value)
          throw new Refusal(400, 'INVALID_PARAMETER_VALUE', `Changing param values is not allowed: ${key}`);
        run.params.set(key, value);
      }
      for (const { key, value } of tags ?? []) run.tags.set(key, value);
      run.metrics.push(...(metrics ?? []));
      return {};
    },
    'POST registered-models/create': ({ name: model }) => {
      if (state.models.has(model)) throw exists(`Registered model ${model}`);
      state.models.set(model, { versions: [], aliases: new Map() });
      return { registered_model: { name: model } };
    },
    'POST model-versions/create': ({ name: model, source, run_id: runId }) => {
      const { versions } = modelOf(model);
      if (runId !== undefined) runOf(runId);
      versions.push({ source, runId });
      return { model_version: { name: model, version: String(versions.length), source } };
    },
    'POST registered-models/alias': ({ name: model, alias, version }) => {
      const found = modelOf(model);
      if (Number(version) > found.versions.length) throw missing(`Version ${version}`);
      found.aliases.set(alias, version);
      return {};
    },
  };

  async function answer(request: IncomingMessage): Promise<object> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const content = Buffer.concat(chunks);
    const url = new URL(request.url ?? '', 'http://server');
    const stored = /^\/api\/2\.0\/mlflow-artifacts\/artifacts\/(.+)$/.exec(url.pathname)?.[1];
    const path = url.pathname.replace('/api/2.0/mlflow/', '');
    const what = `${request.method} ${stored === undefined ? path : 'artifact'}`;
    state.log.push(what);
    if (failing.times > 0) {
      failing.times--;
      throw new Refusal(failing.status, 'TEMPORARILY_UNAVAILABLE', 'not now');
    }
    if (authorization !== undefined && request.headers.authorization !== authorization)
      throw new Refusal(401, 'UNAUTHENTICATED', 'You are not authenticated.');
    if (stored !== undefined && request.method === 'PUT') {
      state.artifacts.set(decodeURIComponent(stored), content);
      return {};
    }
    const fields = endpoints[what];
    if (fields === undefined) throw new Refusal(404, 'ENDPOINT_NOT_FOUND', `No endpoint ${what}`);
    if (request.method === 'POST' && request.headers['content-type'] !== 'application/json')
      throw new Refusal(400, 'BAD_REQUEST', 'not JSON');
    if (content.length > 1e6) throw new Refusal(413, 'INVALID_PARAMETER_VALUE', 'more than 1 MB');
    const body: unknown =
      request.method === 'GET' ? Object.fromEntries(url.searchParams) : JSON.parse(content.toString('utf8'));
    const problem = problemOf(body, fields);
    if (problem !== undefined) {
      state.violations.push(`${what}: ${problem}`);
      throw new Refusal(400, 'INVALID_PARAMETER_VALUE', problem);
    }
    return handlers[what]?.(body as Body) ?? {};
  }

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const send = (code: number, body: object, headers: Record<string, string> = {}): void => {
      response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    };
    answer(request).then(
      (body) => send(200, body),
      (error: unknown) => {
        if (!(error instanceof Refusal))
          return send(500, { error_code: 'INTERNAL_ERROR', message: String(error) });
        const headers = error.code === 'TEMPORARILY_UNAVAILABLE' ? failing.headers : {};
        return send(error.status, { error_code: error.code, message: error.message }, headers);
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const served: MlflowServer = {
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...state,
    fail: (code, times, headers = {}) => {
      failing = { status: code, times, headers };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return served;
}

/** An address at which nobody listens any more. */
export async function addressWithoutServer(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}`;
}
