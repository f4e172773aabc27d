// The thread in which the index is built: the native calls block it from beginning to end.

import { parentPort, workerData } from 'node:worker_threads';
import { SepetError } from '../../base/errors.ts';
import { buildIndex, type IndexCall, type IndexCounters } from './index-sections.ts';

const { call, counters } = workerData as { call: IndexCall; counters: IndexCounters };
try {
  const sections = buildIndex(call, counters);
  // Moved rather than copied: they are most of an artifact.
  parentPort?.postMessage(
    { sections },
    Object.values(sections).map(({ buffer }) => buffer as ArrayBuffer),
  );
} catch (error) {
  if (!(error instanceof SepetError)) throw error;
  parentPort?.postMessage({ code: error.code, message: error.message });
}
