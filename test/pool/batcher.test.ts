import { describe, expect, it } from 'vitest';
import { answerBatch, type Job, type JobResult } from '../../src/pool/answers.ts';
import { Batcher, type BatchObserver } from '../../src/pool/batcher.ts';
import type { Runner } from '../../src/pool/runner.ts';
import { toyRecommender, until } from './toy.ts';

interface Bench {
  readonly batcher: Batcher;
  /** The products of each batch, as the runner got them. */
  readonly batches: string[][];
  readonly results: Map<string, JobResult>;
  readonly lost: unknown[];
  /** Requests of each batch that was answered, and by whom. */
  readonly answered: string[];
  readonly runner: Runner;
  /** Lets the oldest running batch come back. */
  finish(error?: Error): void;
  submit(...products: string[]): ReturnType<Batcher['submit']>[];
}

/** A batch as it comes back, which says that a request took 20 µs, or 30 ms where it is named `slow`. */
function answersTo(jobs: readonly Job[]): ArrayBuffer {
  const buffer = answerBatch(toyRecommender, jobs);
  const micros = jobs.map(({ request }) => (request.product.startsWith('slow') ? 30_000 : 20));
  new Uint32Array(buffer, 0, 4)[1] = micros.reduce((sum, each) => sum + each, 0);
  return buffer;
}

function bench({ capacity = 1, workers = 1, maxBatch = 4, queue = 100, helps = false } = {}): Bench {
  const batches: string[][] = [];
  const results = new Map<string, JobResult>();
  const lost: unknown[] = [];
  const finishers: ((error?: Error) => void)[] = [];
  const run = (jobs: readonly Job[]): Promise<ArrayBuffer> => {
    batches.push(jobs.map(({ request }) => request.product));
    return new Promise((resolve, reject) => {
      finishers.push((error) => (error ? reject(error) : resolve(answersTo(jobs))));
    });
  };
  const calls = { run, swap: async () => true, close: async () => {} };
  const runner: Runner = { capacity, workers, ...calls, ...(helps && { answer: answersTo }) };
  const answered: string[] = [];
  const observer: BatchObserver = {
    waited: () => {},
    answered: ({ size, by }) => answered.push(`${size} by the ${by}`),
    lost: (error) => lost.push(error),
  };
  const batcher = new Batcher({ runner, maxBatch, queue, observer });
  const submit = (product: string): ReturnType<Batcher['submit']> =>
    batcher.submit({ request: { product }, encoding: 'json' }, (result) => results.set(product, result));
  return {
    batcher,
    batches,
    results,
    lost,
    answered,
    runner,
    finish: (error) => finishers.shift()?.(error),
    submit: (...products) => products.map(submit),
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the micro-batcher', () => {
  it('sends what arrives in one turn of the loop together', async () => {
    const { submit, batches } = bench();
    submit('a', 'b', 'c');
    expect(batches).toEqual([]);
    await turn();
    expect(batches).toEqual([['a', 'b', 'c']]);
  });

  it('sends a full batch at once', () => {
    const { submit, batches } = bench();
    submit('a', 'b', 'c', 'd', 'e');
    expect(batches).toEqual([['a', 'b', 'c', 'd']]);
  });

  it('keeps to the capacity and lets the next batch grow meanwhile', async () => {
    const { submit, batches, batcher, finish, results } = bench({ capacity: 2 });
    for (const product of ['a', 'b', 'c', 'd']) {
      submit(product);
      await turn();
    }
    expect(batches).toEqual([['a'], ['b']]);
    expect([batcher.waiting, batcher.running]).toEqual([2, 2]);
    finish();
    await until(() => results.has('a'));
    expect(batches[2]).toEqual(['c', 'd']);
  });

  it('shares out what waits among idle workers, in batches that are worth it', async () => {
    const letters = (count: number): string[] => Array.from({ length: count }, (_, i) => `p${i}`);
    for (const [count, sizes] of [
      [3, [3]],
      [6, [4, 2]],
      [20, [7, 7, 6]],
      [32, [11, 11, 10]],
    ] as const) {
      const { submit, batches } = bench({ capacity: 6, workers: 3, maxBatch: 33 });
      submit(...letters(count));
      await turn();
      expect(batches.map(({ length }) => length)).toEqual(sizes);
      expect(batches.flat()).toEqual(letters(count));
    }
  });

  it('refuses what the queue cannot hold, and takes more once it has room', async () => {
    const { submit, finish, results } = bench({ queue: 2, maxBatch: 2 });
    const tickets = submit('a', 'b', 'c', 'd', 'e');
    expect(tickets.map((ticket) => ticket !== undefined)).toEqual([true, true, true, true, false]);
    finish();
    await until(() => results.has('b'));
    expect(submit('f')[0]).toBeDefined();
  });

  it('gives the place of the cancelled to others', () => {
    const { submit, batcher } = bench({ queue: 2, maxBatch: 2 });
    submit('a', 'b');
    const [c] = submit('c', 'd');
    expect(submit('e')).toEqual([undefined]);
    if (c) c.cancelled = true;
    expect(submit('f')[0]).toBeDefined();
    expect([submit('g'), batcher.waiting]).toEqual([[undefined], 2]);
  });

  it('fails what has waited too long, and does not do it', async () => {
    const { batcher, batches, finish, results, submit } = bench({ maxBatch: 1 });
    submit('a');
    const soonMs = performance.now() + 5;
    const late = { request: { product: 'late' }, encoding: 'json' as const };
    batcher.submit(late, (result) => results.set('late', result), soonMs);
    submit('b');
    await until(() => performance.now() > soonMs);
    finish();
    await until(() => results.has('late'));
    expect(results.get('late')?.failure?.code).toBe('deadline_exceeded');
    await until(() => batches.length === 2);
    expect(batches).toEqual([['a'], ['b']]);
  });

  it('does no work for the cancelled, and tells them nothing', async () => {
    const { submit, batches, finish, results } = bench();
    const [a, b] = submit('a', 'b', 'c');
    if (a) a.cancelled = true;
    await turn();
    expect(batches).toEqual([['b', 'c']]);
    if (b) b.cancelled = true;
    finish();
    await until(() => results.has('c'));
    expect([...results.keys()]).toEqual(['c']);
  });

  it('answers every request of a lost batch with internal and goes on', async () => {
    const { submit, finish, results, lost } = bench();
    submit('a', 'b');
    await turn();
    submit('c');
    finish(new Error('worker exited'));
    await until(() => results.has('b'));
    expect(lost).toHaveLength(1);
    expect(results.get('a')?.failure?.code).toBe('internal');
    finish();
    await until(() => results.has('c'));
    expect(results.get('c')).toHaveProperty('body');
  });
});

describe('the event loop', () => {
  const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `p${i}`);
  /** A worker has all it can take, and what requests take is known. */
  async function busy(first: string, helps = true): Promise<Bench> {
    const on = bench({ helps, maxBatch: 32 });
    on.submit(first);
    await turn();
    on.finish();
    await until(() => on.results.has(first));
    on.submit('at the worker');
    await turn();
    return on;
  }

  it('helps where the worker has all it can take, a few requests in each turn', async () => {
    const { submit, results, answered, batcher } = await busy('a');
    submit(...names(20));
    await until(() => results.size === 21);
    expect(answered).toEqual(['1 by the worker', '8 by the loop', '8 by the loop', '4 by the loop']);
    expect([batcher.waiting, batcher.running]).toEqual([0, 1]);
  });

  it('lets the sockets and the workers have their say between two turns', async () => {
    const { submit, results, finish, batches } = await busy('a');
    submit(...names(20));
    let turns = 0;
    while (results.size < 9) turns += await turn().then(() => 1);
    expect(turns).toBeLessThan(5);
    expect(results.size).toBe(9);
    finish();
    await until(() => batches.length === 3);
    expect(batches[2]?.length).toBeGreaterThan(3);
  });

  it('does not where requests take long, and does again when they no longer do', async () => {
    const { submit, finish, results, answered } = await busy('slow');
    submit('b');
    for (let i = 0; i < 5; i++) await turn();
    expect(results.has('b')).toBe(false);
    for (let i = 0; i < 60; i++) {
      finish();
      await turn();
      submit(`quick ${i}`);
      await turn();
    }
    submit(...names(4));
    await until(() => answered.some((one) => one.endsWith('loop')));
  });

  it('answers all where no worker is free to, however long that takes', async () => {
    const { submit, results, answered } = bench({ helps: true, capacity: 0 });
    submit('slow', 'slower', 'slowest');
    await until(() => results.size === 3);
    expect(answered).toEqual(['1 by the loop', '1 by the loop', '1 by the loop']);
  });

  it('leaves nobody waiting where a worker is free again before its turn', async () => {
    const { submit, results, finish, runner } = bench({ helps: true, capacity: 0 });
    submit('a');
    await turn();
    Object.assign(runner, { capacity: 1 });
    for (let tries = 0; !results.has('a') && tries < 50; tries++) {
      await turn();
      finish();
    }
    expect([...results.keys()]).toEqual(['a']);
  });

  it('is not asked to where it cannot', async () => {
    const { submit, results, batcher } = await busy('a', false);
    submit('b');
    for (let i = 0; i < 5; i++) await turn();
    expect([results.has('b'), batcher.waiting]).toEqual([false, 1]);
  });

  it('spares the cancelled and tells the late', async () => {
    const { submit, results, batcher } = await busy('a');
    const [b] = submit('b', 'c');
    if (b) b.cancelled = true;
    batcher.submit(
      { request: { product: 'late' }, encoding: 'json' },
      (result) => results.set('late', result),
      performance.now() - 1,
    );
    await until(() => results.has('late') && results.has('c'));
    expect(results.get('late')?.failure?.code).toBe('deadline_exceeded');
    expect(results.has('b')).toBe(false);
  });
});
