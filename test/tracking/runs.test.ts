// Finding and comparing runs, and what the commands record: here and at a tracking server.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareRuns, findRun } from '../../src/tracking/choose.ts';
import { readRuns } from '../../src/tracking/local.ts';
import { lastMetrics, type Run, statusOf } from '../../src/tracking/runs.ts';
import { sepetCommand } from '../shops.ts';
import { type DataFolder, plantedFolder } from '../training/train-world.ts';
import { addressWithoutServer, type MlflowServer, startMlflow } from './mlflow-server.ts';

const run = (id: string, params: Record<string, string>, metrics: Run['metrics']): Run => ({
  ...{
    id,
    kind: 'train',
    name: id,
    process: { host: 'h', pid: 1 },
    startedMs: 0,
    status: 'FINISHED',
    params,
    metrics,
  },
  ...{ tags: {}, artifacts: [], registrations: [] },
});
const metric = (key: string, value: number, step = 0) => ({ key, value, step, timeMs: 0 });
const runs = [
  run('aa11', { dims: '64', seed: '1' }, [metric('loss', 2, 1), metric('loss', 1, 2), metric('only', 3)]),
  run('aa22', { dims: '32', seed: '1', gamma: '0' }, [metric('loss', 1.5, 2), metric('loss', 9, 1)]),
];

describe('runs', () => {
  it('are found by how their ids begin', () => {
    expect(findRun(runs, 'aa2').id).toBe('aa22');
    expect(() => findRun(runs, 'aa')).toThrow(/2 runs begin/);
    expect(() => findRun(runs, 'ab11')).toThrow(/Did you mean "aa11"/);
  });

  it('of a process that died without a word are killed', () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const of = (host: string, pid: number) => statusOf({ status: 'RUNNING', process: { host, pid } });
    expect(of(hostname(), dead)).toBe('KILLED');
    expect(of(hostname(), process.pid)).toBe('RUNNING');
    expect(of('elsewhere', dead)).toBe('RUNNING');
  });

  it('are compared by what differs and by their last figures', () => {
    expect(lastMetrics(runs[1] as Run).get('loss')).toBe(1.5);
    expect(compareRuns(runs)).toMatchObject({
      params: [
        { name: 'dims', values: ['64', '32'] },
        { name: 'gamma', values: [undefined, '0'] },
      ],
      paramsEqual: 1,
      metrics: [{ name: 'loss', values: [1, 1.5] }],
    });
  });
});

describe('the commands', () => {
  let folder: DataFolder;
  let server: MlflowServer;
  const sepet = (args: string[], env: NodeJS.ProcessEnv = {}) => {
    const child = spawn(process.execPath, [sepetCommand, ...args], { env: { ...process.env, ...env } });
    const seen = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (chunk: Buffer) => {
        seen[name] += chunk;
      });
    return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
      child.once('close', (code) => resolve({ code, ...seen }));
    });
  };
  const small = ['--dims', '8', '--epochs', '3', '--threads', '1'];

  beforeAll(async () => {
    folder = await plantedFolder(200, 3);
    server = await startMlflow({ authorization: 'Bearer secret' });
  });
  afterAll(async () => {
    await server.close();
    folder.remove();
  });

  it('record a training here and at the server, with its model', async () => {
    const env = {
      MLFLOW_TRACKING_URI: server.uri,
      MLFLOW_TRACKING_TOKEN: 'secret',
      MLFLOW_EXPERIMENT_NAME: 'pairs',
    };
    const first = await sepet(
      ['train', folder.dir, ...small, '--register', 'pairs', '--alias', 'challenger'],
      env,
    );
    expect(first.code, first.stderr).toBe(0);
    expect(server.violations).toEqual([]);
    expect(server.runs).toHaveLength(1);
    const [served] = server.runs;
    expect(served).toMatchObject({ status: 'FINISHED', experiment: server.experiments.get('pairs') });
    expect(served?.params.get('dims')).toBe('8');
    expect(served?.metrics.filter(({ key }) => key === 'loss').map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(server.models.get('pairs')?.aliases.get('challenger')).toBe('1');
    const [artifact] = [...server.artifacts.values()];
    expect(artifact?.equals(readFileSync(join(folder.dir, 'model.sepet')))).toBe(true);
    expect(readRuns(join(folder.dir, 'runs.jsonl')).runs[0]?.sent?.runId).toBe('run1');
  });

  it('train all the same where the server is away, tell it, and leave no record when asked', async () => {
    const away = { MLFLOW_TRACKING_URI: await addressWithoutServer() };
    const trained = await sepet(['train', folder.dir, ...small, '--seed', '2'], away);
    expect(trained.code).toBe(0);
    expect(trained.stderr).toMatch(
      /warning: http:\/\/127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED.* \[tracking_unreachable\]/,
    );
    const { runs: recorded } = readRuns(join(folder.dir, 'runs.jsonl'));
    expect(recorded.map(({ status }) => status)).toEqual(['FINISHED', 'FINISHED']);
    const ids = recorded.map(({ id }) => id.slice(0, 8));
    const compared = await sepet(['runs', folder.dir, 'compare', ...ids]);
    expect(compared.stdout).toMatch(/seed +1 +2/);
    const missing = await sepet(['train', join(folder.dir, 'nowhere'), ...small]);
    expect(missing.stderr).toMatch(/\[input_missing\]/);
    expect(existsSync(join(folder.dir, 'nowhere'))).toBe(false);
  });
});
