// Many requests in one body: in order, each by itself, and all or none of them where there is no room.

import { pack, unpack } from 'msgpackr';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { smallArtifact } from '../shops.ts';
import { head, post, postJson, rawSocket } from './posting.ts';
import { get, json, type Serving, serve } from './serving.ts';

const path = '/v1/bought-together/batch';

let server: Serving;
let products: string[];
beforeAll(async () => {
  server = await serve(smallArtifact());
  const listed = json(await get(`${server.url}/v1/products?limit=500`)) as { products: { id: string }[] };
  products = listed.products.map(({ id }) => id);
});
afterAll(async () => {
  await server?.stop();
});

/** Of every kind: products, baskets, and those that fail in the parser or in the worker. */
const requestsOf = (count: number): Record<string, unknown>[] =>
  Array.from({ length: count }, (_, i) => {
    const product = products[(i * 37) % products.length];
    if (i % 7 === 3) return { product: `no ${i}` };
    if (i % 7 === 5) return { product, limit: 1000 + i };
    if (i % 7 === 6) return { products: [product, products[i]], limit: 3 };
    return { product, limit: 1 + (i % 9), fields: ['title'] };
  });

describe('a batch', () => {
  it('holds what each request alone would get, in order', async () => {
    const requests = requestsOf(limits.batchRequests.max);
    const got = await postJson(server.url + path, { requests });
    expect([got.status, got.headers['cache-control'], got.headers.vary]).toEqual([
      200,
      'private, no-store',
      'Accept',
    ]);
    const alone = await Promise.all(
      requests.map(async (one) => json(await postJson(`${server.url}/v1/bought-together`, one))),
    );
    const expected = alone.map((one, i) => {
      if (one.code !== 'option_invalid') return one;
      return { ...one, detail: `requests.${i}.${String(one.detail)}` };
    });
    const { answers } = json(got) as { answers: Record<string, unknown>[] };
    expect(answers).toEqual(expected);
    expect(answers.filter(({ status }) => status === 404).length).toBeGreaterThan(5);
    expect(answers.filter(({ status }) => status === 400).length).toBeGreaterThan(5);
  });

  it('says the same in MessagePack, of any length', async () => {
    for (const count of [1, 15, 16, 64]) {
      const requests = requestsOf(count);
      const plain = json(await postJson(server.url + path, { requests }));
      for (const type of ['application/msgpack', 'application/x-msgpack']) {
        const headers = { 'content-type': type, accept: type };
        const packed = await post(server.url + path, pack({ requests }), headers);
        expect(packed.headers['content-type']).toBe(type);
        expect(unpack(packed.body)).toEqual(plain);
      }
    }
  });

  it.each([
    [{ requests: [] }, 'option_invalid', /1 to 64/],
    [{ requests: Array.from({ length: 65 }, () => ({ product: 'a' })) }, 'option_invalid', /1 to 64/],
    [{ requests: {} }, 'option_invalid', /list/],
    [{}, 'option_invalid', /requests/],
    [[], 'option_invalid', /object/],
    [{ request: [] }, 'option_unknown', /"requests"/],
    [{ requests: [{ product: 'a' }], limit: 3 }, 'option_unknown', /"limit"/],
  ])('%j is refused', async (body, code, detail) => {
    const got = await postJson(server.url + path, body);
    expect(got.status).toBe(400);
    expect(json(got)).toMatchObject({ code, detail: expect.stringMatching(detail) });
  });

  it('may hold nothing but mistakes', async () => {
    const got = await postJson(server.url + path, {
      requests: [3, null, {}, { product: '' }, { __proto: 1 }],
    });
    const { answers } = json(got) as { answers: { code: string; detail: string }[] };
    expect(got.status).toBe(200);
    expect(answers.map(({ code }) => code)).toEqual([
      ...['option_invalid', 'option_invalid', 'option_invalid', 'option_invalid', 'option_unknown'],
    ]);
    expect(answers[3]?.detail).toMatch(/^requests\.3\.product /);
  });

  it('counts its answers like others', async () => {
    const batched = async (): Promise<number> => {
      const { body } = await get(`${server.url}/metrics`);
      const [, sum] = /^sepet_batch_size_sum (\d+)$/m.exec(body.toString()) ?? [];
      return Number(sum);
    };
    const before = await batched();
    await postJson(server.url + path, { requests: products.slice(0, 20).map((product) => ({ product })) });
    expect((await batched()) - before).toBe(20);
  });

  it('is let go of when its client leaves', async () => {
    const body = JSON.stringify({
      requests: products.slice(0, 64).map((product) => ({ product, limit: 100 })),
    });
    await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const { socket, closed } = rawSocket(server.url);
        await new Promise((resolve) =>
          socket.write(head(path, `Content-Length: ${Buffer.byteLength(body)}`) + body, resolve),
        );
        await new Promise((resolve) => setTimeout(resolve, i % 6));
        socket.destroy();
        await closed;
      }),
    );
    // Until the queue has been looked through, those who left have a place in it.
    let got = await post(server.url + path, body);
    for (let i = 0; got.status === 503 && i < 500; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      got = await post(server.url + path, body);
    }
    expect((json(got) as { answers: unknown[] }).answers.length).toBe(64);
    expect(server.log()).not.toMatch(/"level":"error"/);
  });
});

describe('batches whose clients left', () => {
  it('are not computed to their end', async () => {
    const slow = await serve(smallArtifact(), '--workers', '1', '--max-batch', '1', '--result-cache-mb', '0');
    try {
      const metric = async (name: string): Promise<number> => {
        const { body } = await get(`${slow.url}/metrics`);
        return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(body.toString())?.[1]);
      };
      // They cost so much that the clients have left long before the end.
      const requests = products
        .slice(0, 64)
        .map((product) => ({ product, limit: 100, explain: true, efSearch: 4096 }));
      const body = JSON.stringify({ requests });
      const sockets = Array.from({ length: 10 }, () => rawSocket(slow.url));
      for (const { socket } of sockets) socket.write(head(path, `Content-Length: ${body.length}`) + body);
      while ((await metric('sepet_batch_size_sum')) === 0);
      for (const { socket } of sockets) socket.destroy();
      while ((await metric('sepet_queue_depth')) + (await metric('sepet_batches_running')) > 0);
      expect(await metric('sepet_http_aborted_total')).toBeGreaterThan(5);
      expect(await metric('sepet_batch_size_sum')).toBeLessThan(500);
    } finally {
      await slow.stop();
    }
  });
});

describe('a full queue', () => {
  it('takes all of a batch or nothing of it', async () => {
    const small = await serve(smallArtifact(), '--queue', '8', '--workers', '1');
    try {
      const requests = products.slice(0, 64).map((product) => ({ product }));
      const refused = await postJson(small.url + path, { requests });
      expect([refused.status, json(refused).code]).toEqual([503, 'overloaded']);
      expect(refused.headers['retry-after']).toBe('1');
      const taken = await postJson(small.url + path, { requests: requests.slice(0, 8) });
      expect(taken.status).toBe(200);
      // What was refused is not computed either: only these eight were.
      const { body } = await get(`${small.url}/metrics`);
      expect(body.toString()).toMatch(/^sepet_batch_size_sum 8$/m);
    } finally {
      await small.stop();
    }
  });
});
