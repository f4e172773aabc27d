// Clients below HTTP: what is sent are bytes, and what came back is taken apart here. And a crowd that asks properly beside,
// to see whether the others notice.

import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { get, keepAlive, type Serving } from './serving.ts';

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** The whole answers at the front of some text. */
export function answersIn(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  for (let rest = text; ; ) {
    const end = rest.indexOf('\r\n\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(rest)?.[1]);
    if (end < 0 || Number.isNaN(status)) return answers;
    const head = rest.slice(0, end);
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
    if (rest.length < end + 4 + length) return answers;
    answers.push({ status, head, body: rest.slice(end + 4, end + 4 + length) });
    rest = rest.slice(end + 4 + length);
  }
}

export interface Spoken {
  readonly answers: readonly RawAnswer[];
  /** Whether the server ended the connection. */
  readonly isClosed: boolean;
}

export const portOf = ({ url }: Pick<Serving, 'url'>): number => Number(new URL(url).port);

export function dial(server: Pick<Serving, 'url'>): Socket {
  const socket = connect(portOf(server), '127.0.0.1');
  socket.on('error', () => {});
  return socket;
}

/** Sends the bytes, in one piece or several, and listens until `count` answers came, the server hung up, or `ms` went by. */
export async function speak(
  server: Pick<Serving, 'url'>,
  bytes: string | Buffer | readonly (string | Buffer)[],
  { count = 1, ms = 30_000 }: { readonly count?: number; readonly ms?: number } = {},
): Promise<Spoken> {
  const socket = dial(server);
  let text = '';
  let isClosed = false;
  const ended = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (answersIn(text).length >= count) resolve();
    });
    socket.on('close', () => {
      isClosed = true;
      resolve();
    });
  });
  for (const piece of Array.isArray(bytes) ? bytes : [bytes]) {
    socket.write(piece as string | Buffer);
    await sleep(0);
  }
  const abort = new AbortController();
  await Promise.race([ended, sleep(ms, undefined, { signal: abort.signal }).catch(() => {})]);
  abort.abort();
  socket.destroy();
  return { answers: answersIn(text), isClosed };
}

/** Descriptors that a thread which starts meanwhile may have, such as the one that samples recall. */
export const ofThreads = 8;

export const fdsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** Bytes of a process that lie in memory. */
export const residentOf = (pid: number): number =>
  1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

/** Waits until the process has no more descriptors than `most`; how many it has then. */
export async function settledFds(pid: number, most: number, ms = 30_000): Promise<number> {
  for (const untilMs = performance.now() + ms; performance.now() < untilMs && fdsOf(pid) > most; )
    await sleep(50);
  return fdsOf(pid);
}

export interface Witnessed {
  readonly answered: number;
  /** Other statuses than 200, and broken connections. */
  readonly wrong: unknown[];
  readonly p99Ms: number;
  /** How late this very process came at worst to what was due: as much may be on the clients' watches. */
  readonly lateMs: number;
}

/** Witnesses end with what they saw. */
export interface Witnesses {
  (): Promise<Witnessed>;
  /** How many of their requests were answered so far. */
  answered(): number;
}

/** Clients that ask properly until they are told to stop. */
export function witnesses(server: Pick<Serving, 'url' | 'product'>, clients = 4): Witnesses {
  const url = `${server.url}/v1/products/${encodeURIComponent(server.product)}/bought-together`;
  const agent = keepAlive(clients);
  const wrong: unknown[] = [];
  const tookMs: number[] = [];
  let isOver = false;
  const client = async (number: number): Promise<void> => {
    for (let i = number; !isOver; i += clients) {
      const sinceMs = performance.now();
      try {
        // Another seed is another query: the workers are asked, not a cache.
        const { status } = await get(`${url}?seed=${i}`, { agent });
        if (status !== 200) wrong.push(status);
      } catch (error) {
        wrong.push(error);
      }
      tookMs.push(performance.now() - sinceMs);
      await sleep(2);
    }
  };
  let lateMs = 0;
  const watch = async (): Promise<void> => {
    for (let dueMs = performance.now(); !isOver; dueMs = performance.now() + 2) {
      await sleep(2);
      lateMs = Math.max(lateMs, performance.now() - dueMs);
    }
  };
  const all = Promise.all([watch(), ...Array.from({ length: clients }, (_, i) => client(i))]);
  const stop = async (): Promise<Witnessed> => {
    isOver = true;
    await all;
    agent.destroy();
    tookMs.sort((a, b) => a - b);
    const p99Ms = tookMs[Math.ceil(0.99 * tookMs.length) - 1] ?? Number.NaN;
    return { answered: tookMs.length, wrong, p99Ms, lateMs };
  };
  return Object.assign(stop, { answered: () => tookMs.length });
}
