import { unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { answerBatch, type Job, type JobResult, readBatch } from '../../src/pool/answers.ts';
import { encodeAnswer } from '../../src/recommend/encode.ts';
import { toyAnswer, toyRecommender } from './toy.ts';

const job = (product: string, encoding: Job['encoding'] = 'json'): Job => ({
  request: { product },
  encoding,
});
const answers = (jobs: readonly Job[]): JobResult[] => readBatch(answerBatch(toyRecommender, jobs)).results;

describe('a batch of answers in one buffer', () => {
  it('gives each job the bytes of its own answer, in either encoding', () => {
    const jobs = ['a', 'ş☕', 'c'].flatMap((product) => [job(product), job(product, 'msgpack')]);
    for (const [i, result] of answers(jobs).entries()) {
      const { request, encoding } = jobs[i] as Job;
      if (result.failure) throw new Error(result.failure.message);
      const { body, missing, reason, items } = result;
      expect(Buffer.from(body)).toEqual(Buffer.from(encodeAnswer(toyAnswer(request.product), encoding)));
      expect({ missing, reason }).toEqual({ missing: 1, reason: 'sources' });
      expect([...items]).toEqual([3, 0, 0, 0, 0, 0]);
      if (encoding === 'msgpack') expect(unpack(body)).toEqual(toyAnswer(request.product));
    }
  });

  it('is empty for no jobs', () => {
    expect(answers([])).toEqual([]);
  });

  it('takes a batch that throws apart: only the poisonous request fails', () => {
    const [first, poisoned, strict, last] = answers(['a', 'poison', 'strict', 'b'].map((id) => job(id)));
    expect(first).toHaveProperty('body');
    expect(last).toHaveProperty('body');
    expect(poisoned?.failure).toMatchObject({ code: 'internal', stack: expect.stringContaining('poisoned') });
    expect(poisoned?.failure?.message).not.toContain('poisoned');
    expect(strict?.failure).toEqual({ code: 'option_invalid', message: 'strict takes nothing.' });
  });

  it('measures the time the batch took', () => {
    // A recommender that says of the time it takes that two thirds went into the index.
    const searching = { ...toyRecommender, searchMs: () => (2 / 3) * performance.now() };
    // So long that it matters little where this thread is not given its turn in between.
    const sinceMs = performance.now();
    const { spent } = readBatch(answerBatch(searching, [job('slow-400')]));
    expect(spent.workerSeconds).toBeGreaterThan(0.39);
    expect(spent.workerSeconds).toBeLessThanOrEqual((performance.now() - sinceMs) / 1000);
    expect(spent.searchSeconds / spent.workerSeconds).toBeCloseTo(2 / 3, 1);
    expect(spent.encodeSeconds).toBeLessThan(spent.workerSeconds / 3);
  });
});
