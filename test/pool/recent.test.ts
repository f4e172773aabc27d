// What a new version warms itself by: the questions that were answered lately. Dist must be built (npm test does that first).

import { afterEach, describe, expect, it } from 'vitest';
import type { Job } from '../../src/pool/answers.ts';
import { Recent } from '../../src/pool/recent.ts';
import { inlineRunner, type Runner } from '../../src/pool/runner.ts';
import { piscinaRunner } from '../../src/pool/threads.ts';
import { Versions } from '../../src/pool/versions.ts';
import { workerSide } from '../../src/pool/worker-side.ts';
import type { RecommendRequest } from '../../src/recommend/request.ts';
import { toyOpener, toyVersion } from './toy.ts';

const job = (product: string, more: Partial<RecommendRequest> = {}): Job => ({
  request: { product, ...more },
  encoding: 'json',
});
const products = (jobs: readonly Job[]): string[] => jobs.map(({ request }) => request.product);

/** The toy, and what each version was asked so far. */
function listeningOpener() {
  const heard = new Map<number, string[]>();
  return {
    heard,
    opener: {
      ...toyOpener,
      open(version: Parameters<typeof toyOpener.open>[0]) {
        const opened = toyOpener.open(version);
        const asked: string[] = [];
        heard.set(version.number, asked);
        return {
          ...opened,
          draft(requests: readonly RecommendRequest[]) {
            asked.push(...requests.map(({ product }) => product));
            return opened.draft(requests);
          },
        };
      },
    },
  };
}

let runner: Runner | undefined;
afterEach(async () => {
  await runner?.close();
  runner = undefined;
});

describe('what was asked lately', () => {
  it('is kept up to a number, the newest of it, a few of each batch', () => {
    const recent = new Recent();
    for (let i = 0; i < 100; i++) recent.add([job(`P${i}`)]);
    expect(new Set(products(recent.jobs))).toEqual(
      new Set(Array.from({ length: 64 }, (_, i) => `P${36 + i}`)),
    );
    const burst = new Recent();
    burst.add(Array.from({ length: 64 }, (_, i) => job(`B${i}`)));
    expect(products(burst.jobs)).toEqual(['B0', 'B1', 'B2', 'B3']);
  });

  it('leaves out what takes long', () => {
    const recent = new Recent();
    recent.add([job('a', { exact: true }), job('b', { explain: true }), job('c')]);
    expect(products(recent.jobs)).toEqual(['c']);
  });
});

describe('a version that is made ready', () => {
  it('answers the recent questions before it is served, whatever comes of them', () => {
    const { heard, opener } = listeningOpener();
    const side = workerSide(opener);
    const prepared = side.prepare({
      version: toyVersion(1),
      recent: [job('a'), job('poison'), job('strict'), job('b')],
    });
    expect(prepared).toEqual({});
    expect(heard.get(1)).toEqual(expect.arrayContaining(['a', 'b']));
  });

  it('is warmed on the calling thread too', async () => {
    const { heard, opener } = listeningOpener();
    const inline = inlineRunner(new Versions(opener), toyVersion(1));
    await inline.run([job('lately')]);
    await inline.swap(toyVersion(2));
    expect(heard.get(2)).toContain('lately');
  });

  it('is not asked what ended a thread', async () => {
    runner = await piscinaRunner({
      workers: 1,
      version: toyVersion(1),
      onError: () => {},
      worker: new URL('../../dist/test/pool/toy-worker.js', import.meta.url),
    });
    await expect(runner.run([job('die')])).rejects.toThrow();
    await runner.run([job('fine')]);
    expect(await runner.swap(toyVersion(2))).toBe(true);
    expect((await runner.run([job('fine')])).byteLength).toBeGreaterThan(0);
  });
});
