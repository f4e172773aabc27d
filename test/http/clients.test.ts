// Limits by client: what counts as one, how much it may ask, and that others are not held up.

import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { addressText, clientKey, isLoopback, parseAddress } from '../../src/http/addresses.ts';
import { Buckets } from '../../src/http/clients.ts';
import { leastCpuMs } from '../cpu.ts';
import { smallArtifact } from '../shops.ts';
import { send } from './sending.ts';
import { get, json, keepAlive, type Serving, serve } from './serving.ts';

const bytesOf = (text: string): Uint8Array => {
  const bytes = parseAddress(text);
  if (bytes === undefined) throw new Error(`${text} is no address.`);
  return bytes;
};
const keyOf = (text: string) => clientKey(bytesOf(text));

describe('an address', () => {
  it.each([
    ['10.1.2.3', [10, 1, 2, 3]],
    ['10.1.2.3:4711', [10, 1, 2, 3]],
    ['::1', [...Array(15).fill(0), 1]],
    ['[::1]:80', [...Array(15).fill(0), 1]],
    ['2001:db8::8:800', [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 0]],
    ['fe80::1%eth0', [0xfe, 0x80, ...Array(13).fill(0), 1]],
    ['::ffff:10.1.2.3', [...Array(10).fill(0), 255, 255, 10, 1, 2, 3]],
  ])('%s is read', (text, bytes) => {
    expect([...bytesOf(text)]).toEqual(bytes);
  });

  it.each(['', 'unknown', '_hidden', '10.1.2', '10.1.2.256', '1:2', ':::', '[::1', 'example.com:80'])(
    '%j is none',
    (text) => {
      expect(parseAddress(text)).toBeUndefined();
    },
  );

  it('is the same however it is written', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const bytes = bytesOf(text);
        expect(bytes).toHaveLength(16);
        const again = bytesOf(addressText(bytes));
        // A mapped one is written as IPv4.
        expect(clientKey(again)).toBe(clientKey(bytes));
      }),
    );
  });

  it('of IPv4 is one client, of IPv6 its /64 is', () => {
    expect(keyOf('::ffff:10.1.2.3')).toBe(keyOf('10.1.2.3'));
    expect(keyOf('10.1.2.4')).not.toBe(keyOf('10.1.2.3'));
    expect(keyOf('2001:db8:1:2::5')).toBe(keyOf('2001:db8:1:2:ffff::9'));
    expect(keyOf('2001:db8:1:3::5')).not.toBe(keyOf('2001:db8:1:2::5'));
    expect(keyOf('255.255.255.255')).toBe(2 ** 32 - 1);
  });

  it('is this machine, or not', () => {
    for (const text of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])
      expect([text, isLoopback(bytesOf(text))]).toEqual([text, true]);
    for (const text of ['128.0.0.1', '10.0.0.1', '::2', '::', '::ffff:10.0.0.1', '100::1'])
      expect([text, isLoopback(bytesOf(text))]).toEqual([text, false]);
  });
});

describe('a bucket', () => {
  it('gives what it holds, then what flows in', () => {
    const buckets = new Buckets(10, 20);
    const taken = Array.from({ length: 21 }, () => buckets.take(1, 1, 0));
    expect(taken.slice(0, 20)).toEqual(Array(20).fill(0));
    expect(taken[20]).toBeCloseTo(0.1);
    expect(buckets.take(1, 1, 99)).toBeCloseTo(0.001);
    expect(buckets.take(1, 1, 100)).toBe(0);
    expect(buckets.take(2, 1, 100)).toBe(0);
    expect(Array.from({ length: 21 }, () => buckets.take(1, 1, 1e6)).filter((wait) => wait > 0)).toHaveLength(
      1,
    );
  });

  it('is kept for so many clients and no more', () => {
    const buckets = new Buckets(1, 2);
    for (let i = 0; i < 2 * limits.clients.default; i++) buckets.take(i, 1, 0);
    expect(buckets.size).toBe(limits.clients.default);
  });

  it('takes less than a microsecond', () => {
    const buckets = new Buckets(1e9, 1e9);
    const addresses = Array.from({ length: 256 }, (_, i) => Uint8Array.of(10, 0, i, 1));
    const nowMs = performance.now();
    const tookMs = leastCpuMs(() => {
      for (let i = 0; i < 10_000; i++) buckets.take(clientKey(addresses[i & 255] as Uint8Array), 1, nowMs);
    }, 20);
    expect(tookMs / 10).toBeLessThan(1);
  });
});

describe('a server with --client-rate', () => {
  let file: string;
  let server: Serving;
  beforeAll(() => {
    file = smallArtifact();
  });
  afterEach(() => void server.child.kill('SIGKILL'));
  const metric = async (): Promise<number> => {
    const text = (await get(`${server.url}/metrics`)).body.toString();
    return Number(/^sepet_http_limited_total (\d+)$/m.exec(text)?.[1]);
  };
  const product = () => `${server.url}/v1/products/${server.product}`;

  it('answers 429 on the same connection, and only to whom it is meant for', async () => {
    // One a second: what is refused stays so while a request travels, on a busy machine too.
    server = await serve(file, '--client-rate', '1');
    const agent = keepAlive(1);
    const got = [];
    for (let i = 0; i < 30; i++) got.push(await get(product(), { agent, localAddress: '127.0.0.9' }));
    const refused = got.filter(({ status }) => status === 429);
    expect(got.slice(0, 2).map(({ status }) => status)).toEqual([200, 200]);
    expect(refused.length).toBeGreaterThan(10);
    for (const one of refused) {
      expect(json(one).code).toBe('client_limited');
      expect(one.headers['retry-after']).toBe('1');
    }
    expect((await get(product(), { localAddress: '127.0.0.10' })).status).toBe(200);
    expect(await metric()).toBe(refused.length);
    const body = { product: server.product, note: 'x'.repeat(200_000) };
    const post = () =>
      send('POST', `${server.url}/v1/bought-together`, body, { agent, localAddress: '127.0.0.9' });
    // On a busy machine a second may have passed meanwhile; who was let through just now is not again.
    const posted = [await post(), await post(), await post()].map(({ status }) => status);
    expect(posted).toContain(429);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await get(product(), { agent, localAddress: '127.0.0.9' })).status).toBe(200);
    agent.destroy();
  });

  it('leaves out probes, metrics and administration', async () => {
    server = await serve(file, '--client-rate', '1');
    for (let i = 0; i < 10; i++)
      for (const path of ['/livez', '/readyz', '/metrics', '/admin/settings'])
        expect((await get(server.url + path)).status).toBe(200);
    const paths = await Promise.all(Array.from({ length: 10 }, () => get(`${server.url}/nothing`)));
    expect(paths.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
  });

  it('believes X-Forwarded-For only with --trust-proxy, and only its last hop', async () => {
    server = await serve(file, '--client-rate', '1', '--trust-proxy');
    const ask = async (...hops: string[]) =>
      (await get(product(), { headers: { 'X-Forwarded-For': hops } })).status;
    const times = async (n: number, hops: (i: number) => string[]) => {
      const all = [];
      for (let i = 0; i < n; i++) all.push(await ask(...hops(i)));
      return all.filter((status) => status === 429).length;
    };
    expect(await times(6, (i) => [`192.0.2.${i}, 203.0.113.7`])).toBeGreaterThan(0);
    expect(await ask('203.0.113.8')).toBe(200);
    // A proxy that adds a line of its own: the first line is the client's invention.
    expect(await times(6, (i) => [`192.0.2.${i}`, '203.0.113.9'])).toBeGreaterThan(0);
    expect(await times(6, (i) => [`2001:db8::${i}`])).toBeGreaterThan(0);
    expect(await times(6, (i) => [`nonsense-${i}`])).toBeGreaterThan(0);
    server.child.kill('SIGKILL');
    server = await serve(file, '--client-rate', '1');
    expect(await times(6, (i) => [`203.0.113.${i}`])).toBeGreaterThan(0);
  });
});
