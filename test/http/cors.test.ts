// Pages of other origins: who may read what, and what browsers are told beforehand.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cors } from '../../src/http/cors.ts';
import { smallArtifact } from '../shops.ts';
import { send } from './sending.ts';
import { get, type Serving, serve } from './serving.ts';

const shop = 'https://shop.example';
let file: string;
const servers: Serving[] = [];
const start = async (...flags: string[]): Promise<Serving> => {
  const server = await serve(file, ...flags);
  servers.push(server);
  return server;
};
const allowed = 'access-control-allow-origin';
const variesBy = ({ headers }: { headers: NodeJS.Dict<string | string[]> }) =>
  String(headers.vary ?? '').split(', ');

beforeAll(() => {
  file = smallArtifact();
});

afterAll(() => {
  for (const { child } of servers) child.kill('SIGKILL');
});

describe('without --cors', () => {
  it('no page of another origin may read', async () => {
    const { url, product } = await start();
    const headers = { Origin: shop };
    const got = await get(`${url}/v1/products/${product}`, { headers });
    expect([got.status, got.headers[allowed]]).toEqual([200, undefined]);
    expect((await send('OPTIONS', `${url}/v1/products/${product}`, undefined, { headers })).status).toBe(405);
  });
});

describe('with origins', () => {
  let server: Serving;
  const path = () => `${server.url}/v1/products/${server.product}/bought-together`;
  const ask = (method: string, url: string, origin?: string) =>
    send(method, url, undefined, {
      headers: { ...(origin && { Origin: origin }), 'Access-Control-Request-Method': 'GET' },
    });

  beforeAll(async () => {
    server = await start('--cors', shop, '--cors', 'http://localhost:3000');
  });

  it('their pages may, others may not, and caches are told', async () => {
    for (const origin of [shop, 'http://localhost:3000']) {
      const got = await ask('GET', path(), origin);
      expect([got.status, got.headers[allowed]]).toEqual([200, origin]);
      expect(got.headers['access-control-expose-headers']).toContain('ETag');
      expect(got.headers['access-control-allow-credentials']).toBeUndefined();
      expect(variesBy(got)).toEqual(expect.arrayContaining(['Accept', 'Origin']));
    }
    for (const origin of ['https://evil.example', 'https://shop.example.evil', 'null', undefined]) {
      const got = await ask('GET', path(), origin);
      expect([origin, got.status, got.headers[allowed]]).toEqual([origin, 200, undefined]);
      expect(variesBy(got)).toContain('Origin');
    }
  });

  it('errors can be read, and 304 too', async () => {
    const unknown = await ask('GET', `${server.url}/v1/products/nobody`, shop);
    expect([unknown.status, unknown.headers[allowed]]).toEqual([404, shop]);
    const noPath = await ask('GET', `${server.url}/v1/nothing`, shop);
    expect([noPath.status, noPath.headers[allowed]]).toEqual([404, shop]);
    const { etag = '' } = (await ask('GET', path(), shop)).headers;
    const again = await get(path(), { headers: { Origin: shop, 'If-None-Match': etag } });
    expect([again.status, again.headers[allowed]]).toEqual([304, shop]);
  });

  it('browsers that ask beforehand are answered', async () => {
    const got = await ask('OPTIONS', `${server.url}/v1/events`, shop);
    expect([got.status, got.headers[allowed]]).toEqual([200, shop]);
    expect(got.headers['access-control-allow-methods']).toBe('POST');
    expect(got.headers['access-control-allow-headers']).toContain('Content-Type');
    expect(got.headers['access-control-max-age']).toBe('600');
    const other = await ask('OPTIONS', `${server.url}/v1/events`, 'https://evil.example');
    expect(other.headers[allowed]).toBeUndefined();
    expect(other.headers['access-control-allow-methods']).toBeUndefined();
  });

  it('administration and metrics take no part', async () => {
    for (const one of ['/admin/settings', '/admin/nothing', '/metrics', '/readyz']) {
      const got = await ask('GET', server.url + one, shop);
      expect([one, got.headers[allowed], got.headers.vary]).toEqual([one, undefined, undefined]);
      expect((await ask('OPTIONS', server.url + one, shop)).status).toBe(
        one === '/admin/nothing' ? 404 : 405,
      );
    }
  });
});

describe('an origin', () => {
  it('* is every page', async () => {
    const { url, product } = await start('--cors', '*');
    const got = await get(`${url}/v1/products/${product}`, { headers: { Origin: 'https://any.example' } });
    expect(got.headers[allowed]).toBe('*');
  });

  it.each(['shop.example', 'https://shop.example/', 'https://shop.example/page', 'null', ''])(
    '%j is a mistake',
    (origin) => {
      expect(() => Cors.of([origin])).toThrow(/--cors/);
    },
  );
});
