// The part of MLflow's REST API (version 2.0 of it) that tracking needs, by the fields and limits that it documents.

import { openAsBlob } from 'node:fs';
import { z } from 'zod';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { ask, type ServerAddress, type ServerAnswer } from './request.ts';
import type { Metric, RunStatus } from './runs.ts';

/** Of one log-batch request: items by kind, all together, and characters of a key and of a value. */
export const batchLimits = {
  metrics: 1000,
  params: 100,
  tags: 100,
  all: 1000,
  key: 250,
  value: 250,
} as const;

const api = '/api/2.0/mlflow';
const artifactApi = '/api/2.0/mlflow-artifacts/artifacts';

const experimentSchema = z.object({
  experiment: z.object({ experiment_id: z.string(), lifecycle_stage: z.string().optional() }),
});
const createdSchema = z.object({ experiment_id: z.string() });
const runSchema = z.object({
  run: z.object({ info: z.object({ run_id: z.string(), artifact_uri: z.string() }) }),
});
const versionSchema = z.object({ model_version: z.object({ version: z.coerce.string() }) });

export interface Entry {
  readonly key: string;
  readonly value: string;
}

export interface NewRun {
  readonly experimentId: string;
  readonly name: string;
  readonly startMs: number;
  readonly tags: readonly Entry[];
}

export interface Batch {
  readonly metrics?: readonly Metric[];
  readonly params?: readonly Entry[];
  readonly tags?: readonly Entry[];
}

/** Keys may hold letters, digits, `_ - . /` and spaces; anything else becomes `_`. Keys and values are cut to what is documented. */
export const entry = (key: string, value: string): Entry => ({
  key: safeKey(key),
  value: value.slice(0, batchLimits.value),
});

const safeKey = (key: string): string => key.replaceAll(/[^/\w.\- ]/g, '_').slice(0, batchLimits.key);

/** A client of one server. Every method throws `tracking_unreachable` and `tracking_refused`. */
export class MlflowClient {
  readonly #address: ServerAddress;

  constructor(address: ServerAddress) {
    this.#address = { ...address, uri: address.uri.replace(/\/+$/, '') };
  }

  /** The id of the experiment of that name, which is made where there is none. */
  async experiment(name: string): Promise<string> {
    const path = `${api}/experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`;
    const find = () => ask(this.#address, { method: 'GET', path, accepts: ['RESOURCE_DOES_NOT_EXIST'] });
    let found = await find();
    if (found.errorCode !== undefined) {
      const made = await this.#post('experiments/create', { name }, ['RESOURCE_ALREADY_EXISTS']);
      if (made.errorCode === undefined) return this.#read(made, createdSchema).experiment_id;
      // Somebody else made it in between.
      found = await find();
    }
    const { experiment } = this.#read(found, experimentSchema);
    if (experiment.lifecycle_stage === 'deleted')
      throw new SepetError(
        'tracking_refused',
        `The experiment "${name}" is deleted: restore it, or name another.`,
      );
    return experiment.experiment_id;
  }

  async createRun({
    experimentId,
    name,
    startMs,
    tags,
  }: NewRun): Promise<{ runId: string; artifactUri: string }> {
    const answer = await this.#post('runs/create', {
      ...{ experiment_id: experimentId, run_name: name, start_time: startMs, tags },
    });
    const { info } = this.#read(answer, runSchema).run;
    return { runId: info.run_id, artifactUri: info.artifact_uri };
  }

  async updateRun(runId: string, status: RunStatus, endMs?: number): Promise<void> {
    await this.#post('runs/update', {
      run_id: runId,
      status,
      ...(endMs !== undefined && { end_time: endMs }),
    });
  }

  /** Logs as many requests as the limits of one ask for. Figures that are no numbers are left out: JSON has none. */
  async logBatch(runId: string, { metrics = [], params = [], tags = [] }: Batch): Promise<void> {
    const finite = metrics
      .filter(({ value }) => Number.isFinite(value))
      .map(({ key, value, step, timeMs }) => ({ key: safeKey(key), value, timestamp: timeMs, step }));
    const [m, p, t] = [
      pages(finite, batchLimits.metrics),
      pages(params, batchLimits.params),
      pages(tags, batchLimits.tags),
    ];
    // A kind a request: then no request holds more than the limit of all kinds together.
    for (const page of p) await this.#post('runs/log-batch', { run_id: runId, params: page });
    for (const page of t) await this.#post('runs/log-batch', { run_id: runId, tags: page });
    for (const page of m) await this.#post('runs/log-batch', { run_id: runId, metrics: page });
  }

  /** Uploads a file through the server. Throws `tracking_refused` where the artifacts of the run do not lie behind it. */
  async uploadArtifact(artifactUri: string, name: string, file: string): Promise<void> {
    const path = artifactPath(artifactUri, this.#address.uri);
    const whole = [path, ...name.split('/').map(encodeURIComponent)].join('/');
    const content = await blobOf(file);
    const body = { type: 'application/octet-stream', content };
    const timeoutMs = limits.trackingUploadMs.default;
    await ask(this.#address, { method: 'PUT', path: `${artifactApi}/${whole}`, body, timeoutMs });
  }

  /** Makes a version of a registered model, and the model where there is none; moves the aliases to it. Returns the version. */
  async registerVersion(
    model: string,
    version: { readonly source: string; readonly runId: string; readonly aliases: readonly string[] },
  ): Promise<string> {
    await this.#post('registered-models/create', { name: model }, ['RESOURCE_ALREADY_EXISTS']);
    const { source, runId } = version;
    const answer = await this.#post('model-versions/create', { name: model, source, run_id: runId });
    const made = this.#read(answer, versionSchema).model_version.version;
    for (const alias of version.aliases)
      await this.#post('registered-models/alias', { name: model, alias, version: made });
    return made;
  }

  #post(path: string, body: object, accepts: readonly string[] = []): Promise<ServerAnswer> {
    const content = JSON.stringify(body);
    return ask(this.#address, {
      ...{ method: 'POST', path: `${api}/${path}`, body: { type: 'application/json', content }, accepts },
    });
  }

  #read<T>(answer: ServerAnswer, schema: z.ZodType<T>): T {
    const parsed = schema.safeParse(answer.json);
    if (parsed.success) return parsed.data;
    throw new SepetError(
      'tracking_refused',
      `${this.#address.uri} does not answer as MLflow does: is it one?`,
    );
  }
}

async function blobOf(file: string): Promise<Blob> {
  try {
    return await openAsBlob(file);
  } catch (cause) {
    throw new SepetError('tracking_refused', `${file} is not there to be uploaded.`, { cause });
  }
}

/** What stands behind the artifact API's path for `mlflow-artifacts:/0/RUN/artifacts`, or for the same as an address of the server. */
function artifactPath(artifactUri: string, server: string): string {
  const own = `${server}${artifactApi}/`;
  if (artifactUri.startsWith(own)) return artifactUri.slice(own.length);
  const proxied = /^mlflow-artifacts:(?:\/\/[^/]+)?\/+(.*)$/.exec(artifactUri);
  if (proxied) return (proxied[1] as string).replace(/\/+$/, '');
  throw new SepetError(
    'tracking_refused',
    `The artifacts of this run lie in ${artifactUri.split(':', 1)[0]}:, not behind the server: start it with --serve-artifacts.`,
  );
}

function pages<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
}
