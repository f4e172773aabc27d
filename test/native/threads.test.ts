// Several threads on one mapping, and threads that end in the middle of things.

import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { buildGraph, Index, mapFile, writeFile } from '../../src/native/index.ts';
import { addonPath, collectGarbage, outputs, temporaryFolder, vectors } from './helpers.ts';

const dims = 16;
const rows = 2000;

function artifact(): string {
  const path = join(temporaryFolder(), 'shared.sepet');
  const out = vectors(rows, dims, 4);
  const graph = buildGraph({ vectors: out, dims, M: 8, efConstruction: 50, threads: 1, seed: 1 });
  writeFile(path, [
    { name: 'vec.out', data: out },
    { name: 'graph', data: graph },
  ]);
  return path;
}

/** Maps the file, then searches until told to stop; posts the first answer. */
const searcher = `
  const { parentPort, workerData } = require('node:worker_threads');
  const addon = require(workerData.addonPath);
  const open = () => {
    const file = addon.mapFile({ path: workerData.path, verify: true, windowBytes: 2 ** 32 });
    const view = (name, View) => {
      const s = file.sections.find((section) => section.name === name);
      return new View(file.windows[0].buffer, s.offset, s.bytes / View.BYTES_PER_ELEMENT);
    };
    return new addon.Index({ vectors: view('vec.out', Float32Array), dims: ${dims}, graph: view('graph', Uint8Array) });
  };
  const call = { queries: workerData.queries, k: 10, ef: 100,
    rows: new Uint32Array(40), scores: new Float32Array(40), counts: new Uint32Array(4) };
  open().search(call);
  parentPort.postMessage(call.rows);
  if (workerData.forever) for (;;) open().search(call);
`;

function startSearcher(path: string, queries: Float32Array, forever: boolean): Worker {
  return new Worker(searcher, { eval: true, workerData: { addonPath, path, queries, forever } });
}

const answerOf = (worker: Worker): Promise<Uint32Array> =>
  new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });

test('workers share one mapping with the main thread and with each other', async () => {
  const path = artifact();
  const queries = vectors(4, dims, 5);
  const file = mapFile(path);
  const index = new Index({ vectors: file.f32('vec.out'), dims, graph: file.u8('graph') });
  const found = outputs(4, 10);
  index.search({ queries, k: 10, ef: 100, ...found });
  const workers = [1, 2, 3].map(() => startSearcher(path, queries, false));
  for (const answer of await Promise.all(workers.map(answerOf))) expect(answer).toEqual(found.rows);
  await Promise.all(workers.map((worker) => worker.terminate()));
  await collectGarbage();
  index.search({ queries, k: 10, ef: 100, ...found });
  expect(found.counts[0]).toBe(10);
});

test('workers terminated in mid-search leave the mapping whole for the others', async () => {
  const path = artifact();
  const queries = vectors(4, dims, 6);
  const file = mapFile(path);
  const before = file.f32('vec.out').slice();
  for (let round = 0; round < 3; round++) {
    const workers = [1, 2].map(() => startSearcher(path, queries, true));
    await Promise.all(workers.map(answerOf));
    await Promise.all(workers.map((worker) => worker.terminate()));
    await collectGarbage();
  }
  expect(mapFile(path).f32('vec.out')).toEqual(before);
});

test('a build in a worker shows its progress and is cancelled from here', async () => {
  const progress = new BigInt64Array(new SharedArrayBuffer(24));
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const addon = require(workerData.addonPath);
     try {
       addon.buildGraph({ ...workerData.call, progress: workerData.progress });
       parentPort.postMessage('finished');
     } catch (error) {
       parentPort.postMessage(error.code);
     }`,
    {
      eval: true,
      workerData: {
        addonPath,
        progress,
        call: { vectors: vectors(50_000, dims, 7), dims, M: 32, efConstruction: 400, threads: 2, seed: 1 },
      },
    },
  );
  const answer = answerOf(worker) as unknown as Promise<string>;
  while (Atomics.load(progress, 1) === 0n) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(Atomics.load(progress, 2)).toBeGreaterThan(50_000n);
  Atomics.store(progress, 0, 1n);
  expect(await answer).toBe('cancelled');
  expect(Atomics.load(progress, 1)).toBeLessThan(50_000n);
  await worker.terminate();
});
