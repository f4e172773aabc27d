// What is kept, who shares an answer, and what an entity tag says.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { ResultCache } from '../../src/http/cache.ts';
import { type Asked, Desk } from '../../src/http/desk.ts';
import { isMatch, Validator } from '../../src/http/validator.ts';
import { answerBatch, type Job, type JobResult } from '../../src/pool/answers.ts';
import { Batcher } from '../../src/pool/batcher.ts';
import type { Runner } from '../../src/pool/runner.ts';
import { toyRecommender, until } from '../pool/toy.ts';

const bodyOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the result cache', () => {
  it('keeps to its bytes, and keeps what is asked for', () => {
    const cache = new ResultCache({ bytes: 160_000, seconds: 60 });
    for (let i = 0; i < 2000; i++) {
      cache.put(`key ${i}`, { body: bodyOf(`${i}`.padEnd(500)), tag: `"${i}"` });
      cache.get('key 0');
      expect(cache.bytes).toBeLessThanOrEqual(160_000);
    }
    expect(cache.entries).toBeGreaterThan(150);
    expect(cache.get('key 1')).toBeUndefined();
    for (const i of [0, 1999, 1998]) {
      const kept = cache.get(`key ${i}`);
      expect([kept?.tag, kept && new TextDecoder().decode(kept.body)]).toEqual([
        `"${i}"`,
        `${i}`.padEnd(500),
      ]);
    }
  });

  it('hits nearly as often as one that knows what will be asked for', () => {
    // Zipf(1) over 5,000 questions, of which a tenth fit.
    const cache = new ResultCache({ bytes: 500 * 1050, seconds: 60 });
    const cumulative: number[] = [];
    let sum = 0;
    for (let rank = 1; rank <= 5000; rank++) {
      sum += 1 / rank;
      cumulative.push(sum);
    }
    const random = new Random(1);
    let hits = 0;
    for (let i = 0; i < 60_000; i++) {
      const drawn = random.float() * sum;
      const key = `P${cumulative.findIndex((value) => value >= drawn)}`;
      if (cache.get(key) !== undefined) hits += i < 20_000 ? 0 : 1;
      else cache.put(key, { body: new Uint8Array(800), tag: '"t"' });
    }
    const best = (cumulative[499] as number) / sum;
    expect(hits / 40_000 / best).toBeGreaterThan(0.85);
  });

  it('gives what a map would give, or nothing', () => {
    const command = fc.record({
      do: fc.constantFrom('put', 'put', 'get', 'get', 'alias', 'clear'),
      key: fc.integer({ min: 0, max: 40 }),
      of: fc.integer({ min: 0, max: 40 }),
      length: fc.integer({ min: 0, max: 700 }),
    });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 400 }), (commands) => {
        const cache = new ResultCache({ bytes: 64_000, seconds: 60 });
        const plain = new Map<string, string>();
        commands.forEach((one, i) => {
          const [key, of] = [`k${one.key}`, `k${one.of}`];
          if (one.do === 'put') {
            const text = `${i} `.padEnd(one.length, 'x');
            cache.put(key, { body: bodyOf(text), tag: `"${i}"` });
            plain.set(key, text);
          } else if (one.do === 'alias') {
            if (cache.get(key) === undefined && cache.get(of) !== undefined) {
              cache.alias(key, of);
              plain.set(key, plain.get(of) as string);
            }
          } else if (one.do === 'clear') cache.clear();
          const got = cache.get(key);
          if (got !== undefined) expect(new TextDecoder().decode(got.body)).toBe(plain.get(key));
          expect(cache.bytes).toBeLessThanOrEqual(64_000);
        });
      }),
    );
  });

  it('keeps a copy, not a view on a batch', () => {
    const cache = new ResultCache({ bytes: 100_000, seconds: 60 });
    const batch = bodyOf('first second');
    cache.put('a', { body: batch.subarray(0, 5), tag: '"a"' });
    batch.fill(0);
    expect(cache.get('a')?.body).toEqual(bodyOf('first'));
  });

  it('finds an answer by another way to ask, as long as it is kept', () => {
    const cache = new ResultCache({ bytes: 100_000, seconds: 60 });
    cache.alias('other', 'none');
    expect(cache.entries).toBe(0);
    cache.put('own', { body: bodyOf('x'), tag: '"x"' });
    cache.alias('other', 'own');
    expect(cache.get('other')).toEqual(cache.get('own'));
    cache.put('own', { body: bodyOf('y'), tag: '"y"' });
    expect([cache.get('own')?.tag, cache.get('other')]).toEqual(['"y"', undefined]);
    cache.alias('other', 'own');
    cache.clear();
    expect([cache.get('other'), cache.entries, cache.bytes]).toEqual([undefined, 0, 0]);
  });

  it('forgets what is older than it may be', async () => {
    const cache = new ResultCache({ bytes: 100_000, seconds: 0.1 });
    cache.put('a', { body: bodyOf('x'), tag: '"x"' });
    cache.alias('b', 'a');
    await until(() => cache.get('a') === undefined && cache.get('b') === undefined);
  });

  it('does not take what would fill a segment', () => {
    const cache = new ResultCache({ bytes: 16_000, seconds: 60 });
    cache.put('a', { body: new Uint8Array(800), tag: '"a"' });
    expect(cache.entries).toBe(0);
  });
});

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
