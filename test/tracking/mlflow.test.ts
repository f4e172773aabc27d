// The MLflow client and the tracker against a server that checks every request.

import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SepetError } from '../../src/base/errors.ts';
import { readRuns } from '../../src/tracking/local.ts';
import { entry, MlflowClient } from '../../src/tracking/mlflow.ts';
import { settingsFrom } from '../../src/tracking/settings.ts';
import { Tracker } from '../../src/tracking/tracker.ts';
import { addressWithoutServer, type MlflowServer, startMlflow } from './mlflow-server.ts';

const dir = mkdtempSync(join(tmpdir(), 'sepet-mlflow-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let server: MlflowServer;
let warnings: string[];
const warn = (code: string): void => {
  warnings.push(code);
};
const quick = { timeoutMs: 30_000, pauseMs: 1, retries: 2 };
let files = 0;
const newFile = (): string => join(dir, `runs-${files++}.jsonl`);
const trackerOf = (file: string, uri = server.uri, authorization?: string): Tracker => {
  const address = { uri, ...quick, ...(authorization !== undefined && { authorization }) };
  return new Tracker(file, { server: address, experiment: 'shop' }, warn);
};

beforeEach(async () => {
  server = await startMlflow();
  warnings = [];
});
afterEach(async () => {
  await server.close();
  expect(server.violations).toEqual([]);
});

describe('the client', () => {
  it('splits a batch by the documented limits and cuts keys and values', async () => {
    const client = new MlflowClient({ uri: `${server.uri}/`, ...quick });
    const experimentId = await client.experiment('a name/with ü');
    const { runId } = await client.createRun({ experimentId, name: 'r', startMs: 1, tags: [] });
    const many = (n: number, key: string) =>
      Array.from({ length: n }, (_, i) => entry(`${key}${i}`, 'x'.repeat(300)));
    const metrics = Array.from({ length: 2500 }, (_, step) => ({
      key: 'loss@10',
      value: step / 7,
      step,
      timeMs: step,
    }));
    await client.logBatch(runId, {
      metrics: [...metrics, { key: 'bad', value: Number.NaN, step: 0, timeMs: 0 }],
      params: [...many(230, 'p'), entry('k'.repeat(400), 'long')],
      tags: many(101, 't'),
    });
    const [run] = server.runs;
    expect(run?.metrics).toHaveLength(2500);
    expect(run?.metrics[2499]).toEqual({ key: 'loss_10', value: 2499 / 7, step: 2499, timestamp: 2499 });
    expect([run?.params.size, run?.tags.size]).toEqual([231, 101]);
    expect(run?.params.get('p0')).toHaveLength(250);
    expect(server.log.filter((line) => line.endsWith('log-batch'))).toHaveLength(3 + 3 + 2);
  });

  it('takes an experiment that is there, and one that somebody else makes meanwhile', async () => {
    const client = new MlflowClient({ uri: server.uri, ...quick });
    expect(await client.experiment('shop')).toBe('1');
    expect(await client.experiment('shop')).toBe('1');
    const both = await Promise.all([client.experiment('both'), client.experiment('both')]);
    expect(both).toEqual(['2', '2']);
  });

  it('tries again after 503 and not after 400', async () => {
    const client = new MlflowClient({ uri: server.uri, ...quick });
    server.fail(503, 2);
    expect(await client.experiment('later')).toBe('1');
    expect(server.log).toHaveLength(4);
    server.fail(503, 3);
    await expect(client.experiment('later')).rejects.toMatchObject({ code: 'tracking_unreachable' });
    await expect(client.updateRun('nobody', 'FINISHED', 1)).rejects.toMatchObject({
      code: 'tracking_refused',
    });
    expect(server.log.filter((line) => line.endsWith('runs/update'))).toHaveLength(1);
  });

  it('waits as Retry-After says', async () => {
    const client = new MlflowClient({ uri: server.uri, ...quick });
    server.fail(429, 1, { 'retry-after': '1' });
    const started = performance.now();
    await client.experiment('patient');
    expect(performance.now() - started).toBeGreaterThan(990);
  });

  it('says so where something else than MLflow answers', async () => {
    const client = new MlflowClient({ uri: `${server.uri}/elsewhere`, ...quick });
    await expect(client.experiment('x')).rejects.toThrow(SepetError);
  });
});

describe('the tracker', () => {
  it('sends a run whole: params, figures by step, artifacts, a version with its alias', async () => {
    const file = newFile();
    const model = join(dir, 'model.sepet');
    writeFileSync(model, 'the model');
    const tracker = trackerOf(file);
    const run = tracker.begin({
      kind: 'train',
      name: 'w',
      params: { dims: 64, none: undefined },
      tags: { data: 'or' },
    });
    for (let step = 1; step <= 3; step++) run.metrics({ loss: 1 / step, broken: Number.NaN }, step);
    run.artifact({ file: model, name: 'model/model.sepet' });
    run.register({ model: 'shop', aliases: ['champion', 'latest'], folder: 'model' });
    run.end('FINISHED');
    expect((await tracker.sync()).left).toBe(0);
    const [served] = server.runs;
    expect(Object.fromEntries(served?.params ?? [])).toEqual({ dims: '64' });
    expect(served?.metrics.map(({ value, step }) => [value, step])).toEqual([
      [1, 1],
      [0.5, 2],
      [1 / 3, 3],
    ]);
    expect(served?.status).toBe('FINISHED');
    expect(served?.tags.get('data')).toBe('or');
    expect(server.artifacts.get('1/run1/artifacts/model/model.sepet')?.toString()).toBe('the model');
    const shop = server.models.get('shop');
    expect(shop?.versions).toEqual([{ source: 'mlflow-artifacts:/1/run1/artifacts/model', runId: 'run1' }]);
    expect(Object.fromEntries(shop?.aliases ?? [])).toEqual({ champion: '1', latest: '1' });
    expect(warnings).toEqual([]);
    // A second sync, by another process, finds nothing to do.
    const before = server.log.length;
    expect(await trackerOf(file).sync()).toEqual({ sent: 0, left: 0 });
    expect(server.log).toHaveLength(before);
  });

  it('nests the runs of a search in its own', async () => {
    const tracker = trackerOf(newFile());
    const parent = tracker.begin({ kind: 'tune model', name: 'search' });
    const child = tracker.begin({ kind: 'trial', name: 'trial 0', parent });
    child.end('FINISHED');
    parent.end('FINISHED');
    await tracker.sync();
    expect(server.runs.map(({ tags }) => tags.get('mlflow.parentRunId'))).toEqual([undefined, 'run1']);
  });

  it('keeps what a server that is away does not get, and sends it once later', async () => {
    const file = newFile();
    const away = trackerOf(file, await addressWithoutServer());
    const run = away.begin({ kind: 'train', name: 'w', params: { dims: 8 } });
    run.metrics({ loss: 0.5 }, 1);
    run.end('FINISHED');
    expect(await away.sync()).toEqual({ sent: 0, left: 1 });
    expect(warnings).toEqual(['tracking_unreachable']);
    const later = trackerOf(file);
    later.begin({ kind: 'evaluate', name: 'e' }).end('FINISHED');
    expect(await later.sync()).toEqual({ sent: 2, left: 0 });
    expect(server.runs.map(({ name, metrics }) => [name, metrics.length])).toEqual([
      ['w', 1],
      ['e', 0],
    ]);
  });

  it('goes on where a sending was cut off', async () => {
    const file = newFile();
    const artifact = join(dir, 'metrics.json');
    writeFileSync(artifact, '{}');
    const tracker = trackerOf(file);
    const run = tracker.begin({ kind: 'evaluate', name: 'e', params: { k: 10 } });
    run.metrics({ ndcg: 0.2 });
    expect((await tracker.sync()).left).toBe(0);
    run.artifact({ file: artifact, name: 'metrics.json' });
    run.end('FINISHED');
    server.fail(503, 3);
    expect(await tracker.sync()).toEqual({ sent: 0, left: 1 });
    expect(warnings).toEqual(['tracking_unreachable']);
    expect(await trackerOf(file).sync()).toEqual({ sent: 1, left: 0 });
    expect(server.runs).toHaveLength(1);
    expect(server.runs[0]?.metrics).toHaveLength(1);
    expect(server.runs[0]?.status).toBe('FINISHED');
    expect([...server.artifacts.keys()]).toEqual(['1/run1/artifacts/metrics.json']);
  });

  it('warns of a wrong token, and gets in with the right one', async () => {
    await server.close();
    server = await startMlflow({ authorization: 'Bearer right' });
    const file = newFile();
    const wrong = trackerOf(file, server.uri, 'Bearer wrong');
    wrong.begin({ kind: 'train', name: 'w' }).end('FINISHED');
    wrong.begin({ kind: 'train', name: 'v' }).end('FINISHED');
    expect(await wrong.sync()).toEqual({ sent: 0, left: 2 });
    expect(warnings).toEqual(['tracking_refused']);
    const settings = settingsFrom({ MLFLOW_TRACKING_URI: server.uri, MLFLOW_TRACKING_TOKEN: 'right' });
    expect(await new Tracker(file, settings, warn).sync()).toEqual({ sent: 2, left: 0 });
    expect([...server.experiments.keys()]).toEqual(['sepet']);
  });

  it('sends the rest of a run whose files are gone, or have no place behind the server', async () => {
    const track = async (path: string): Promise<void> => {
      warnings = [];
      const tracker = trackerOf(newFile());
      const run = tracker.begin({ kind: 'evaluate', name: 'e' });
      run.artifact({ file: path, name: 'metrics.json' });
      run.end('FINISHED');
      expect((await tracker.sync()).left).toBe(0);
      expect(warnings).toEqual(['tracking_refused']);
      expect(server.runs.at(-1)?.status).toBe('FINISHED');
    };
    await track(join(dir, 'not-there'));
    await server.close();
    server = await startMlflow({ artifactScheme: 's3://bucket' });
    await track(join(dir, 'metrics.json'));
    expect(server.artifacts.size).toBe(0);
  });

  it('leaves the runs of another process that is still at work', async () => {
    const file = newFile();
    trackerOf(file, await addressWithoutServer()).begin({ kind: 'train', name: 'other' });
    expect(await trackerOf(file).sync()).toEqual({ sent: 0, left: 1 });
    expect(server.runs).toEqual([]);
  });
});

describe('settings', () => {
  it('are those of MLflow', () => {
    const basic = settingsFrom({
      MLFLOW_TRACKING_URI: 'https://ml.example/base/',
      MLFLOW_TRACKING_USERNAME: 'ada',
      MLFLOW_TRACKING_PASSWORD: 'ü:x',
      MLFLOW_EXPERIMENT_NAME: 'mine',
    });
    const authorization = `Basic ${Buffer.from('ada:ü:x').toString('base64')}`;
    expect(basic).toEqual({ experiment: 'mine', server: { uri: 'https://ml.example/base', authorization } });
    expect(settingsFrom({})).toEqual({ experiment: 'sepet' });
    expect(settingsFrom({ MLFLOW_TRACKING_URI: 'sqlite:///x.db' }).problem).toMatch(/no http/);
  });
});

describe('the local file', () => {
  it('survives half-written lines, at its end and in between', async () => {
    const file = newFile();
    const quiet = (path: string): Tracker => new Tracker(path, { experiment: 'x' }, warn);
    const first = quiet(file).begin({ kind: 'train', name: 'a', params: { seed: 1 } });
    first.end('FINISHED');
    appendFileSync(file, '{"event":"begin","run":"half');
    expect(readRuns(file)).toMatchObject({ skipped: 1, runs: [{ name: 'a', status: 'FINISHED' }] });
    quiet(file).begin({ kind: 'train', name: 'b' }).metrics({ loss: 2 }, 1);
    const { runs, skipped } = readRuns(file);
    expect(skipped).toBe(1);
    expect(runs.map(({ name, status }) => [name, status])).toEqual([
      ['a', 'FINISHED'],
      ['b', 'RUNNING'],
    ]);
    expect(readFileSync(file, 'utf8').endsWith('\n')).toBe(true);
    expect(await quiet(file).sync()).toEqual({ sent: 0, left: 0 });
  });

  it('is no reason to fail where it cannot be written', () => {
    const tracker = new Tracker(join(dir, 'model.sepet', 'runs.jsonl'), { experiment: 'x' }, warn);
    writeFileSync(join(dir, 'model.sepet'), '');
    tracker.begin({ kind: 'train', name: 'a' }).end('FINISHED');
    expect(warnings).toEqual(['file_io']);
  });
});
