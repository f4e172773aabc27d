// Ten thousand connections that say nothing, or nothing more: they cost a descriptor and a few kilobytes each, and the
// others are answered as before.

import { execSync } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallArtifact } from '../shops.ts';
import { dial, fdsOf, ofThreads, residentOf, settledFds, witnesses } from './raw.ts';
import { get, type Serving, serve } from './serving.ts';

const connections = 10_000;
/** Both ends are here. Node.js raises its own limit to the hard one as it starts. */
const descriptors =
  Number(execSync('ulimit -Hn', { shell: '/bin/sh', encoding: 'utf8' })) || Number.POSITIVE_INFINITY;
const isPossible = descriptors > connections + 500;
if (!isPossible)
  process.stderr.write(`idle.timed.test.ts: only ${descriptors} descriptors, ${connections} are wanted\n`);

let server: Serving;
const sockets: Socket[] = [];

beforeAll(async () => {
  server = await serve(smallArtifact());
});

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await server?.stop();
});

async function open(count: number): Promise<void> {
  const dialled = Array.from({ length: count }, () => dial(server));
  sockets.push(...dialled);
  await Promise.all(dialled.map((socket) => once(socket, 'connect')));
}

describe.runIf(isPossible)('10,000 idle connections', () => {
  it('do not hold up the others, and leave nothing behind', async () => {
    const pid = server.child.pid as number;
    await (await startWitnesses())();
    const [fds, bytes] = [fdsOf(pid), residentOf(pid)];
    const stop = await startWitnesses();
    for (let i = 0; i < connections; i += 500) await open(500);
    // A third have asked once and are kept alive, a third are amid a request.
    for (const [i, socket] of sockets.entries()) {
      if (i % 3 === 0) socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
      if (i % 3 === 1) socket.write('GET /livez HT');
    }
    const metrics = (await get(`${server.url}/metrics`)).body.toString();
    expect(Number(/^sepet_http_connections (\d+)/m.exec(metrics)?.[1])).toBeGreaterThanOrEqual(connections);
    expect(fdsOf(pid) - fds).toBeGreaterThan(connections - 100);
    expect((residentOf(pid) - bytes) / connections).toBeLessThan(8000);
    await expect.poll(() => stop.answered()).toBeGreaterThan(20);
    const { wrong, p99Ms, lateMs } = await stop();
    expect(wrong).toEqual([]);
    // As much may be on the watch as this process was late itself, with its end of the connections.
    expect(p99Ms).toBeLessThan(1000 + 5 * lateMs);
    for (const socket of sockets) socket.destroy();
    expect(await settledFds(pid, fds + ofThreads)).toBeLessThanOrEqual(fds + ofThreads);
    const after = await startWitnesses();
    expect((await after()).wrong).toEqual([]);
  });
});

/** Witnesses that have been answered once. */
async function startWitnesses() {
  const stop = witnesses(server);
  await get(`${server.url}/v1/products/${server.product}/bought-together`);
  return stop;
}
