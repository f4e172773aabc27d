// The threads' file where a user tower runs before each batch: the same side, behind the tower. Answers are promises here, which
// Piscina's threads wait for with their event loop running.

import { move } from 'piscina';
import { failureOf } from './answers.ts';
import { fitting, liftJobs, openTower, type Tower } from './tower.ts';
import type { Version } from './version.ts';
import { artifactOpener } from './versions.ts';
import { type Batch, type Prepared, type Preparing, type WorkerSide, workerSide } from './worker-side.ts';

interface Opened {
  readonly tower: Tower;
  readonly side: WorkerSide;
}

/** One tower for the thread's life: every version of a server names the same. */
let opening: Promise<Opened> | undefined;

async function open({ tower: options }: Version): Promise<Opened> {
  if (options === undefined) throw new Error('The version names no user tower.');
  const tower = await openTower(options);
  return { tower, side: workerSide(fitting(artifactOpener(), tower)) };
}

function opened(version: Version): Promise<Opened> {
  opening ??= open(version).catch((error) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

export async function answer(batch: Batch): Promise<ArrayBuffer> {
  const ready = batch.version === undefined ? opening : opened(batch.version);
  // As a side that does not know the version.
  if (ready === undefined) return move(new ArrayBuffer(0)) as ArrayBuffer;
  const { tower, side } = await ready;
  return side.answer({ ...batch, jobs: await liftJobs(tower, batch.jobs) });
}

export async function prepare({ version, recent }: Preparing): Promise<Prepared> {
  try {
    const { tower, side } = await opened(version);
    return side.prepare({ version, recent: await liftJobs(tower, recent) });
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

export async function keepOnly(kept: Pick<Version, 'number'>): Promise<void> {
  if (opening !== undefined) await (await opening).side.keepOnly(kept);
}
