// Who shares an answer, and what an entity tag says.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResultCache } from '../../src/http/cache.ts';
import { type Asked, Desk } from '../../src/http/desk.ts';
import { isMatch, Validator } from '../../src/http/validator.ts';
import { answerBatch, type Job, type JobResult } from '../../src/pool/answers.ts';
import { Batcher } from '../../src/pool/batcher.ts';
import type { Runner } from '../../src/pool/runner.ts';
import { toyRecommender, until } from '../pool/toy.ts';

/** A desk whose batches come back when `finish` is called. */
function bench({ queue = 100, keeps = true } = {}) {
  const batches: string[][] = [];
  const finishers: (() => void)[] = [];
  const asked: Asked[] = [];
  const run = (jobs: readonly Job[]): Promise<ArrayBuffer> => {
    batches.push(jobs.map(({ request }) => request.product));
    return new Promise((resolve) => {
      finishers.push(() => resolve(answerBatch(toyRecommender, jobs)));
    });
  };
  const runner: Runner = { capacity: 1, workers: 1, run, swap: async () => true, close: async () => {} };
  const observer = { waited: () => {}, answered: () => {}, lost: () => {} };
  const batcher = new Batcher({ runner, maxBatch: 4, queue, observer });
  const cache = keeps ? new ResultCache({ bytes: 100_000, seconds: 60 }) : undefined;
  const desk = new Desk({ batcher, cache, onAsked: (how) => asked.push(how) });
  const got = new Map<string, string>();
  const textOf = (result: JobResult): string => {
    if (result.failure !== undefined) return result.failure.code;
    return JSON.parse(new TextDecoder().decode(result.body)).product;
  };
  const share = (who: string, product: string, deadlineMs = Number.POSITIVE_INFINITY) =>
    desk.share(
      { request: { product }, encoding: 'json' },
      { done: (result) => got.set(who, textOf(result)), deadlineMs },
      { key: product, tag: `"${product}"` },
    );
  const finish = async (): Promise<void> => {
    await until(() => finishers.length > 0);
    finishers.shift()?.();
  };
  return { batches, batcher, desk, got, asked, share, finish };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the desk', () => {
  it('asks once for all who ask the same meanwhile, and then not at all', async () => {
    const { batches, desk, got, asked, share, finish } = bench();
    for (const who of ['a', 'b', 'c']) share(who, 'P1');
    share('d', 'P2');
    await finish();
    await until(() => got.size === 4);
    expect(batches).toEqual([['P1', 'P2']]);
    expect(Object.fromEntries(got)).toEqual({ a: 'P1', b: 'P1', c: 'P1', d: 'P2' });
    expect(desk.known('P1')?.tag).toBe('"P1"');
    expect(asked).toEqual(['miss', 'joined', 'joined', 'miss', 'hit']);
  });

  it('goes on for those who stay, and saves the work when all have left', async () => {
    const { batches, got, share, finish } = bench();
    const [one, two] = [share('a', 'P1'), share('b', 'P1')];
    share('c', 'P2');
    one?.leave();
    two?.leave();
    share('d', 'P1');
    await finish();
    await until(() => got.size === 2);
    expect(batches).toEqual([['P2', 'P1']]);
    expect([...got.keys()].sort()).toEqual(['c', 'd']);
  });

  it('waits as long as the most patient', async () => {
    const { got, share, finish } = bench();
    share('first', 'P0');
    await turn();
    const soonMs = performance.now() + 5;
    share('hasty', 'P1', soonMs);
    share('patient', 'P1');
    share('alone', 'P2', soonMs);
    await until(() => performance.now() > soonMs);
    await finish();
    await finish();
    await until(() => got.size === 4);
    expect(Object.fromEntries(got)).toEqual({
      ...{ first: 'P0', hasty: 'P1', patient: 'P1' },
      alone: 'deadline_exceeded',
    });
  });

  it('gives nothing of a former version to those who come after it', async () => {
    const { batches, desk, got, share, finish } = bench();
    share('before', 'P1');
    await turn();
    desk.forget();
    share('after', 'P1');
    await finish();
    await until(() => got.has('before'));
    expect([got.has('after'), desk.known('P1')]).toEqual([false, undefined]);
    await finish();
    await until(() => got.has('after'));
    expect(batches).toEqual([['P1'], ['P1']]);
    expect(desk.known('P1')).toBeDefined();
  });

  it('keeps no failure', async () => {
    const { desk, got, share, finish } = bench();
    share('a', 'strict');
    await finish();
    await until(() => got.size === 1);
    expect([got.get('a'), desk.known('strict')]).toEqual(['option_invalid', undefined]);
  });

  it('says so where the queue is full; who joins takes no place', async () => {
    const { got, share, finish } = bench({ queue: 1 });
    share('running', 'P0');
    await turn();
    expect(share('a', 'P1')).toBeDefined();
    expect(share('b', 'P2')).toBeUndefined();
    expect(share('c', 'P1')).toBeDefined();
    await finish();
    await finish();
    await until(() => got.size === 3);
    expect(got.has('b')).toBe(false);
  });

  it('asks for each by itself where nothing is kept', async () => {
    const { batches, desk, got, asked, share, finish } = bench({ keeps: false });
    share('a', 'P1');
    share('b', 'P1');
    await finish();
    await until(() => got.size === 2);
    expect([batches, desk.known('P1'), asked]).toEqual([[['P1', 'P1']], undefined, []]);
  });
});

describe('an entity tag', () => {
  const now = Date.UTC(2026, 0, 1, 12, 7);

  it('is the same for the same question within a quarter of an hour', () => {
    const tag = new Validator('artifact policy').tag('j P1?', now);
    expect(tag).toMatch(/^"[0-9a-z]+-[0-9a-z]+"$/);
    expect(new Validator('artifact policy').tag('j P1?', now + 60_000)).toBe(tag);
  });

  it('is another one for anything else', () => {
    const versions = ['artifact policy', 'artifact policy2', 'brtifact policy'];
    const keys = Array.from({ length: 2000 }, (_, i) => `j P${i}?`);
    const times = [now, now + 900_000];
    const tags = versions.flatMap((version) => {
      const validator = new Validator(version);
      return times.flatMap((time) => keys.map((key) => validator.tag(key, time)));
    });
    expect(new Set(tags).size).toBe(versions.length * times.length * keys.length);
  });

  it('is found in If-None-Match as the RFC says', () => {
    const tag = '"abc-1"';
    for (const header of [tag, `W/${tag}`, '*', `"x", ${tag}`, `"x",W/${tag} , "y"`])
      expect(isMatch(header, tag)).toBe(true);
    for (const header of ['', 'abc-1', '"abc"', '"x", "y"', '"abc-1'])
      expect(isMatch(header, tag)).toBe(false);
    fc.assert(
      fc.property(
        fc.string(),
        (header) => isMatch(header, tag) === (header.includes(tag) || header.trim() === '*'),
      ),
    );
  });
});
