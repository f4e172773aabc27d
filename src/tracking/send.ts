// Brings a server to what the local file says of a run: only what it does not have yet, so that sending may stop anywhere and go on
// later. What was sent is written down after each step; a step that was cut off in between is sent again, which MLflow takes: params
// and tags of the same value are no conflict, and a figure of the same time and step is the same figure.

import { SepetError } from '../base/errors.ts';
import { appendLine } from './local.ts';
import { entry, type MlflowClient } from './mlflow.ts';
import type { Run, Sent } from './runs.ts';

export interface SendContext {
  readonly client: MlflowClient;
  readonly uri: string;
  readonly experimentId: string;
  /** The file of the runs. */
  readonly file: string;
  /** The server's id of a run that this one is part of. */
  readonly parentRunId?: string;
  /** Told of a file that will never be sent: it is gone, or the server keeps artifacts elsewhere. The rest goes on without it. */
  readonly onLost: (error: SepetError) => void;
}

/** Sends what is new of a run. Throws `tracking_unreachable` and `tracking_refused`. */
export async function sendRun(run: Run, context: SendContext): Promise<void> {
  const { client } = context;
  const note = (now: Sent): Sent => {
    run.sent = now;
    appendLine(context.file, { event: 'sent', run: run.id, sent: now });
    return now;
  };
  let sent = run.sent?.uri === context.uri ? run.sent : note(await create(run, context));
  const { runId, artifactUri } = sent;
  const [params, tags, metrics] = [Object.entries(run.params), Object.entries(run.tags), [...run.metrics]];
  await client.logBatch(runId, {
    params: params.slice(sent.params).map(([key, value]) => entry(key, value)),
    tags: tags.slice(sent.tags).map(([key, value]) => entry(key, value)),
    metrics: metrics.slice(sent.metrics),
  });
  const logged = { params: params.length, tags: tags.length, metrics: metrics.length };
  if (logged.params > sent.params || logged.tags > sent.tags || logged.metrics > sent.metrics)
    sent = note({ ...sent, ...logged });
  for (const { name, file } of run.artifacts.slice(sent.artifacts)) {
    await client.uploadArtifact(artifactUri, name, file).catch((error: unknown) => {
      if (!(error instanceof SepetError) || error.code !== 'tracking_refused') throw error;
      context.onLost(error);
    });
    sent = note({ ...sent, artifacts: sent.artifacts + 1 });
  }
  for (const { model, aliases, folder } of run.registrations.slice(sent.registrations)) {
    await client.registerVersion(model, { source: `${artifactUri}/${folder}`, runId, aliases });
    sent = note({ ...sent, registrations: sent.registrations + 1 });
  }
  if (sent.status === run.status) return;
  await client.updateRun(runId, run.status, run.endedMs);
  note({ ...sent, status: run.status });
}

async function create(run: Run, { client, uri, experimentId, parentRunId }: SendContext): Promise<Sent> {
  const tags = [
    entry('mlflow.source.type', 'LOCAL'),
    entry('mlflow.source.name', `sepet ${run.kind}`),
    ...(parentRunId === undefined ? [] : [entry('mlflow.parentRunId', parentRunId)]),
  ];
  const made = await client.createRun({ experimentId, name: run.name, startMs: run.startedMs, tags });
  return {
    ...{ uri, ...made, status: 'RUNNING' },
    ...{ params: 0, metrics: 0, tags: 0, artifacts: 0, registrations: 0 },
  };
}
