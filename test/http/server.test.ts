// The server as it is started by a user, on a real artifact.

import { connect } from 'node:net';
import { unpack } from 'msgpackr';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sepet, smallArtifact, smallShopProducts } from '../shops.ts';
import { type Got, get, json, keepAlive, type Serving, serve } from './serving.ts';

let file: string;
let server: Serving;
let products: string[];

const path = (product: string, query = ''): string =>
  `${server.url}/v1/products/${encodeURIComponent(product)}/bought-together${query}`;
const ask = (product: string, query = '', accept?: string): Promise<Got> =>
  get(path(product, query), accept === undefined ? {} : { headers: { accept } });

beforeAll(async () => {
  file = smallArtifact();
  server = await serve(file);
  const listed = json(await get(`${server.url}/v1/products?limit=20000`)) as { products: { id: string }[] };
  products = listed.products.map(({ id }) => id);
});

afterAll(async () => {
  await server?.stop();
});

describe('a product', () => {
  it('is told as far as it is known, like the items of answers', async () => {
    const { items } = json(await ask(server.product, '?limit=5&fields=all')) as {
      items: Record<string, unknown>[];
    };
    for (const { score: _, source: __, ...facts } of items) {
      const told = await get(`${server.url}/v1/products/${encodeURIComponent(String(facts.id))}`);
      expect(json(told)).toEqual({ ...facts, artifact: server.artifact });
    }
  });

  it('is a 404 where it is not there', async () => {
    const told = await get(`${server.url}/v1/products/${encodeURIComponent('no/such')}`);
    expect(told.status).toBe(404);
    expect(json(told)).toMatchObject({ code: 'product_unknown' });
  });
});

describe('bought-together', () => {
  it.each([
    ['', []],
    ['?limit=25&fields=all', ['--limit', '25', '--fields', 'all']],
    ['?explain=1&limit=3', ['--explain', '--limit', '3']],
    ['?gender=female&inStock=1', ['--gender', 'female', '--in-stock']],
  ])('answers byte for byte like `sepet query`: %s', async (query, flags) => {
    const sample = products.filter((_, i) => i % 600 === 7);
    const lines = sepet('query', file, '--json', ...flags, '--', ...sample)
      .trimEnd()
      .split('\n');
    const served = await Promise.all(sample.map((product) => ask(product, query)));
    expect(served.map(({ body }) => body.toString())).toEqual(lines);
    expect(served.every(({ status }) => status === 200)).toBe(true);
    if (query.includes('explain')) expect(lines[0]).toContain('"search":"graph"');
  });

  it('says the same in MessagePack', async () => {
    for (const name of ['vnd.msgpack', 'msgpack', 'x-msgpack']) {
      const accept = `application/${name}`;
      const [packed, plain] = await Promise.all([
        ask(server.product, '?explain=1&fields=all', accept),
        ask(server.product, '?explain=1&fields=all'),
      ]);
      expect(packed.headers['content-type']).toBe(accept);
      expect(packed.headers.vary).toBe('Accept');
      expect(unpack(packed.body)).toEqual(json(plain));
    }
  });

  it('takes ids with every character, percent-encoded', async () => {
    const odd = 'a/b c?d&e%f+gığ☕';
    const got = await ask(odd, '?fallback=1');
    expect(json(got)).toMatchObject({ product: odd });
    expect(json(await ask(odd))).toMatchObject({ code: 'product_unknown' });
  });

  it('answers thousands at once, some of them aborted, each with its own', async () => {
    const agent = keepAlive(200);
    const outcomes = await Promise.all(
      Array.from({ length: 2000 }, async (_, i) => {
        const product = products[(i * 7919) % products.length] ?? '';
        const isAborted = i % 9 === 4;
        const limit = 1 + (i % 20);
        const signal = isAborted ? AbortSignal.timeout(i % 25) : undefined;
        const options = { agent, ...(signal && { signal }) };
        const got = await get(path(product, `?limit=${limit}`), options).catch((error: Error) => error);
        if (got instanceof Error) return isAborted && got.name === 'AbortError';
        const { product: own, filled } = json(got) as { product: string; filled: { wanted: number } };
        return got.status === 200 && own === product && filled.wanted === limit;
      }),
    );
    agent.destroy();
    expect(outcomes.filter((ok) => !ok)).toEqual([]);
    expect((await get(`${server.url}/readyz`)).status).toBe(200);
  });
});

describe('errors', () => {
  it.each([
    ['/v1/products/nothing/bought-together', 404, 'product_unknown', /nothing/],
    ['/v1/products/nothing/bought-together?limt=3', 400, 'option_unknown', /"limit"/],
    ['/v1/products/nothing/bought-together?limit=0', 400, 'option_invalid', /1 to 100/],
    ['/v1/products/nothing/bought-together?limit=3&limit=4', 400, 'option_invalid', /more than once/],
    ['/v1/products/nothing/bought-together?gender=femal', 400, 'option_invalid', /"female"/],
    ['/v1/products/%ff/bought-together', 400, 'url_invalid', /UTF-8/],
    ['/v1/products/a/bought-together?brand=%c3', 400, 'url_invalid', /UTF-8/],
    ['/v1/products?limit=20001', 400, 'option_invalid', /20000/],
    ['/v1/products?limt=2', 400, 'option_unknown', /"limit"/],
    ['/v1/artefact', 404, 'route_unknown', /"\/v1\/artifact"/],
    ['/v1/products/a/bought', 404, 'route_unknown', /no/],
    [`/v1/products/${'a'.repeat(9000)}/bought-together`, 414, 'url_too_long', /8192/],
  ])('%.60s is a %i %s', async (where, status, code, detail) => {
    const got = await get(server.url + where);
    expect(got.status).toBe(status);
    expect(got.headers['content-type']).toBe('application/problem+json');
    expect(json(got)).toMatchObject({ status, code, detail: expect.stringMatching(detail) });
    expect(json(got)).toMatchObject({ type: `urn:sepet:error:${code}`, title: expect.any(String) });
  });

  it('refuses what it cannot say, and methods it does not have', async () => {
    const refused = await ask(server.product, '', 'text/html');
    expect([refused.status, json(refused).code]).toEqual([406, 'not_acceptable']);
    const posted = await get(path(server.product), { method: 'POST' });
    expect([posted.status, json(posted).code]).toEqual([405, 'method_not_allowed']);
    expect(posted.headers.allow).toBe('GET, HEAD');
  });

  it('survives requests that are not HTTP', async () => {
    const { port } = new URL(server.url);
    for (const bytes of [
      '\0\x01\x02\r\n\r\n',
      `GET / HTTP/1.1\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`,
      'GET /',
    ]) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => {});
      await new Promise((resolve) => socket.write(bytes, resolve));
      socket.destroy();
    }
    expect((await get(`${server.url}/livez`)).status).toBe(200);
  });
});

describe('operations', () => {
  it('tells what is served', async () => {
    const told = json(await get(`${server.url}/v1/artifact`));
    expect(told).toMatchObject({
      artifact: server.artifact,
      products: smallShopProducts,
      policy: 'default@1',
    });
    expect(told.manifest).toMatchObject({ kind: 'sepet-artifact' });
  });

  it('lists the most ordered products first', () => {
    expect(products[0]).toBe(server.product);
    expect(new Set(products).size).toBe(smallShopProducts);
  });

  it('answers probes, and HEAD like GET without the body', async () => {
    for (const probe of ['/livez', '/readyz', '/healthz']) {
      const [got, head] = await Promise.all([
        get(server.url + probe),
        get(server.url + probe, { method: 'HEAD' }),
      ]);
      expect([got.status, head.status]).toEqual([200, 200]);
      expect(head.headers['content-length']).toBe(String(got.body.length));
      expect(head.body).toHaveLength(0);
    }
  });

  it('counts what it does', async () => {
    const read = async (): Promise<Map<string, number>> => {
      const { body } = await get(`${server.url}/metrics`);
      const lines = body
        .toString()
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'));
      return new Map(lines.map((line) => [line.replace(/ \S+$/, ''), Number(line.replace(/^.* /, ''))]));
    };
    const route = 'route="/v1/products/{id}/bought-together"';
    const ok = `sepet_http_request_duration_seconds_count{${route},status="200"}`;
    const unknown = `sepet_http_request_duration_seconds_count{${route},status="404"}`;
    // Requests whose clients left leave the queue when its turn comes.
    await expect.poll(async () => (await read()).get('sepet_queue_depth')).toBe(0);
    await expect.poll(async () => (await read()).get('sepet_batches_running')).toBe(0);
    const before = await read();
    await Promise.all([ask(server.product), ask(server.product, '?limit=100'), ask('nothing')]);
    const after = await read();
    const grown = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    expect([grown(ok), grown(unknown)]).toEqual([2, 1]);
    expect(grown('sepet_queue_wait_seconds_count')).toBe(3);
    expect(grown('sepet_batch_size_sum')).toBe(3);
    expect(grown('sepet_batch_compute_seconds_count')).toBeGreaterThan(0);
    const items = [...after.keys()].filter((name) => name.startsWith('sepet_fill_items_total'));
    expect(items.reduce((sum, name) => sum + grown(name), 0)).toBe(
      110 - grown('sepet_fill_missing_items_total'),
    );
    expect(after.get('sepet_queue_depth')).toBe(0);
    expect(after.get('sepet_http_connections')).toBeGreaterThan(0);
    expect([...after.keys()].some((name) => name.includes(server.artifact))).toBe(true);
    expect(after.get('sepet_event_loop_utilisation')).toBeGreaterThan(0);
  });
});
