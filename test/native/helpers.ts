import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { onTestFinished } from 'vitest';
import { SepetError } from '../../src/base/errors.ts';

/** The addon itself, for worker threads that run plain JavaScript. */
export const addonPath = fileURLToPath(new URL('../../build/Release/sepet.node', import.meta.url));

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sepet-native-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The SepetError that a call throws. */
export function errorOf(call: () => unknown): SepetError {
  try {
    call();
  } catch (error) {
    if (error instanceof SepetError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Numbers in [0, 1) from a seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** rows * dims values around 0, with norms that fall with the row. */
export function vectors(rows: number, dims: number, seed: number): Float32Array {
  const next = random(seed);
  return Float32Array.from({ length: rows * dims }, (_, i) => {
    const row = Math.floor(i / dims);
    return (next() + next() + next() - 1.5) * (0.5 + 1 / (1 + row / 50));
  });
}

/** Empty outputs for q queries of k results. */
export function outputs(q: number, k: number) {
  return {
    rows: new Uint32Array(q * k),
    scores: new Float32Array(q * k),
    counts: new Uint32Array(q),
  };
}

/** Runs the garbage collector and lets its finalizers run. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round++) {
    gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
