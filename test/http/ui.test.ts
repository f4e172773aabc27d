// The pages as files: their headers, their compressed forms, what a browser and a program get at the root.

import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../../src/base/log.ts';
import { codingFor } from '../../src/http/codings.ts';
import { type Server, startServer } from '../../src/http/server.ts';
import { defaultPolicy } from '../../src/policy/defaults.ts';
import { inlineRunner } from '../../src/pool/runner.ts';
import { artifactOpener, Versions } from '../../src/pool/versions.ts';
import { openRecommender } from '../../src/recommend/open.ts';
import { temporaryFolder, writeShop } from '../recommend/shop.ts';
import { smallArtifact } from '../shops.ts';
import { type Got, get, json, type Serving, serve } from './serving.ts';

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
const br = { 'accept-encoding': 'gzip, deflate, br, zstd' };

let server: Serving;
beforeAll(async () => {
  server = await serve(smallArtifact());
});
afterAll(() => server?.stop());

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> =>
  get(server.url + path, { headers, method });

describe('which coding a file is sent in', () => {
  it.each([
    ['', undefined],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['br;q=0, *', 'gzip'],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['identity', undefined],
    ['identity;q=0.5, gzip;q=0.5', 'gzip'],
    ['identity, gzip;q=0.5', undefined],
    ['gzip;q=0', undefined],
    ['GZIP ; Q=1', 'gzip'],
    ['gzip;q=2, br;q=x', undefined],
    ['deflate, zstd', undefined],
    [' , ,', undefined],
  ])('%j: %s', (header, coding) => {
    expect(codingFor(header, ['br', 'gzip'])).toBe(coding);
  });

  it('is one that the file lies ready in', () => {
    expect(codingFor('br, gzip', ['gzip'])).toBe('gzip');
    expect(codingFor('br', ['gzip'])).toBeUndefined();
    expect(codingFor('br, gzip', [])).toBeUndefined();
  });
});

describe('the root', () => {
  it('sends browsers to the pages and tells programs that there is nothing', async () => {
    const sent = await ask('/?a=1', browser);
    expect([sent.status, sent.headers.location, sent.headers.vary]).toEqual([302, '/ui/?a=1', 'Accept']);
    for (const accept of ['*/*', 'application/json', 'application/json, text/html;q=0.5', 'text/html;q=0']) {
      const got = await ask('/', { accept });
      expect([got.status, json(got).code, got.headers.vary]).toEqual([404, 'route_unknown', 'Accept']);
    }
  });

  it('/ui and /ui/shop lead to their folders, the query kept', async () => {
    for (const [path, to] of [
      ['/ui', '/ui/'],
      ['/ui?x=%20', '/ui/?x=%20'],
      ['/ui/shop?product=P1', '/ui/shop/?product=P1'],
    ] as const) {
      const got = await ask(path);
      expect([got.status, got.headers.location]).toEqual([308, to]);
    }
  });
});

const pages = ['/ui/', '/ui/try?product=P1', '/ui/compare', '/ui/policies', '/ui/overview', '/ui/shop/'];

describe('a page', () => {
  it.each(pages)('%s may load nothing from elsewhere and be embedded nowhere', async (path) => {
    const { status, headers, body } = await ask(path);
    expect(status).toBe(200);
    expect(body.toString()).toMatch(/^<!doctype html>/i);
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['permissions-policy']).toContain('camera=()');
    // What the policy would block is not there.
    expect(body.toString()).not.toMatch(/<style|style="|<script>|<script(?![^>]*src=)|\son\w+=/);
  });

  it('loads files that may be kept for ever, and all of them are there', async () => {
    for (const path of ['/ui/', '/ui/shop/']) {
      const html = (await ask(path)).body.toString();
      const loaded = [...html.matchAll(/(?:src|href)="(\/ui\/[^"]+)"/g)].map(([, url = '']) => url);
      expect(loaded.length).toBeGreaterThan(0);
      for (const url of loaded.filter((one) => one.startsWith('/ui/assets/'))) {
        const got = await ask(url);
        expect([url, got.status, got.headers['cache-control']]).toEqual([
          url,
          200,
          'public, max-age=31536000, immutable',
        ]);
      }
    }
  });

  it('comes compressed as the client likes it, and its tag is of those bytes', async () => {
    const plain = await ask('/ui/');
    const brotli = await ask('/ui/', br);
    const gzip = await ask('/ui/', { 'accept-encoding': 'gzip' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect([brotli.headers['content-encoding'], gzip.headers['content-encoding']]).toEqual(['br', 'gzip']);
    expect(brotliDecompressSync(brotli.body)).toEqual(plain.body);
    expect(gunzipSync(gzip.body)).toEqual(plain.body);
    const all = [plain, brotli, gzip];
    expect(all.map(({ headers }) => headers.vary)).toEqual(Array(3).fill('Accept-Encoding'));
    expect(new Set(all.map(({ headers }) => headers.etag)).size).toBe(3);
    const tag = String(brotli.headers.etag);
    const same = await ask('/ui/try', { ...br, 'if-none-match': `"x", ${tag}` });
    expect([same.status, same.headers.etag, same.body.length]).toEqual([304, tag, 0]);
    expect(same.headers['content-encoding']).toBeUndefined();
    expect((await ask('/ui/', { 'if-none-match': tag })).status).toBe(200);
  });

  it('can be asked as HEAD, and not otherwise', async () => {
    const whole = await ask('/ui/', br);
    const head = await ask('/ui/', br, 'HEAD');
    expect([head.status, head.headers['content-length']]).toEqual([200, String(whole.body.length)]);
    expect([head.headers.etag, head.body.length]).toEqual([whole.headers.etag, 0]);
    for (const path of ['/ui/', '/ui/media/x.png', '/ui/config.json']) {
      const got = await ask(path, {}, 'POST');
      expect([got.status, got.headers.allow]).toEqual([405, 'GET, HEAD']);
    }
  });

  it('is a 404 with the nearest one where there is none', async () => {
    const got = await ask('/ui/trry');
    expect([got.status, json(got).code, json(got).detail]).toEqual([
      404,
      'route_unknown',
      'There is no /ui/trry. Did you mean "/ui/try"?',
    ]);
    for (const path of [
      '/ui/index.html.br',
      '/ui//',
      '/ui/assets',
      '/ui/../package.json',
      '/ui/%2e%2e/x',
      '/ui/.x',
    ])
      expect((await raw(path)).status).toBe(404);
  });
});

/** Without a client that tidies the path up. */
const raw = (path: string): Promise<Got> => {
  const { hostname, port } = new URL(server.url);
  return get(server.url, { hostname, port, path });
};

describe('the widget', () => {
  it('may be loaded by pages of other origins', async () => {
    const { status, headers, body } = await ask('/ui/widget.js', { origin: 'https://shop.example' });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'public, max-age=300, stale-while-revalidate=86400',
    });
    expect(body.length).toBeGreaterThan(1000);
  });
});

describe('config.json', () => {
  it('tells what the server was started with', async () => {
    const got = await ask('/ui/config.json');
    expect(json(got)).toEqual({
      ...{ images: null, version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
      ...{ events: false, verdicts: false, releases: false },
    });
    expect(got.headers['cache-control']).toBe('no-cache');
  });
});

describe('with limits and other origins', () => {
  it('files have one Access-Control-Allow-Origin at most and no limit by client', async () => {
    const limited = await serve(smallArtifact(), '--cors', 'https://shop.example', '--client-rate', '1');
    const from = { headers: { origin: 'https://shop.example' } };
    for (let i = 0; i < 20; i++) {
      const got = await get(`${limited.url}/ui/widget.js`, from);
      expect([got.status, got.headers['access-control-allow-origin']]).toEqual([200, '*']);
    }
    const config = await get(`${limited.url}/ui/config.json`, from);
    expect(config.headers['access-control-allow-origin']).toBe('https://shop.example');
    expect((await get(`${limited.url}/ui/`, from)).headers['access-control-allow-origin']).toBeUndefined();
    await limited.stop();
  });
});

describe('a folder of pages', () => {
  const folder = temporaryFolder();
  let made: Server;
  const url = (path: string): string => `http://127.0.0.1:${made.port}${path}`;

  beforeAll(async () => {
    const file = folder.path('shop.sepet');
    await writeShop(file, { seed: 3, products: 50 });
    const policies = [defaultPolicy];
    const recommender = openRecommender(file, { policy: policies });
    const { artifact } = recommender.info;
    const version = { number: 1, file, artifact, policies, pages: 'map' as const };
    const versions = new Versions(artifactOpener());
    versions.prepare(version);
    made = await startServer({
      ...{
        host: '127.0.0.1',
        port: 0,
        maxBatch: 8,
        queue: 100,
        resultCacheMb: 0,
        resultCacheSeconds: 60,
        cacheSeconds: 0,
      },
      ...{ recommender, policies, runner: inlineRunner(versions, version) },
      ...{ log: createLog('json', () => {}), uiFolder: folder.path('ui') },
    });
  });
  afterAll(async () => {
    await made?.stop({ drainSeconds: 0, lingerSeconds: 0 });
    folder.remove();
  });

  it('that was not built is said to be so, until it is there', async () => {
    const before = await get(url('/ui/'));
    expect([before.status, json(before).code]).toEqual([404, 'ui_missing']);
    expect(json(before).detail).toContain('npm run build');
    mkdirSync(folder.path('ui/assets'), { recursive: true });
    const write = (name: string, text: string | Uint8Array): void =>
      writeFileSync(join(folder.path('ui'), name), text);
    write('index.html', '<!doctype html><title>1</title>');
    write('assets/old.js', '1');
    write('assets/old.js.gz', gzipSync('0'));
    // The compressed form of an earlier build.
    utimesSync(join(folder.path('ui'), 'assets/old.js.gz'), 1, 1);
    write('notes.md', 'not served');
    expect((await get(url('/ui/'))).body.toString()).toContain('<title>1');
    const script = await get(url('/ui/assets/old.js'), { headers: { 'accept-encoding': 'gzip' } });
    expect([script.body.toString(), script.headers['content-encoding']]).toEqual(['1', undefined]);
    expect((await get(url('/ui/notes.md'))).status).toBe(404);
    expect((await get(url('/ui/widget.js'))).status).toBe(404);
  });

  it('is served as it was first read', async () => {
    writeFileSync(join(folder.path('ui'), 'index.html'), '<!doctype html><title>2</title>');
    expect((await get(url('/ui/'))).body.toString()).toContain('<title>1');
  });
});
