// Real threads with the toy recommender: dist must be built (npm test does that first).

import { afterEach, describe, expect, it } from 'vitest';
import { type JobResult, readBatch } from '../../src/pool/answers.ts';
import { Batcher } from '../../src/pool/batcher.ts';
import { helped, type Runner } from '../../src/pool/runner.ts';
import { piscinaRunner } from '../../src/pool/threads.ts';
import { Versions } from '../../src/pool/versions.ts';
import { toyAnswer, toyOpener, toyVersion, until } from './toy.ts';

const worker = new URL('../../dist/test/pool/toy-worker.js', import.meta.url);
const version = toyVersion(1);
const errors: Error[] = [];
let runner: Runner | undefined;

async function start(workers: number): Promise<Runner> {
  runner = await piscinaRunner({ workers, version, worker, onError: (error) => errors.push(error) });
  return runner;
}

function batcherOn(on: Runner): { ask: (product: string) => Promise<JobResult>; lost: unknown[] } {
  const lost: unknown[] = [];
  const observer = { waited: () => {}, answered: () => {}, lost: (error: unknown) => lost.push(error) };
  const batcher = new Batcher({ runner: on, maxBatch: 16, queue: 10_000, observer });
  const ask = (product: string): Promise<JobResult> =>
    new Promise((resolve) => batcher.submit({ request: { product }, encoding: 'json' }, resolve));
  return { ask, lost };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const textOf = (result: JobResult): unknown => result.failure ?? Buffer.from(result.body).toString();
const productOf = (result: JobResult): unknown =>
  result.failure ? result.failure.code : JSON.parse(Buffer.from(result.body).toString()).product;

afterEach(async () => {
  await runner?.close();
  runner = undefined;
  expect(errors.splice(0)).toEqual([]);
});

describe('the pool', () => {
  it('answers thousands of mixed requests, each with its own answer', async () => {
    const { ask } = batcherOn(await start(2));
    const products = Array.from({ length: 5000 }, (_, i) => (i % 100 === 37 ? 'poison' : `p${i}`));
    const results = await Promise.all(products.map(ask));
    expect(results.map(productOf)).toEqual(
      products.map((product) => (product === 'poison' ? 'internal' : product)),
    );
  });

  it('gives the same with the help of the calling thread', async () => {
    const threads = await start(1);
    const own = helped(threads, new Versions(toyOpener), version);
    const { ask } = batcherOn(own);
    const products = Array.from({ length: 5000 }, (_, i) => (i % 100 === 37 ? 'poison' : `p${i}`));
    const results = await Promise.all(products.map(ask));
    expect(results.map(productOf)).toEqual(
      products.map((product) => (product === 'poison' ? 'internal' : product)),
    );
    const jobs = products.slice(0, 5).map((product) => ({ request: { product }, encoding: 'json' as const }));
    const bodies = [await own.run(jobs), own.answer?.(jobs) as ArrayBuffer].map((buffer) =>
      readBatch(buffer).results.map(textOf),
    );
    expect(bodies[1]).toEqual(bodies[0]);
    expect(await own.swap(toyVersion(2))).toBe(true);
    expect(textOf(readBatch(own.answer?.(jobs) as ArrayBuffer).results[0] as JobResult)).toContain(
      toyVersion(2).artifact,
    );
  });

  it('moves the answers: the bytes are those of the answer', async () => {
    const own = await start(1);
    const [result] = readBatch(await own.run([{ request: { product: 'x' }, encoding: 'json' }])).results;
    expect(Buffer.from((result as { body: Uint8Array }).body).toString()).toBe(
      JSON.stringify(toyAnswer('x', version.artifact)),
    );
  });

  it('replaces a thread that dies: its batch fails, the next is answered', async () => {
    const { ask, lost } = batcherOn(await start(2));
    expect(productOf(await ask('die'))).toBe('internal');
    expect(String(lost[0])).toContain('exited with code: 7');
    const later = Array.from({ length: 200 }, (_, i) => `after${i}`);
    expect((await Promise.all(later.map(ask))).map(productOf)).toEqual(later);
  });

  it('works in parallel: one slow batch does not hold up the others', async () => {
    const { ask } = batcherOn(await start(2));
    let slow: JobResult | undefined;
    void ask('slow-1500').then((result) => {
      slow = result;
    });
    await turn();
    expect(productOf(await ask('quick'))).toBe('quick');
    expect(slow).toBeUndefined();
    await until(() => slow !== undefined);
  });

  it('says why where a thread cannot open its artifact', async () => {
    const missing = { workers: 1, version: { ...version, file: '/nowhere.sepet' }, onError: () => {} };
    const own = new URL('../../dist/src/pool/worker.js', import.meta.url);
    await expect(piscinaRunner({ ...missing, worker: own })).rejects.toMatchObject({
      code: 'file_not_found',
      message: expect.stringContaining('/nowhere.sepet'),
    });
  });
});
