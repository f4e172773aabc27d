// A thread's one message, or what came instead of it.

import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../src/base/threads.ts';

const thread = (does: string): Worker =>
  new Worker(`const { parentPort } = require('node:worker_threads'); ${does}`, { eval: true });

describe('the outcome of a thread', () => {
  it('is its message', async () => {
    await expect(outcomeOf(thread('parentPort.postMessage({ sum: 3 })'))).resolves.toEqual({ sum: 3 });
  });

  it('is thrown where it is an expected error', async () => {
    const failed = thread(`parentPort.postMessage({ code: 'file_damaged', message: 'no' })`);
    await expect(outcomeOf(failed)).rejects.toMatchObject({
      name: 'SepetError',
      code: 'file_damaged',
      message: 'no',
    });
  });

  it('is what it threw, and never nothing', async () => {
    await expect(outcomeOf(thread(`throw new TypeError('a bug')`))).rejects.toThrow('a bug');
    await expect(outcomeOf(thread('process.exit(3)'))).rejects.toThrow('ended with 3, without a word');
    const stopped = thread('setInterval(() => {}, 1000)');
    const outcome = expect(outcomeOf(stopped)).rejects.toThrow('without a word');
    await stopped.terminate();
    await outcome;
  });
});
