// A server that stalls: what a load generator that waits for its answers would not see must be counted.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunReport } from '../../loadtest/report/report.ts';
import { loadtest } from './command.ts';

const product = { id: 'P1' };
const pages: Record<string, object> = {
  '/v1/artifact': { artifact: 'sha256:0', policy: 'default@1', products: 1 },
  '/v1/products?limit=20000': { products: [product] },
  '/v1/products/P1': product,
};

let server: Server;

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Answers at once, but for `stallMs` after request number `stallAt`: then all wait until it is over. */
async function startServer(stallAt: number, stallMs: number): Promise<{ url: string; arrivals: number[] }> {
  const arrivals: number[] = [];
  let stalledUntil = 0;
  server = createServer((request, response) => {
    const { url = '' } = request;
    const page = pages[url];
    const now = performance.now();
    if (page === undefined && arrivals.push(now) === stallAt) stalledUntil = now + stallMs;
    const answer = (): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(page ?? {}));
    };
    if (page === undefined && now < stalledUntil) setTimeout(answer, stalledUntil - now);
    else answer();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, arrivals };
}

const paced = ['--rate', '200', '--connections', '4', '--duration', '2', '--warmup', '0.5', '--json'];
/** Each run asks for 20 requests beforehand. */
const tried = 20;

describe('a constant rate', () => {
  it('counts a stall for every request that was due in it, not for the four that were sent', async () => {
    const { url } = await startServer(tried + 200, 600);
    const { stdout, stderr } = await loadtest('run', 'cold', '--url', url, ...paced);
    const report: RunReport = JSON.parse(stdout || `"${stderr}"`);
    expect([report.requests, report.errors, report.unanswered]).toEqual([400, 0, 0]);
    // 120 of the 400 were due in the stall of 600 ms: the tenth percent from the top waited for some 400 ms.
    expect(report.latencyMs.p90).toBeGreaterThan(250);
    expect(report.latencyMs.max).toBeGreaterThan(550);
    // From the time of sending only the four on the four connections waited: one in a hundred.
    expect(report.sentLatencyMs?.p90).toBeLessThan(report.latencyMs.p90 / 2);
  });

  it('counts what never is answered with what it waited', async () => {
    const { url } = await startServer(tried + 250, 60_000);
    const { stdout, status } = await loadtest(...['run', 'cold', '--url', url, ...paced, '--timeout', '0.5']);
    const report: RunReport = JSON.parse(stdout);
    expect(status).toBe(1);
    // Before the stall came 250 requests, of which 100 at most were of the warm-up.
    expect(report.requests + report.unanswered).toBe(400);
    expect(report.unanswered).toBeGreaterThan(80);
    expect(report.latencyMs.p90).toBeGreaterThan(500);
    expect(report.expectations.map(({ met }) => met)).toEqual([false, true]);
  });

  it('sends evenly, not in bursts at the start of each second', async () => {
    const { url, arrivals } = await startServer(0, 0);
    const windows = async (): Promise<number[]> => {
      arrivals.length = 0;
      await loadtest('run', 'cold', '--url', url, ...paced);
      const [begin = 0] = arrivals.slice(tried + 20);
      const counts = new Array<number>(40).fill(0);
      for (const arrival of arrivals) {
        const window = Math.floor((arrival - begin) / 50);
        if (arrival >= begin && window < counts.length) counts[window] = (counts[window] ?? 0) + 1;
      }
      return counts;
    };
    // Ten in each window of 50 ms; as bursts, all but two or three windows would be empty.
    const isEven = (counts: number[]): boolean =>
      counts.filter((count) => count > 0).length > 20 && Math.max(...counts) < 100;
    // What others on this machine hold up comes in a burst, in one round and not in the next; bursts by intention come in each.
    let counts = await windows();
    for (let round = 1; round < 3 && !isEven(counts); round++) counts = await windows();
    expect(isEven(counts), counts.join(' ')).toBe(true);
  });
});
