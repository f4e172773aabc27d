// The server under load: `sepet serve` as a child process on a free port, or one that already runs.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LoadOptions } from './options.ts';

export const sepetCommand = fileURLToPath(new URL('../../bin/sepet.js', import.meta.url));

/** A mistake of the caller's: said in one line, without a stack. */
export class LoadError extends Error {}

export interface Target {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a server on the artifact, or takes the one at `--url`. */
export async function openTarget(options: LoadOptions): Promise<Target> {
  const { url, artifact } = options;
  if (url !== undefined) return { url: url.replace(/\/+$/, ''), stop: async () => {} };
  if (!existsSync(artifact))
    throw new LoadError(
      `There is no ${artifact}. Run \`npm start\` once to make the demo shop, or name one with --artifact.`,
    );
  const child = spawn(process.execPath, [sepetCommand, ...serveArguments(options)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  createInterface(child.stderr).on('line', (complaint) => {
    if (!complaint.includes('"level":"info"')) process.stderr.write(`${complaint}\n`);
  });
  const exited = once(child, 'exit');
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), exited]);
  if (typeof line !== 'string') throw new LoadError('The server did not start; its message stands above.');
  const { url: own } = JSON.parse(line) as { url: string };
  return {
    url: own,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function serveArguments({ artifact, policy, workers }: LoadOptions): string[] {
  const given = ['serve', artifact, '--port', '0', '--json', '--drain-seconds', '0'];
  if (policy !== undefined) given.push('--policy', policy);
  if (workers !== undefined) given.push('--workers', String(workers));
  return given;
}

export interface Served {
  readonly artifact: string;
  readonly policy: string;
  readonly products: number;
}

/** What the server says it serves, and the ids of its most ordered products, best first. */
export async function askTarget(url: string): Promise<{ served: Served; products: string[] }> {
  const served = (await getJson(`${url}/v1/artifact`)) as Served;
  const listed = (await getJson(`${url}/v1/products?limit=20000`)) as { products: { id: string }[] };
  return { served, products: listed.products.map(({ id }) => id) };
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new LoadError(`${url} cannot be reached: is a server running there?`, { cause });
  });
  if (!response.ok) throw new LoadError(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
