// Recommendations asked for with a body, and bodies of every kind.

import fc from 'fast-check';
import { pack, unpack } from 'msgpackr';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { smallArtifact } from '../shops.ts';
import { head, post, postJson, rawSocket } from './posting.ts';
import { get, json, type Serving, serve } from './serving.ts';

const path = '/v1/bought-together';
const msgpack = 'application/vnd.msgpack';

let server: Serving;
let url: string;
beforeAll(async () => {
  server = await serve(smallArtifact());
  url = server.url + path;
});
afterAll(async () => {
  await server?.stop();
});

describe('one product', () => {
  it.each([
    ['', {}],
    ['limit=7&fields=title,price', { limit: 7, fields: ['title', 'price'] }],
    ['explain=1&gamma=1.5', { explain: true, gamma: 1.5 }],
    ['inStock=0&priceMax=90000', { filters: { inStock: false, priceMax: 90000 } }],
    ['overrides=%7B%22limit%22%3A2%7D', { overrides: { limit: 2 } }],
  ])('is answered as with ?%s', async (query, options) => {
    const asked = { product: server.product, ...options };
    const [got, posted] = await Promise.all([
      get(`${server.url}/v1/products/${server.product}/bought-together?${query}`),
      postJson(url, asked),
    ]);
    expect(posted.body.toString()).toBe(got.body.toString());
    expect([posted.status, posted.headers['cache-control']]).toEqual([200, 'private, no-store']);
    expect([posted.headers.vary, posted.headers.etag]).toEqual(['Accept', undefined]);
    const packed = await post(url, pack(asked), { 'content-type': 'application/msgpack', accept: msgpack });
    expect(packed.headers['content-type']).toBe(msgpack);
    expect(unpack(packed.body)).toEqual(json(got));
  });

  it('of a basket is asked for with the others', async () => {
    const { products } = json(await get(`${server.url}/v1/products?limit=3`)) as {
      products: { id: string }[];
    };
    const basket = products.map(({ id }) => id);
    const got = await postJson(url, { products: basket, limit: 20 });
    const { product, items, ...others } = json(got) as {
      product: string;
      items: { id: string }[];
      basket: string[];
    };
    expect([product, ...others.basket]).toEqual(basket);
    expect(items.length).toBe(20);
    expect(items.filter(({ id }) => basket.includes(id))).toEqual([]);
  });
});

describe('a body', () => {
  const asked = () => JSON.stringify({ product: server.product, limit: 1 });

  it.each([
    ['{"product"', 'body_invalid', /no JSON/],
    ['', 'body_invalid', /empty/],
    [Buffer.from([0x22, 0xff, 0x22]), 'body_invalid', /UTF-8/],
    [`{"product":"a","overrides":${'['.repeat(50)}${']'.repeat(50)}}`, 'body_invalid', /32 levels/],
    ['['.repeat(500_000), 'body_invalid', /no JSON/],
    [`${'['.repeat(500_000)}${']'.repeat(500_000)}`, 'body_invalid', /32 levels/],
    ['{"product":"a","overrides":{"__proto__":{"limit":1}}}', 'body_invalid', /__proto__/],
    ['[]', 'option_invalid', /object/],
    ['null', 'option_invalid', /object/],
    ['{}', 'option_invalid', /product/],
    ['{"prodct":"a"}', 'option_unknown', /"product"/],
    ['{"product":"a","limit":"3"}', 'option_invalid', /limit .*1 to 100.*"3"/],
    ['{"product":"a","products":["b"]}', 'option_invalid', /not both/],
    ['{"product":"a","filters":{"gender":["femal"]}}', 'option_invalid', /"female"/],
  ])('no. %# that is wrong is refused', async (body, code, detail) => {
    const got = await post(url, body);
    expect([got.status, got.headers['content-type']]).toEqual([400, 'application/problem+json']);
    expect(json(got)).toMatchObject({ code, detail: expect.stringMatching(detail) });
  });

  it('of a type or coding that is not read is refused with those that are', async () => {
    for (const headers of [
      { 'content-type': '' },
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/x-www-form-urlencoded' },
      { 'content-type': 'application/json; charset=latin1' },
      { 'content-encoding': 'gzip' },
    ]) {
      const got = await post(url, asked(), headers as Record<string, string>);
      expect([got.status, json(got).code]).toEqual([415, 'media_type_unsupported']);
      expect(got.headers['accept-post']).toBe(
        'application/json, application/vnd.msgpack, application/msgpack, application/x-msgpack',
      );
    }
    for (const type of ['Application/JSON', 'application/json; charset="UTF-8"', 'application/json;x=y'])
      expect((await post(url, asked(), { 'content-type': type })).status).toBe(200);
    const unsaid = await post(url, asked(), { accept: 'text/html' });
    expect([unsaid.status, json(unsaid).code]).toEqual([406, 'not_acceptable']);
  });

  it('comes with a deadline that can be kept, or a mistake', async () => {
    for (const given of ['0', 'x', '1e9', '1.5']) {
      const got = await post(url, asked(), { 'x-request-timeout-ms': given });
      expect([got.status, json(got).code]).toEqual([400, 'option_invalid']);
    }
    expect((await post(url, asked(), { 'x-request-timeout-ms': '5000' })).status).toBe(200);
  });

  it('that says it is too large is refused before it comes', async () => {
    const { socket, read } = rawSocket(server.url);
    socket.write(head(path, `Content-Length: ${limits.bodyBytes.max + 1}`));
    expect(await read('"code"')).toMatch(/^HTTP\/1.1 413 .*body_too_large/s);
    socket.destroy();
  });

  it('that grows too large is refused then, and the connection lives on', async () => {
    const { socket, read } = rawSocket(server.url);
    socket.write(head(path, 'Transfer-Encoding: chunked'));
    const chunk = `${(65_536).toString(16)}\r\n${' '.repeat(65_536)}\r\n`;
    for (let i = 0; i < 17; i++) socket.write(chunk);
    expect(await read('"code"')).toMatch(/^HTTP\/1.1 413 .*body_too_large/s);
    for (let i = 0; i < 40; i++) socket.write(chunk);
    socket.write(`0\r\n\r\n${head(path, `Content-Length: ${asked().length}`)}${asked()}`);
    expect(await read('"items"')).toMatch(/HTTP\/1.1 200 OK/);
    socket.destroy();
    const most = `${' '.repeat(limits.bodyBytes.max - asked().length)}${asked()}`;
    expect((await post(url, most)).status).toBe(200);
  });

  it('may come byte by byte, but not for ever', async () => {
    const slow = rawSocket(server.url);
    slow.socket.setNoDelay(true);
    slow.socket.write(head(path, `Content-Length: ${asked().length}`));
    for (const byte of asked()) {
      slow.socket.write(byte);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(await slow.read('"items"')).toMatch(/^HTTP\/1.1 200 OK/);
    const startedMs = performance.now();
    slow.socket.write(`${head(path, 'Content-Length: 100')}{`);
    const trickle = setInterval(() => slow.socket.write(' '), 500);
    expect(await slow.read('body_timeout')).toMatch(/HTTP\/1.1 408 Request Timeout.*Connection: close/s);
    await slow.closed;
    clearInterval(trickle);
    // Not sooner; and not at the end of a connection that says nothing, as this one says something.
    const seconds = (performance.now() - startedMs) / 1000;
    expect(seconds).toBeGreaterThan(limits.bodySeconds.default - 0.1);
  });

  it('may end with its client at any point', async () => {
    const whole = head(path, `Content-Length: ${asked().length}`) + asked();
    await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const { socket, closed } = rawSocket(server.url);
        await new Promise((resolve) =>
          socket.write(whole.slice(0, Math.ceil((whole.length * i) / 99)), resolve),
        );
        await new Promise((resolve) => setTimeout(resolve, i % 5));
        socket.destroy();
        await closed;
      }),
    );
    expect((await post(url, asked())).status).toBe(200);
    expect(server.log()).not.toMatch(/"level":"error"/);
  });

  it('of MessagePack cannot announce more than it holds', async () => {
    for (const bytes of [
      'ddffffffff',
      'dfffffffff',
      'dbffffffff',
      'c6ffffffff',
      'dc7fff',
      '91'.repeat(100_000),
      'c1',
      'd40000',
      'd57200',
      '81c0c0',
      'a1ff',
      '8080',
      '80'.repeat(2),
    ]) {
      const got = await post(url, Buffer.from(bytes, 'hex'), { 'content-type': msgpack });
      expect([bytes.slice(0, 10), got.status, json(got).code]).toEqual([
        bytes.slice(0, 10),
        400,
        'body_invalid',
      ]);
    }
  });
});

describe('whatever is sent', () => {
  const answered = async (body: Uint8Array | string, type: string): Promise<void> => {
    for (const to of [path, '/v1/bought-together/batch', '/v1/vectors/combine']) {
      const got = await post(server.url + to, body, { 'content-type': type });
      expect([200, 400, 404]).toContain(got.status);
    }
    expect((await postJson(url, { product: server.product, limit: 1 })).status).toBe(200);
  };
  const text = fc.oneof(fc.constant('P100000'), fc.string());
  const likeRequest = fc.record(
    {
      product: text,
      products: fc.array(text),
      requests: fc.array(fc.record({ product: text, limit: fc.integer() }, { requiredKeys: [] })),
      items: fc.array(fc.record({ product: text, brand: text, weight: fc.double() }, { requiredKeys: [] })),
      limit: fc.oneof(fc.integer(), fc.double(), fc.string()),
      filters: fc.object(),
      overrides: fc.object(),
      fields: fc.array(fc.string()),
    },
    { requiredKeys: [] },
  );

  it('as JSON is answered, and so is the next request', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((one) => Buffer.from(one)),
      likeRequest.map((one) => Buffer.from(JSON.stringify(one))),
    );
    await fc.assert(
      fc.asyncProperty(bytes, (body) => answered(body, 'application/json')),
      { numRuns: 150 },
    );
  });

  it('as MessagePack is answered, and so is the next request', async () => {
    const valid = fc.oneof(fc.jsonValue(), likeRequest).map((one) => Uint8Array.from(pack(one)));
    const damaged = fc.tuple(valid, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([body, at, byte]) => {
      body[at % body.length] = byte;
      return body;
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), valid, damaged), (body) =>
        answered(body, msgpack),
      ),
      { numRuns: 200 },
    );
  });
});
