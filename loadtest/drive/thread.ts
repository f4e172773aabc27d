// One driver: a thread with its connections, its part of the requests and of the rate.

import { parentPort, Worker, workerData } from 'node:worker_threads';
import { Connections } from './connections.ts';
import type { Job, ThreadMessage } from './job.ts';
import { Recorder } from './recorder.ts';
import { Schedule } from './schedule.ts';

const progressMs = 250;
/** Between the first word and the first request, for the threads to start. */
const startDelayMs = 20;
const tell = (message: ThreadMessage): void => parentPort?.postMessage(message);
const nowMs = (): number => performance.timeOrigin + performance.now();

function startMetronome(schedule: Schedule, startMs: number, endMs: number, tick: () => void): Worker {
  const { tickMs } = schedule;
  const metronome = new Worker(new URL('./metronome.js', import.meta.url), {
    workerData: { startMs, tickMs, endMs },
  });
  metronome.on('message', tick);
  return metronome;
}

async function drive(job: Job): Promise<void> {
  const { warmupSeconds, seconds, rate } = job;
  const startMs = nowMs() + startDelayMs;
  const measuredMs = startMs + warmupSeconds * 1000;
  const endMs = measuredMs + seconds * 1000;
  const recorder = new Recorder({ startMs: measuredMs, endMs, sliceMs: job.sliceSeconds * 1000 });
  const schedule =
    rate === undefined
      ? undefined
      : new Schedule({ rate, startMs, warmupSeconds, seconds: warmupSeconds + seconds });
  const connections = new Connections(job, recorder, schedule);
  const { closed, close } = connections.open();
  const metronome = schedule && startMetronome(schedule, startMs, endMs, () => connections.tick());
  const telling = setInterval(() => tell({ kind: 'progress', ...recorder.progress }), progressMs);
  let load = performance.eventLoopUtilization();
  const measuring = setTimeout(() => {
    load = performance.eventLoopUtilization();
  }, measuredMs - nowMs());
  await new Promise<void>((resolve) => {
    const ending = setTimeout(resolve, endMs - nowMs());
    parentPort?.once('message', () => {
      clearTimeout(ending);
      connections.cancel();
      resolve();
    });
  });
  const busy = performance.eventLoopUtilization(load).utilization;
  const stoppedMs = Math.min(endMs, nowMs());
  clearTimeout(measuring);
  await connections.finish();
  clearInterval(telling);
  await metronome?.terminate();
  close();
  await closed;
  tell({ kind: 'done', outcome: recorder.outcome(stoppedMs, busy) });
  parentPort?.close();
}

drive(workerData as Job).catch((error: unknown) =>
  tell({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
);
