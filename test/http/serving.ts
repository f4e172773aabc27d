// `sepet serve` as a child process, and the ways to ask it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, globalAgent, type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { createInterface } from 'node:readline';
import { expect, vi } from 'vitest';
import { sepetCommand } from '../shops.ts';

export interface Serving {
  readonly url: string;
  /** The most ordered product. */
  readonly product: string;
  readonly artifact: string;
  readonly pages: string;
  readonly bytes: number;
  readonly hugeBytes: number;
  readonly child: ChildProcess;
  /** Resolves to the exit code, and the signal where one ended it. */
  readonly exited: Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  /** Its log so far: it comes through a pipe, later than what it tells of. */
  log(): string;
  /** Waits until its log has what is looked for, and returns all of it. */
  said(words: RegExp | string): Promise<string>;
  /** Its whole log, once it has ended and nobody can write to it any more. */
  wholeLog(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a server on a free port and waits until it says that it is ready. */
export const serve = (artifact: string, ...flags: string[]): Promise<Serving> =>
  serveWith([artifact, ...flags]);

/** Like `serve`, with whatever arguments and environment. */
export async function serveWith(given: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Serving> {
  const args = [sepetCommand, 'serve', '--port', '0', '--json', ...given];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  const exited = once(child, 'exit') as Serving['exited'];
  const closed = once(child.stderr, 'close');
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), exited]);
  if (typeof line !== 'string') throw new Error(`The server did not start: ${complaints}`);
  const told = JSON.parse(line) as Pick<
    Serving,
    'url' | 'product' | 'artifact' | 'pages' | 'bytes' | 'hugeBytes'
  >;
  return {
    ...told,
    child,
    exited,
    log: () => complaints,
    said: (words) =>
      vi.waitFor(
        () => {
          if (typeof words === 'string') expect(complaints).toContain(words);
          else expect(complaints).toMatch(words);
          return complaints;
        },
        { timeout: 60_000 },
      ),
    wholeLog: async () => {
      await closed;
      return complaints;
    },
    stop: async () => {
      letGo(told.url);
      child.kill('SIGINT');
      await exited;
    },
  };
}

/** Closes the connections that are kept alive for a next request: a server that ends would linger for them. */
function letGo(url: string): void {
  const { port } = new URL(url);
  for (const [name, sockets = []] of Object.entries(globalAgent.freeSockets))
    if (name.split(':').includes(port)) for (const socket of sockets) socket.destroy();
}

export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * One request. Rejects where the connection breaks before the answer is whole. Without an agent of the test's own, one
 * that was kept alive and ended meanwhile, as the test was busy with a command, is made anew.
 */
export function get(url: string, options: RequestOptions = {}, body?: string | Uint8Array): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks) });
      });
    });
    sent.on('error', (error) => {
      if (sent.reusedSocket && options.agent === undefined) resolve(get(url, options, body));
      else reject(error);
    });
    sent.end(body);
  });
}

export const json = ({ body }: Got): Record<string, unknown> => JSON.parse(body.toString());

export const keepAlive = (maxSockets: number): Agent => new Agent({ keepAlive: true, maxSockets });
