// A thread that does nothing but wake its parent at every tick. `Atomics.wait` sleeps to a tenth of a millisecond and
// costs no processor time, unlike an event loop that spins.

import { parentPort, workerData } from 'node:worker_threads';

const { startMs, tickMs, endMs } = workerData as { startMs: number; tickMs: number; endMs: number };
const never = new Int32Array(new SharedArrayBuffer(4));
const nowMs = (): number => performance.timeOrigin + performance.now();

for (let tick = 0; ; ) {
  const waitMs = startMs + tick * tickMs - nowMs();
  if (waitMs > 0) Atomics.wait(never, 0, 0, waitMs);
  if (nowMs() > endMs) break;
  parentPort?.postMessage(tick);
  // Ticks that were slept through are left out: the next message catches up with all of them.
  tick = Math.max(tick + 1, Math.floor((nowMs() - startMs) / tickMs));
}
