// Clients that are broken, malicious, slow or gone: the server answers the others as before, and keeps nothing of them.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { Random } from '../../src/base/random.ts';
import { smallArtifact } from '../shops.ts';
import { dial, fdsOf, ofThreads, residentOf, settledFds, speak, type Witnesses, witnesses } from './raw.ts';
import { get, type Serving, serve } from './serving.ts';

let server: Serving;
let pid: number;
let path: string;
/** Half a request each, and then nothing. */
let silent: { readonly sinceMs: number; readonly closedMs: Promise<number> }[];

const head = (line: string, ...fields: string[]): string =>
  `${[line, 'Host: localhost', ...fields].join('\r\n')}\r\n\r\n`;
const post = (body: string, ...fields: string[]): string =>
  head('POST /v1/bought-together HTTP/1.1', 'Content-Type: application/json', ...fields) + body;

/** Generous, and more where the machine is so busy that this process is late itself. */
const longMs = 1000;

/** Ends the witnesses once enough of them were answered: whoever they are asked beside is still there. */
async function expectUntouched(stop: Witnesses): Promise<void> {
  await expect.poll(() => stop.answered()).toBeGreaterThan(20);
  const { wrong, p99Ms, lateMs } = await stop();
  expect(wrong).toEqual([]);
  expect(p99Ms).toBeLessThan(longMs + 5 * lateMs);
}

beforeAll(async () => {
  server = await serve(smallArtifact());
  pid = server.child.pid as number;
  path = `/v1/products/${encodeURIComponent(server.product)}/bought-together`;
  silent = ['', 'GET', `GET ${path} HTTP/1.1\r\nHost: loc`, post('{"prod', 'Content-Length: 100')].map(
    (said) => {
      const socket = dial(server);
      const sinceMs = performance.now();
      if (said !== '') socket.write(said);
      socket.resume();
      const closedMs = new Promise<number>((resolve) => {
        socket.on('close', () => resolve(performance.now() - sinceMs));
      });
      return { sinceMs, closedMs };
    },
  );
});

afterAll(async () => {
  await server?.stop();
});

describe('requests that are none', () => {
  it.each<[string, string | Buffer]>([
    ['no method', '\r\n\r\n'],
    ['no target', head('GET HTTP/1.1')],
    ['no version', head('GET /livez')],
    ['another protocol', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03])],
    ['a version of its own', head('GET /livez HTTP/9.9')],
    ['lines that end in LF alone', 'GET /livez HTTP/1.1\nHost: localhost\n\n'],
    ['NUL in the line', head('GET /liv\0ez HTTP/1.1')],
    ['NUL in a header', head('GET /livez HTTP/1.1', 'X: a\0b')],
    ['a header without a colon', head('GET /livez HTTP/1.1', 'nonsense')],
    ['a space before the colon', head('GET /livez HTTP/1.1', 'Content-Length : 5')],
    ['a header that is folded', head('GET /livez HTTP/1.1', 'X: a', ' b')],
    ['no host', 'GET /livez HTTP/1.1\r\n\r\n'],
    ['headers without end', `GET /livez HTTP/1.1\r\n${'X: y\r\n'.repeat(20_000)}`],
    ['one huge header', head('GET /livez HTTP/1.1', `X: ${'y'.repeat(2 * limits.headerBytes.default)}`)],
    ['200 headers', head('GET /livez HTTP/1.1', ...Array.from({ length: 200 }, (_, i) => `X${i}: y`))],
  ])('are refused or not answered: %s', async (_, bytes) => {
    const { answers, isClosed } = await speak(server, bytes, {
      ms: typeof bytes === 'string' ? 500 : 30_000,
    });
    for (const { status } of answers) expect(status === 505 || (status >= 400 && status < 500)).toBe(true);
    if (answers.length > 0) expect((await speak(server, bytes, { count: 2 })).isClosed).toBe(true);
    // What says nothing yet may go on, and is closed in the end.
    else expect(isClosed || typeof bytes === 'string').toBe(true);
    expect((await get(`${server.url}/livez`)).status).toBe(200);
  });

  it.each([
    ['negative', 'Content-Length: -1'],
    ['not a number', 'Content-Length: 5x'],
    ['beyond 64 bits', 'Content-Length: 99999999999999999999999'],
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6'],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked'],
    ['a coding that is none', 'Transfer-Encoding: pigeon'],
    ['no length', ''],
  ])('are not taken apart into two: %s', async (_, field) => {
    const smuggled = head(`GET ${path}?limit=7 HTTP/1.1`);
    const bytes = post(`0\r\n\r\n${smuggled}`, ...(field === '' ? [] : [field]));
    const { answers } = await speak(server, bytes, { count: 2, ms: 500 });
    const [first] = answers;
    if (first) expect([400, 411, 413, 415, 431, 501]).toContain(first.status);
    // A body of no length is none, and what follows is the next request.
    if (field !== '') expect(answers.some(({ body }) => body.includes('"wanted":7'))).toBe(false);
  });

  it.each([
    '%',
    '%z0',
    '%ff%fe',
    '%c3%28',
    '%ed%a0%80',
    '%00',
    '../../etc/passwd',
    '%2e%2e%2f',
    'a'.repeat(5000),
  ])('name a product that is not there: %.30s', async (id) => {
    const { answers } = await speak(server, head(`GET /v1/products/${id}/bought-together HTTP/1.1`));
    expect([400, 404, 414]).toContain(answers[0]?.status);
  });
});

describe('pipelined requests', () => {
  it('are answered each, in their order, where the answer is at hand', async () => {
    const paths = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? '/livez' : `/no/such/${i}`));
    const requests = paths.map((one) => head(`GET ${one} HTTP/1.1`));
    for (const bytes of [requests.join(''), requests]) {
      const { answers } = await speak(server, bytes, { count: 100 });
      expect(answers).toHaveLength(100);
      for (const [i, { body }] of answers.entries())
        expect(body).toContain(i % 2 === 0 ? '"live"' : `/no/such/${i}`);
    }
  });

  it('are hung up on where an answer takes a worker, and never mixed up', async () => {
    const requests = Array.from({ length: 20 }, (_, i) =>
      head(`GET ${path}?seed=${i}&limit=${1 + i} HTTP/1.1`),
    );
    const { answers, isClosed } = await speak(server, requests.join(''), { count: 20 });
    expect(isClosed).toBe(true);
    for (const [i, { body }] of answers.entries()) expect(body).toContain(`"wanted":${1 + i},`);
  });
});

describe('bodies', () => {
  const body = (): string => JSON.stringify({ product: server.product, limit: 3 });
  const chunked = (...chunks: string[]): string =>
    post(
      [...chunks, ''].map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join(''),
      'Transfer-Encoding: chunked',
    );

  it('may come in chunks, and byte by byte', async () => {
    const whole = chunked(...body());
    for (const bytes of [
      whole,
      [...whole],
      post(body(), `Content-Length: ${body().length}`).match(/[\s\S]{1,7}/g) ?? [],
    ]) {
      const { answers } = await speak(server, bytes);
      expect(answers[0]?.status).toBe(200);
      expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ product: server.product });
    }
  });

  it('whose chunks are wrong are refused', async () => {
    const field = 'Transfer-Encoding: chunked';
    for (const said of [
      'zz\r\n{}\r\n0\r\n\r\n',
      '-2\r\n{}\r\n0\r\n\r\n',
      'ffffffffffffffffff\r\n{}',
      '2;\0\r\n{}0\r\n\r\n',
    ]) {
      const { answers } = await speak(server, post(said, field), { ms: 300 });
      for (const { status } of answers) expect(status >= 400 && status < 500).toBe(true);
    }
  });

  it('that are too large are refused, said or not, and nothing of them is kept', async () => {
    const before = residentOf(pid);
    const most = limits.bodyBytes.default;
    const piece = 'x'.repeat(65_536);
    const pieces = Array.from(
      { length: Math.ceil((3 * most) / piece.length) },
      () => `10000\r\n${piece}\r\n`,
    );
    const stop = witnesses(server);
    const spoken = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        i % 2 === 0
          ? speak(server, post(piece, `Content-Length: ${most + 1}`))
          : speak(server, [post('', 'Transfer-Encoding: chunked'), ...pieces]),
      ),
    );
    expect(spoken.map(({ answers }) => answers[0]?.status)).toEqual(spoken.map(() => 413));
    await expectUntouched(stop);
    expect(residentOf(pid) - before).toBeLessThan(100e6);
  });
});

describe('bytes at random', () => {
  it('do no harm', async () => {
    const seed = 7;
    const random = new Random(seed);
    const before = fdsOf(pid);
    const seeds = [
      head(`GET ${path}?limit=5&fields=all HTTP/1.1`, 'Accept: application/json'),
      head(`GET ${path}?brand=a&brand=b&priceMin=1 HTTP/1.1`, 'If-None-Match: "x"'),
      post(JSON.stringify({ product: server.product }), 'Content-Length: 20'),
      head('GET /metrics HTTP/1.1', 'Connection: keep-alive'),
    ].map((text) => Buffer.from(text));
    const spoilt = (): Buffer => {
      const bytes = Buffer.from(random.pick(seeds));
      for (let i = 1 + random.below(6); i > 0; i--) {
        const at = random.below(bytes.length);
        const kind = random.below(4);
        if (kind < 2) bytes[at] = random.below(256);
        else if (kind === 2) bytes.copy(bytes, at, random.below(bytes.length));
        else bytes.fill(random.below(256), at, Math.min(bytes.length, at + random.below(20)));
      }
      return random.chance(0.2) ? bytes.subarray(0, random.below(bytes.length)) : bytes;
    };
    const stop = witnesses(server);
    const statuses = new Map<number, number>();
    const clients = Array.from({ length: 60 }, async () => {
      // Those that are waited for in vain take their time; some must be answered.
      for (let i = 0; i < 50 || ((statuses.get(200) ?? 0) <= 10 && i < 500); i++)
        for (const { status } of (await speak(server, spoilt(), { ms: 40 })).answers)
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
    });
    await Promise.all(clients);
    await expectUntouched(stop);
    expect(
      [...statuses.keys()].filter((status) => status >= 500 && status !== 505),
      `seed ${seed}`,
    ).toEqual([]);
    expect(statuses.get(200) ?? 0).toBeGreaterThan(10);
    expect(await settledFds(pid, before + ofThreads)).toBeLessThanOrEqual(before + ofThreads);
    expect(server.log()).not.toContain('"level":"error"');
  });
});

describe('clients that leave', () => {
  it('before their answer or amid it leave nothing behind', async () => {
    const before = fdsOf(pid);
    const stop = witnesses(server);
    for (let round = 0; round < 5; round++) {
      const sockets = Array.from({ length: 100 }, (_, i) => {
        const socket = dial(server);
        const asked = head(`GET ${path}?limit=100&fields=all&seed=${1000 * round + i} HTTP/1.1`);
        socket.write(asked);
        // Some read a little first, and some never: then the server has bytes that nobody takes.
        if (i % 3 === 0) socket.once('data', () => socket.resetAndDestroy());
        else socket.pause();
        return socket;
      });
      await sleep(20 * round);
      for (const socket of sockets) socket.destroy();
    }
    await expectUntouched(stop);
    expect(await settledFds(pid, before + ofThreads)).toBeLessThanOrEqual(before + ofThreads);
    const metric = async (name: string): Promise<number> =>
      Number(
        new RegExp(`^${name} (\\d+)`, 'm').exec((await get(`${server.url}/metrics`)).body.toString())?.[1],
      );
    await expect.poll(() => metric('sepet_http_aborted_total')).toBeGreaterThan(0);
    await expect.poll(() => metric('sepet_queue_depth')).toBe(0);
  });

  it('read slowly are waited for, and the others are not made to', async () => {
    const stop = witnesses(server);
    const slow = Array.from({ length: 50 }, () => {
      const socket = dial(server);
      socket.write(head(`GET ${path}?limit=100&fields=all&explain=1 HTTP/1.1`).repeat(20));
      socket.pause();
      return socket;
    });
    await sleep(700);
    await expectUntouched(stop);
    for (const socket of slow) socket.destroy();
  });
});

describe('clients that are slow to ask', () => {
  it('a byte at a time keep nobody waiting', async () => {
    const stop = witnesses(server);
    const asked = head(`GET ${path} HTTP/1.1`, 'X: slow');
    const sockets = Array.from({ length: 300 }, () => dial(server));
    for (let i = 0; i < 40; i++) {
      for (const socket of sockets) socket.write(asked[i] ?? '');
      await sleep(25);
    }
    await expectUntouched(stop);
    for (const socket of sockets) socket.destroy();
  });

  it('and then say nothing more are hung up on', async () => {
    const waited = await Promise.all(silent.map(({ closedMs }) => Promise.race([closedMs, sleep(45_000)])));
    for (const ms of waited) expect(ms).toBeLessThan(45_000);
  });
});
