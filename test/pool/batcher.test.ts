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
  /** Lets the oldest running batch come back. */
  finish(error?: Error): void;
  submit(...products: string[]): ReturnType<Batcher['submit']>[];
}

function bench({ capacity = 1, workers = 1, maxBatch = 4, queue = 100 } = {}): Bench {
  const batches: string[][] = [];
  const results = new Map<string, JobResult>();
  const lost: unknown[] = [];
  const finishers: ((error?: Error) => void)[] = [];
  const run = (jobs: readonly Job[]): Promise<ArrayBuffer> => {
    batches.push(jobs.map(({ request }) => request.product));
    return new Promise((resolve, reject) => {
      finishers.push((error) => (error ? reject(error) : resolve(answerBatch(toyRecommender, jobs))));
    });
  };
  const runner: Runner = { capacity, workers, run, swap: async () => true, close: async () => {} };
  const observer: BatchObserver = { waited: () => {}, answered: () => {}, lost: (error) => lost.push(error) };
  const batcher = new Batcher({ runner, maxBatch, queue, observer });
  const submit = (product: string): ReturnType<Batcher['submit']> =>
    batcher.submit({ request: { product }, encoding: 'json' }, (result) => results.set(product, result));
  return {
    batcher,
    batches,
    results,
    lost,
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
