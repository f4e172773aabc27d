// The servers that are measured, each a process of its own that says where it listens in its first line.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { root } from '../ann/programs.ts';
import type { ServeBenchOptions } from './options.ts';
import type { Shop } from './shop.ts';

export interface Running {
  readonly id: string;
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const command = join(root, 'bin/sepet.js');
const scriptOf = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

/** Last words of a process on its error stream. */
function listenTo(child: ChildProcess): () => string {
  let words = '';
  child.stderr?.on('data', (chunk) => {
    words = `${words}${chunk}`.slice(-2000);
  });
  return () => words.trim();
}

async function start(id: string, args: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const words = listenTo(child);
  const exited = once(child, 'exit');
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), exited]);
  if (typeof line !== 'string') throw new Error(words() || `${id} ended without a word`);
  const { url } = JSON.parse(line) as { url: string };
  return {
    id,
    url,
    pid: child.pid as number,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await exited;
      }
    },
  };
}

/** Which options of `sepet serve` this build has. */
export function serveFlags(): ReadonlySet<string> {
  const { stdout } = spawnSync(process.execPath, [command, 'serve', '--help'], { encoding: 'utf8' });
  return new Set(stdout.match(/--[a-z][a-z-]+/g) ?? []);
}

/** `sepet serve` with these flags. */
export const startSepet = (id: string, shop: Shop, flags: readonly string[]): Promise<Running> =>
  start(id, [command, 'serve', shop.file, '--policy', shop.policy, '--port', '0', '--json', ...flags]);

/** One uWebSockets.js a thread, or with 0 threads one, and workers. */
export const startListeners = (id: string, shop: Shop, threads: number): Promise<Running> =>
  start(id, [scriptOf('listeners'), shop.file, shop.policy, String(threads)]);

/** A constant body of so many bytes. */
export const startConstant = (bytes: number): Promise<Running> =>
  start('constant', [scriptOf('constant'), String(bytes)]);

/**
 * Where hnswlib's recall is best if popularity is shrunk for it (tried: 0.15 to 1; with 1 it stays below 0.55 however wide the
 * search, and L2 with one more dimension is slower at the same recall).
 */
const fittedStretch = 0.3;

/**
 * node:http and hnswlib-node, over the vectors as they lie in the artifact, or over vectors whose popularity is shrunk to suit
 * hnswlib; builds its index where the cache lacks it.
 */
export const startPlain = (
  id: 'plain' | 'plainFitted',
  shop: Shop,
  options: ServeBenchOptions,
): Promise<Running> => {
  const { cache, M, efConstruction, seed } = options;
  const shaped = [M, efConstruction, seed, ...(id === 'plain' ? [] : [fittedStretch])];
  return start(id, [scriptOf('plain'), shop.file, cache, ...shaped.map(String)]);
};
