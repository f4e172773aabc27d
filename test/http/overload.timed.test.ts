// Three times more than the server can: what it answers stays what it could, the rest is refused at once, nothing hangs,
// and memory is bounded. Requests that cost much, so that this process has time to ask and to look at its watch.

import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallArtifact } from '../shops.ts';
import { answersIn, dial, residentOf } from './raw.ts';
import { get, type Serving, serve } from './serving.ts';

let server: Serving;
let asked = 0;

const queue = 64;

beforeAll(async () => {
  server = await serve(
    smallArtifact(),
    ...['--workers', '1', '--max-batch', '8', '--queue', String(queue), '--result-cache-mb', '0'],
  );
});

afterAll(async () => {
  await server?.stop();
});

const request = (): string => {
  const path = `/v1/products/${server.product}/bought-together?efSearch=4096&limit=100&explain=1&seed=${asked++}`;
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
};

interface Account {
  answered: number;
  readonly refusedMs: number[];
  readonly others: unknown[];
  /** A refused answer without Retry-After. */
  unsaid: number;
}

/** Connections that ask one request at a time; free ones wait in line. */
class Crowd {
  readonly account: Account = { answered: 0, refusedMs: [], others: [], unsaid: 0 };
  readonly free: Socket[] = [];
  readonly #all: Socket[];
  /** Called when a connection has its answer. */
  onFree: () => void = () => {};

  constructor(size: number) {
    this.#all = Array.from({ length: size }, () => this.#dial());
  }

  get isIdle(): boolean {
    return this.free.length === this.#all.length;
  }

  #dial(): Socket {
    const socket = dial(server);
    socket.setNoDelay(true);
    this.free.push(socket);
    return socket;
  }

  /** Asks over a free connection; false where there is none. */
  ask(): boolean {
    const socket = this.free.pop();
    if (socket === undefined) return false;
    const sinceMs = performance.now();
    let text = '';
    const listen = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      const [answer] = answersIn(text);
      if (answer === undefined) return;
      socket.off('data', listen);
      const { account } = this;
      if (answer.status === 200) account.answered++;
      else if (answer.status === 503) {
        account.refusedMs.push(performance.now() - sinceMs);
        if (!/^retry-after: \d+$/im.test(answer.head)) account.unsaid++;
      } else account.others.push(answer.status);
      this.free.push(socket);
      this.onFree();
    };
    socket.on('data', listen);
    socket.write(request());
    return true;
  }

  close(): void {
    for (const socket of this.#all) socket.destroy();
  }
}

/** Answers a second where everybody asks again as soon as answered. */
async function capacity(seconds: number): Promise<number> {
  const crowd = new Crowd(24);
  let isOver = false;
  crowd.onFree = () => {
    if (!isOver) crowd.ask();
  };
  while (crowd.ask());
  await sleep(500);
  const before = crowd.account.answered;
  const startedMs = performance.now();
  await sleep(1000 * seconds);
  const perSecond = (crowd.account.answered - before) / ((performance.now() - startedMs) / 1000);
  isOver = true;
  crowd.close();
  return perSecond;
}

/** At a constant rate for some seconds, whatever becomes of it. */
async function flood(
  rate: number,
  seconds: number,
): Promise<Account & { perSecond: number; isIdle: boolean }> {
  const crowd = new Crowd(1000);
  const { account } = crowd;
  const startedMs = performance.now();
  let sent = 0;
  for (let nowMs = 0; nowMs < 1000 * seconds; nowMs = performance.now() - startedMs) {
    for (; sent < (rate * nowMs) / 1000; sent++) expect(crowd.ask()).toBe(true);
    await sleep(1);
  }
  const perSecond = account.answered / ((performance.now() - startedMs) / 1000);
  for (let i = 0; i < 600 && !crowd.isIdle; i++) await sleep(50);
  const { isIdle } = crowd;
  crowd.close();
  return { ...account, perSecond, isIdle };
}

describe('three times too many requests', () => {
  it('do not lower what is answered; the rest is refused at once', async () => {
    const pid = server.child.pid as number;
    const shares: number[] = [];
    const refusals: { medianMs: number; p99Ms: number }[] = [];
    await capacity(0.5);
    const before = residentOf(pid);
    for (let round = 0; round < 3; round++) {
      const peak = await capacity(1);
      const over = await flood(3 * peak, 2);
      expect(over.others).toEqual([]);
      expect(over.unsaid).toBe(0);
      expect(over.isIdle).toBe(true);
      expect(over.answered).toBeGreaterThan(queue);
      expect(over.refusedMs.length / (over.refusedMs.length + over.answered)).toBeGreaterThan(0.3);
      const sorted = over.refusedMs.toSorted((a, b) => a - b);
      const at = (share: number): number => sorted[Math.floor(share * sorted.length)] ?? Number.NaN;
      refusals.push({ medianMs: at(0.5), p99Ms: at(0.99) });
      shares.push(over.perSecond / peak);
    }
    // Others on this machine take from one round and not from the next; a server that gives way does so in each.
    expect(Math.max(...shares)).toBeGreaterThan(0.8);
    expect(Math.min(...refusals.map(({ medianMs }) => medianMs))).toBeLessThan(10);
    expect(Math.min(...refusals.map(({ p99Ms }) => p99Ms))).toBeLessThan(250);
    expect(residentOf(pid) - before).toBeLessThan(100e6);
    expect((await get(`${server.url}/readyz`)).status).toBe(200);
  });
});
