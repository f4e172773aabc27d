// The client's calls that have bodies, against the built server, and what it does with their answers.

import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { unpack } from 'msgpackr';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BatchRequest, type Client, createClient, SepetError } from '../../src/client/index.ts';
import { errorOf } from '../../src/client/messages.ts';
import { basketBody, batchBody, combineBody } from '../../src/client/query.ts';
import { get, json, type Serving, serve } from '../http/serving.ts';
import { smallArtifact } from '../shops.ts';

let serving: Serving;
let products: readonly string[];
const clientOf = (encoding: 'json' | 'msgpack'): Client =>
  createClient({ url: serving.url, encoding, timeoutMs: 30_000 });

beforeAll(async () => {
  serving = await serve(smallArtifact());
  products = await clientOf('json').products({ limit: 20 });
});
afterAll(() => serving?.stop());

describe.each(['json', 'msgpack'] as const)('in %s', (encoding) => {
  it('a basket is asked for as a whole', async () => {
    const [first = '', second = '', third = ''] = products;
    const client = clientOf(encoding);
    const answer = await client.boughtTogether([first, second], {
      ...({
        limit: 50,
        exclude: [third],
        fields: ['brand', 'inStock'],
        inStock: true,
        policy: undefined,
      } as object),
    });
    expect(answer).toMatchObject({ product: first, basket: [second], artifact: serving.artifact });
    expect(answer.items.length).toBe(50);
    expect(answer.items.every(({ inStock }) => inStock === true)).toBe(true);
    expect(answer.items.filter(({ id }) => [first, second, third].includes(id))).toEqual([]);
    const alone = await client.boughtTogether([first], { limit: 5 });
    expect(alone).toEqual(await client.boughtTogether(first, { limit: 5 }));
  });

  it('a batch is answered in order, with errors in place of answers', async () => {
    const client = clientOf(encoding);
    const requests: BatchRequest[] = [
      ...products.slice(0, 10).map((product) => ({ product, limit: 2, priceMax: 500_000 })),
      { product: 'no such thing' },
      { products: products.slice(0, 3), gender: ['female'] },
      { product: 'x', limit: 0 },
    ];
    const answers = await client.batch(requests);
    expect(answers.map((one) => (one instanceof SepetError ? one.code : one.product))).toEqual([
      ...products.slice(0, 10),
      'product_unknown',
      products[0],
      'option_invalid',
    ]);
    const [first] = answers;
    expect(first).toEqual(await client.boughtTogether(products[0] ?? '', { limit: 2, priceMax: 500_000 }));
    await expect(client.batch([])).rejects.toMatchObject({ code: 'option_invalid' });
  });

  it('products are found, brands compared, vectors combined', async () => {
    const client = clientOf(encoding);
    const found = await client.searchProducts({ q: 'laptop', brand: ['Pikselo'], limit: 3 });
    expect(found.products.map(({ brand }) => brand)).toEqual(['Pikselo', 'Pikselo', 'Pikselo']);
    expect([found.more, found.artifact]).toEqual([true, serving.artifact]);
    // With nothing to look for too, what comes are products and not only their ids.
    expect(Object.keys((await client.searchProducts({ limit: 1 })).products[0] ?? {})).toContain('title');
    const { brands } = await client.similarBrands('Pikselo', { limit: 4 });
    expect(brands.length).toBe(4);
    await expect(client.similarBrands('Pikselp')).rejects.toMatchObject({ code: 'brand_unknown' });
    const items = [{ product: products[0] ?? '' }, { brand: 'Pikselo', weight: 0.5 }];
    const combined = await client.combine(items, { limit: 3, brand: ['Lumo'], fields: ['brand'] });
    expect(combined.items.every(({ brand }) => brand === 'Lumo')).toBe(true);
    expect(combined.parts.map(({ weight }) => weight)).toEqual([1, 0.5]);
  });
});

describe('a call with a body', () => {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });
  async function listening(listener: RequestListener): Promise<{ url: string; server: Server }> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    servers.push(server);
    await new Promise((resolve) => server.once('listening', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
  }

  it('is repeated whole where the server is busy', async () => {
    const bodies: unknown[] = [];
    const { url } = await listening((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        bodies.push([request.headers['content-type'], unpack(Buffer.concat(chunks))]);
        if (bodies.length < 3) response.writeHead(503).end('{"code":"overloaded","detail":"Too many."}');
        else response.setHeader('content-type', 'application/json').end('{"items":[]}');
      });
    });
    const client = createClient({ url, timeoutMs: 30_000, encoding: 'msgpack' });
    expect(await client.boughtTogether(['A', 'B'])).toEqual({ items: [] });
    const sent = ['application/vnd.msgpack', { products: ['A', 'B'] }];
    expect(bodies).toEqual([sent, sent, sent]);
  });

  it('keeps its connection', async () => {
    const before = await connectionsOf();
    const client = clientOf('msgpack');
    for (let i = 0; i < 100; i++) await client.boughtTogether(products.slice(0, 2), { limit: 1 });
    expect((await connectionsOf()) - before).toBeLessThanOrEqual(2);
  });

  /** Open ones; as the client closes none meanwhile, all that it ever opened. */
  async function connectionsOf(): Promise<number> {
    const { body } = await get(`${serving.url}/metrics`);
    const [, open] = /^sepet_http_connections (\d+)$/m.exec(body.toString()) ?? [];
    return Number(open);
  }

  it('carries its options where bodies have them', () => {
    const options = { limit: 3, brand: ['A'], priceMin: 1, exclude: ['x'], overrides: { limit: 2 } };
    const { brand, priceMin, ...others } = options;
    const body = { ...others, filters: { brand, priceMin } };
    expect(basketBody(['p'], options)).toEqual({ products: ['p'], ...body });
    expect(batchBody([{ product: 'p', ...options }, { products: ['q'] }])).toEqual({
      requests: [{ product: 'p', ...body }, { products: ['q'] }],
    });
    expect(combineBody([{ brand: 'B' }], { inStock: false })).toEqual({
      items: [{ brand: 'B' }],
      filters: { inStock: false },
    });
  });

  it('keeps codes of later releases in the message', () => {
    expect(errorOf({ code: 'too_new', detail: 'Said.' })).toMatchObject({
      code: 'internal',
      message: 'too_new: Said.',
    });
  });

  it('has for all its calls an operation that is described', async () => {
    const { paths } = json(await get(`${serving.url}/openapi.json`)) as { paths: Record<string, object> };
    for (const path of ['/v1/bought-together', '/v1/bought-together/batch', '/v1/vectors/combine'])
      expect(Object.keys(paths[path] ?? {})).toEqual(['post']);
  });
});
