// The thread in which the graph is built: the native call blocks it from beginning to end.

import { parentPort, workerData } from 'node:worker_threads';
import { SepetError } from '../../base/errors.ts';
import { type BuildGraphCall, buildGraph } from '../../native/index.ts';

try {
  parentPort?.postMessage({ graph: buildGraph(workerData as BuildGraphCall) });
} catch (error) {
  if (!(error instanceof SepetError)) throw error;
  parentPort?.postMessage({ code: error.code, message: error.message });
}
