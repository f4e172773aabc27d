// fastText's skip-gram on the same baskets, one thread, one epoch, where it is installed.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainingData } from '../src/training/train/data.ts';

export type Peer = { readonly name: string } & (
  | { readonly tokensPerSecond: number; readonly seconds: number }
  | { readonly missing: string }
);

/** Baskets of at most `maxBasket` products as lines of words, a window over all of them, as many negatives a pair. */
export function fastText(
  data: TrainingData,
  options: { dims: number; maxBasket: number; negatives: number },
): Peer {
  const name = 'fasttext skipgram';
  if (spawnSync('fasttext', { stdio: 'ignore' }).error)
    return { name, missing: 'fasttext is not installed (Debian package fasttext)' };
  const dir = mkdtempSync(join(tmpdir(), 'sepet-fasttext-'));
  try {
    const lines: string[] = [];
    let tokens = 0;
    for (let b = 0; b < data.baskets; b++) {
      const begin = data.offsets[b] as number;
      const end = Math.min(data.offsets[b + 1] as number, begin + options.maxBasket);
      lines.push(Array.from(data.items.subarray(begin, end), (row) => `p${row}`).join(' '));
      tokens += end - begin;
    }
    writeFileSync(join(dir, 'baskets.txt'), `${lines.join('\n')}\n`);
    const settings = {
      dim: options.dims,
      ws: options.maxBasket,
      neg: options.negatives,
      epoch: 1,
      thread: 1,
    };
    const fixed = { minCount: 1, maxn: 0, t: 1, input: join(dir, 'baskets.txt'), output: join(dir, 'model') };
    const flags = Object.entries({ ...settings, ...fixed }).flatMap(([key, value]) => [
      `-${key}`,
      String(value),
    ]);
    const began = performance.now();
    const run = spawnSync('fasttext', ['skipgram', ...flags], { stdio: 'ignore' });
    const seconds = (performance.now() - began) / 1000;
    if (run.status !== 0) return { name, missing: `fasttext ended with ${run.status ?? run.signal}` };
    return { name, tokensPerSecond: tokens / seconds, seconds };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
