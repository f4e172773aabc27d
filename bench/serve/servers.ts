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

/** One uWebSockets.js a thread. */
export const startListeners = (shop: Shop, threads: number): Promise<Running> =>
  start('listeners', [scriptOf('listeners'), shop.file, shop.policy, String(threads)]);

/** A constant body of so many bytes. */
export const startConstant = (bytes: number): Promise<Running> =>
  start('constant', [scriptOf('constant'), String(bytes)]);

/** node:http and hnswlib-node; builds its index where the cache lacks it. */
export const startPlain = (shop: Shop, options: ServeBenchOptions): Promise<Running> => {
  const { cache, M, efConstruction, seed } = options;
  return start('plain', [scriptOf('plain'), shop.file, cache, ...[M, efConstruction, seed].map(String)]);
};
