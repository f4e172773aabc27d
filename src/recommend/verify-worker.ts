// The thread that verifies an artifact while it, or another, is served: it opens it once more, on the same memory, and reads all.

import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { SepetError } from '../base/errors.ts';
import type { MappedFile } from '../native/index.ts';
import { openArtifact } from './artifact.ts';
import type { Verified, VerifyCall } from './verify-aside.ts';

const { file, pages, artifact } = workerData as VerifyCall;
const pageBytes = 4096;

/**
 * Fetches the file from the disk, which is what takes long. A process cannot end while one of its threads is in a native
 * call; this loop can be ended anywhere, and the checks after it run at the speed of memory.
 */
function readThrough(mapped: MappedFile): number {
  let sum = 0;
  for (const { name } of mapped.sections) {
    const bytes = mapped.bytesOf(name);
    for (let at = 0; at < bytes.length; at += pageBytes) sum += bytes[at] as number;
  }
  return sum;
}

/** Whether another artifact has the name by now: what is found in that one says nothing of the one that is served. */
function isReplaced(): boolean {
  if (artifact === undefined) return false;
  try {
    return openArtifact(file, { pages }).id !== artifact;
  } catch (error) {
    return error instanceof SepetError && error.code === 'file_not_found';
  }
}

/** Behind whatever answers requests. Linux has a priority for each thread; elsewhere it would be the process's. */
const patience = 10;
if (process.platform === 'linux') setPriority(patience);
try {
  const served = openArtifact(file, { pages });
  if (pages === 'map') readThrough(served.file);
  const verified = openArtifact(file, { verify: true, pages });
  const { name, createdAt, dims, counts } = verified.manifest;
  const facts = { name, createdAt, products: counts.products, dims };
  parentPort?.postMessage({ artifact: verified.id, facts } satisfies Verified);
  // Until whoever asked has it open too; the thread is ended then.
  if (artifact === undefined) parentPort?.on('message', () => void verified);
} catch (error) {
  if (!(error instanceof SepetError)) throw error;
  if (isReplaced()) parentPort?.postMessage({ artifact: '' } satisfies Verified);
  else parentPort?.postMessage({ code: error.code, message: error.message });
}
