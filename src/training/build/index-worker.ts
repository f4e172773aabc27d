// The thread in which the index is built, or its rows arranged: the native calls block it from beginning to end.

import { parentPort, workerData } from 'node:worker_threads';
import { SepetError } from '../../base/errors.ts';
import { arrangeCells } from '../../native/index.ts';
import type { IndexWork } from './index-in-worker.ts';
import { buildIndex } from './index-sections.ts';

const work = workerData as IndexWork;
try {
  if ('arrange' in work) parentPort?.postMessage({ cells: arrangeCells(work.arrange) });
  else {
    const sections = buildIndex(work.call, work.counters);
    // Moved rather than copied: they are most of an artifact.
    parentPort?.postMessage(
      { sections },
      Object.values(sections).map(({ buffer }) => buffer as ArrayBuffer),
    );
  }
} catch (error) {
  if (!(error instanceof SepetError)) throw error;
  parentPort?.postMessage({ code: error.code, message: error.message });
}
