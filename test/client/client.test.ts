// The client against the built server, and against servers that are slow, busy, broken or not there.

import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/index.ts';
import { waitAfter } from '../../src/client/patience.ts';
import { queryString } from '../../src/client/query.ts';
import { type Serving, serve } from '../http/serving.ts';
import { smallArtifact } from '../shops.ts';

const servers: Server[] = [];

async function serverOf(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

describe('the client of a server', () => {
  let serving: Serving;
  beforeAll(async () => {
    serving = await serve(smallArtifact());
  });
  afterAll(() => serving.stop());

  for (const encoding of ['json', 'msgpack'] as const)
    it(`gets what the server says, in ${encoding}`, async () => {
      const client = createClient({ url: `${serving.url}/`, encoding, timeoutMs: 30_000 });
      const plain = await fetch(
        `${serving.url}/v1/products/${serving.product}/bought-together?limit=4&fields=all`,
      );
      expect(
        await client.boughtTogether(serving.product, {
          limit: 4,
          fields: ['title', 'price', 'category', 'brand', 'gender', 'inStock', 'image'],
        }),
      ).toEqual(await plain.json());
      const [best, second = ''] = await client.products({ limit: 2 });
      expect(best).toBe(serving.product);
      expect(await client.product(serving.product)).toMatchObject({
        id: serving.product,
        artifact: serving.artifact,
      });
      const without = await client.boughtTogether(serving.product, {
        exclude: [second],
        limit: 100,
        inStock: true,
      });
      expect(without.items.map(({ id }) => id)).not.toContain(second);
      const overridden = await client.boughtTogether(serving.product, { overrides: { limit: 3 } });
      expect(overridden.items.length).toBe(3);
      expect((await client.artifact()).artifact).toBe(serving.artifact);
      const { default: own, policies } = await client.policies();
      expect(policies.map(({ name }) => name)).toEqual([own]);
      expect(await client.policy(own)).toMatchObject({ name: own, document: { name: own } });
      expect(await client.isReady()).toBe(true);
    });

  it("throws the server's own codes", async () => {
    const client = createClient({ url: serving.url, timeoutMs: 30_000 });
    await expect(client.boughtTogether('no/such thing ?')).rejects.toMatchObject({ code: 'product_unknown' });
    await expect(client.boughtTogether(serving.product, { limit: 0 })).rejects.toMatchObject({
      code: 'option_invalid',
    });
    await expect(client.policy('pdpp')).rejects.toMatchObject({ code: 'policy_unknown' });
    for (const id of ['', '.', '..', 'x\ud800'])
      await expect(client.boughtTogether(id)).rejects.toMatchObject({ code: 'option_invalid' });
  });
});

describe('a server that cannot answer', () => {
  const busy = (times: number, retryAfter?: string) => {
    const asked: number[] = [];
    const listener: RequestListener = (_request, response) => {
      asked.push(performance.now());
      if (asked.length > times) {
        response.setHeader('content-type', 'application/json').end('{"products":[{"id":"A"}]}');
        return;
      }
      response.writeHead(503, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
      response.end('{"code":"overloaded","detail":"Too many."}');
    };
    return { asked, listener };
  };

  it('is asked again, after a while that grows', async () => {
    const { asked, listener } = busy(2);
    const { url } = await serverOf(listener);
    expect(await createClient({ url, timeoutMs: 30_000 }).products()).toEqual(['A']);
    expect(asked.length).toBe(3);
    expect((asked[1] as number) - (asked[0] as number)).toBeGreaterThan(20);
    expect((asked[2] as number) - (asked[1] as number)).toBeGreaterThan(45);
  });

  it('is asked no more often than wanted, nor sooner than it asks for, nor after the deadline', async () => {
    const often = busy(9);
    const { url } = await serverOf(often.listener);
    const client = createClient({ url, timeoutMs: 30_000, attempts: 2 });
    await expect(client.products()).rejects.toMatchObject({ code: 'overloaded', message: 'Too many.' });
    expect(often.asked.length).toBe(2);
    const later = busy(9, '20');
    const hasty = createClient({ url: (await serverOf(later.listener)).url, timeoutMs: 19_000 });
    await expect(hasty.products()).rejects.toMatchObject({ code: 'overloaded' });
    expect(later.asked.length).toBe(1);
    const patient = createClient({ url: (await serverOf(busy(1, '1').listener)).url, timeoutMs: 30_000 });
    const startedMs = performance.now();
    expect(await patient.products()).toEqual(['A']);
    expect(performance.now() - startedMs).toBeGreaterThan(1000);
  });

  it('is not asked again where asking is at fault', async () => {
    let asked = 0;
    const { url } = await serverOf((_request, response) => {
      asked++;
      response.writeHead(400).end('{"code":"option_invalid","detail":"limit"}');
    });
    await expect(createClient({ url, timeoutMs: 30_000 }).products()).rejects.toMatchObject({
      code: 'option_invalid',
    });
    expect(asked).toBe(1);
  });

  it('says so when it is not there, in time', async () => {
    const { url, server } = await serverOf(() => {});
    const slow = createClient({ url, timeoutMs: 150 });
    const slower = createClient({ url, timeoutMs: 2000 });
    // Neither would end by itself, and the one that has less time is through first.
    const ended: string[] = [];
    const both = [
      slow.products().catch(() => ended.push('slow')),
      slower.products().catch(() => ended.push('slower')),
    ];
    await Promise.all(both);
    expect(ended).toEqual(['slow', 'slower']);
    await expect(slow.products()).rejects.toMatchObject({
      code: 'server_unreachable',
      message: expect.stringMatching(/did not answer in time/),
    });
    expect(await slow.isReady({ timeoutMs: 50 })).toBe(false);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(slow.products()).rejects.toMatchObject({
      code: 'server_unreachable',
      message: expect.stringMatching(/cannot be reached: .*ECONNREFUSED/),
    });
  });

  it('is left at once when the caller has given up, in its words', async () => {
    const { url } = await serverOf(busy(99).listener);
    const client = createClient({ url, timeoutMs: 60_000, attempts: 99 });
    const abort = new AbortController();
    const gone = new Error('the page was closed');
    const asked = client.products({}, { signal: abort.signal });
    setTimeout(() => abort.abort(gone), 30);
    await expect(asked).rejects.toBe(gone);
    await expect(client.isReady({ signal: abort.signal })).rejects.toBe(gone);
  });

  it('may be something else that stands between', async () => {
    const { url } = await serverOf((_request, response) => response.writeHead(404).end('<html>nginx</html>'));
    await expect(createClient({ url, timeoutMs: 30_000 }).artifact()).rejects.toMatchObject({
      code: 'server_unreachable',
      message: expect.stringMatching(/answered 404 Not Found/),
    });
    for (const wrong of ['', 'localhost', 'ftp://x'])
      expect(() => createClient({ url: wrong })).toThrow(expect.objectContaining({ code: 'option_invalid' }));
  });
});

describe('asking', () => {
  it('keeps its connection', async () => {
    const { url, server } = await serverOf((_request, response) => {
      response.setHeader('content-type', 'application/json').end('{"products":[]}');
    });
    let connections = 0;
    server.on('connection', () => {
      connections++;
    });
    const client = createClient({ url, timeoutMs: 30_000 });
    for (let i = 0; i < 50; i++) await client.products();
    expect(connections).toBeLessThanOrEqual(2);
  });

  it('writes options as the server reads them', () => {
    const options = {
      limit: 5,
      brand: ['A & B', 'Ç'],
      inStock: false,
      fields: ['title'],
      gamma: undefined,
      overrides: { limit: 2 },
    };
    expect(queryString(options)).toBe(
      '?limit=5&brand=A+%26+B&brand=%C3%87&inStock=0&fields=title&overrides=%7B%22limit%22%3A2%7D',
    );
    expect(queryString({})).toBe('');
  });

  it('waits longer each time, never all alike, and not beyond the deadline', () => {
    const patience = { attempts: 10, deadlineMs: Number.POSITIVE_INFINITY };
    const waits = Array.from({ length: 200 }, () => waitAfter(3, patience) as number);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...waits)).toBeLessThanOrEqual(200);
    expect(new Set(waits).size).toBeGreaterThan(100);
    expect(waitAfter(9, patience)).toBeLessThanOrEqual(2000);
    expect(waitAfter(10, patience)).toBeUndefined();
    expect(waitAfter(1, { attempts: 3, deadlineMs: performance.now() + 5 })).toBeUndefined();
    expect(waitAfter(1, patience, 3000)).toBeGreaterThan(3000);
  });
});
