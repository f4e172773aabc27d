// The thread that verifies an artifact while it is served: it opens it once more, on the same memory, and reads all.

import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { SepetError } from '../base/errors.ts';
import { openArtifact } from './artifact.ts';
import type { VerifyCall } from './verify-aside.ts';

const { file, pages, artifact } = workerData as VerifyCall;
/** Behind whatever answers requests. Linux has a priority for each thread; elsewhere it would be the process's. */
const patience = 10;
if (process.platform === 'linux') setPriority(patience);
try {
  const { id } = openArtifact(file, { verify: true, pages });
  parentPort?.postMessage(id === artifact ? {} : { replaced: true });
} catch (error) {
  if (!(error instanceof SepetError)) throw error;
  parentPort?.postMessage({ code: error.code, message: error.message });
}
