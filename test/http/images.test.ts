// Pictures of products: what of a folder is served, and that nothing outside it ever is.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { ImageFiles } from '../../src/http/image-files.ts';
import { imageNames } from '../../src/http/image-path.ts';
import { Ui } from '../../src/http/ui.ts';
import { temporaryFolder } from '../recommend/shop.ts';
import { smallArtifact } from '../shops.ts';
import { type Got, get, json, type Serving, serve } from './serving.ts';

const folder = temporaryFolder();
const root = folder.path('images');
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
const secret = 'nobody may see this';
const seed = 20_261_122;

let server: Serving;
beforeAll(async () => {
  for (const path of ['images/a b', 'images/.hidden', 'images/folder.png', 'outside', 'images-2'])
    mkdirSync(folder.path(path), { recursive: true });
  const write = (path: string, text: string | Uint8Array): void => writeFileSync(folder.path(path), text);
  write('images/lamp.svg', svg);
  write('images/a b/ışık.PNG', 'png');
  write('images/a b/photo.jpeg', 'jpeg');
  write('images/.hidden/x.png', secret);
  write('images/.x.png', secret);
  write('images/orders.csv', secret);
  write('images/empty.gif', '');
  write('images/large.webp', new Uint8Array(limits.imageBytes.max + 1));
  write('images/largest.webp', new Uint8Array(limits.imageBytes.max));
  write('outside/secret.png', secret);
  write('images-2/secret.png', secret);
  write('secret.svg', secret);
  symlinkSync(folder.path('images/lamp.svg'), folder.path('images/inside.svg'));
  symlinkSync(folder.path('outside/secret.png'), folder.path('images/outside.png'));
  symlinkSync(folder.path('outside'), folder.path('images/door'));
  symlinkSync(folder.path('images/orders.csv'), folder.path('images/orders.png'));
  symlinkSync(folder.path('images/.x.png'), folder.path('images/shown.png'));
  symlinkSync('circle.png', folder.path('images/circle.png'));
  server = await serve(smallArtifact(), '--images', root);
});
afterAll(async () => {
  await server?.stop();
  folder.remove();
});

/** As it is written: no client tidies the path up. */
function ask(path: string, headers: Record<string, string> = {}): Promise<Got> {
  const { hostname, port } = new URL(server.url);
  return get(server.url, { hostname, port, path: `/ui/media/${path}`, headers });
}

describe('an image', () => {
  it.each([
    ['lamp.svg', 'image/svg+xml', svg],
    ['inside.svg', 'image/svg+xml', svg],
    ['a%20b/%C4%B1%C5%9F%C4%B1k.PNG', 'image/png', 'png'],
    ['a%20b%2Fphoto.jpeg', 'image/jpeg', 'jpeg'],
    ['empty.gif', 'image/gif', ''],
  ])('%s is served for pages of any origin', async (path, type, body) => {
    const got = await ask(path);
    expect([got.status, got.headers['content-type'], got.body.toString()]).toEqual([200, type, body]);
    expect(got.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'public, max-age=300',
    });
    const again = await ask(path, { 'if-none-match': String(got.headers.etag) });
    expect([again.status, again.headers.etag]).toEqual([304, got.headers.etag]);
  });

  it('that is a drawing can run nothing', async () => {
    const { headers } = await ask('lamp.svg');
    expect(headers['content-security-policy']).toBe("default-src 'none'; style-src 'unsafe-inline'; sandbox");
  });

  it.each([
    ['missing.png', 'file_not_found'],
    ['orders.csv', 'image_refused'],
    ['lamp.svg.', 'file_not_found'],
    ['large.webp', 'image_refused'],
    ['folder.png', 'file_not_found'],
    ['lamp.svg/x.png', 'file_not_found'],
    ['circle.png', 'file_not_found'],
    ['outside.png', 'file_not_found'],
    ['door/secret.png', 'file_not_found'],
    ['orders.png', 'file_not_found'],
    ['shown.png', 'file_not_found'],
    ['.x.png', 'file_not_found'],
    ['.hidden/x.png', 'file_not_found'],
    ['../secret.svg', 'file_not_found'],
    ['../images-2/secret.png', 'file_not_found'],
    ['a%20b/../../secret.svg', 'file_not_found'],
    ['%2e%2e/secret.svg', 'file_not_found'],
    ['%2e%2e%2fsecret.svg', 'file_not_found'],
    ['..%5csecret.svg', 'file_not_found'],
    ['%252e%252e/secret.svg', 'file_not_found'],
    ['lamp.svg%00.png', 'file_not_found'],
    ['/lamp.svg', 'file_not_found'],
    ['C:%5Csecret.svg', 'file_not_found'],
    ['', 'file_not_found'],
    [`${'x'.repeat(300)}.png`, 'file_not_found'],
  ])('%s is none: %s', async (path, code) => {
    const got = await ask(path);
    expect([got.status, json(got).code]).toEqual([404, code]);
    expect(got.body.toString()).not.toContain(folder.path(''));
  });

  it('may have a size up to the limit', async () => {
    expect((await ask('largest.webp')).body.length).toBe(limits.imageBytes.max);
  });

  it('whose name is no UTF-8 is an error', async () => {
    const got = await ask('%ff.png');
    expect([got.status, json(got).code]).toEqual([400, 'url_invalid']);
  });

  it('is read once by many who ask at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, i) => ask(i % 2 ? 'lamp.svg' : 'largest.webp')),
    );
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe(`whatever the path (fast-check seed ${seed})`, () => {
  const piece = fc.oneof(
    fc.constantFrom('..', '.', '', '/', '\\', '%2e', '%2F', '%5c', '\0', ':', '~', '...', '.. ', ' ', 'C:'),
    fc.constantFrom(
      'images',
      'images-2',
      'outside',
      'secret.png',
      'secret.svg',
      'door',
      'outside.png',
      'a b',
    ),
    fc.string({ unit: 'binary', maxLength: 6 }),
  );
  const path = fc
    .array(fc.tuple(piece, fc.constantFrom('/', '\\', '', '/', '//')), { maxLength: 8 })
    .map((pieces) => pieces.flat().join(''));

  it('nothing outside the folder is read', async () => {
    const images = new ImageFiles(root);
    await fc.assert(
      fc.asyncProperty(path, fc.constantFrom('', '.png', '/secret.png', '/lamp.svg'), async (start, end) => {
        const found = await images.image(start + end).catch((error: { code?: string }) => error);
        if ('body' in found) expect(Buffer.from(found.body).toString()).not.toContain(secret);
        else expect(['file_not_found', 'image_refused']).toContain(found.code);
        const names = imageNames(start + end);
        if (names !== undefined) expect(join(root, ...names).startsWith(root + sep)).toBe(true);
      }),
      { seed, numRuns: 3000 },
    );
  });

  it('the server answers without it', async () => {
    const encoded = path.map((text) =>
      [...text].map((one) => (one > ' ' && one < '\x7f' ? one : '%00')).join(''),
    );
    await fc.assert(
      fc.asyncProperty(encoded, fc.constantFrom('', 'secret.png', '%2fsecret.svg'), async (start, end) => {
        const got = await ask(start + end);
        expect([200, 304, 308, 400, 404]).toContain(got.status);
        expect(got.body.toString()).not.toContain(secret);
      }),
      { seed, numRuns: 300 },
    );
  });
});

describe('--images', () => {
  it('is told to the pages', async () => {
    const got = json(await get(`${server.url}/ui/config.json`));
    expect(got.images).toBe('/ui/media/');
  });

  it('may be an address, which the pages may then load from', async () => {
    const other = await serve(smallArtifact(), '--images', 'https://cdn.example/shop');
    const config = json(await get(`${other.url}/ui/config.json`));
    expect(config.images).toBe('https://cdn.example/shop/');
    const { headers } = await get(`${other.url}/ui/`);
    expect(headers['content-security-policy']).toContain("img-src 'self' data: https://cdn.example;");
    const none = await get(`${other.url}/ui/media/lamp.svg`);
    expect([none.status, json(none).code]).toEqual([404, 'file_not_found']);
    await other.stop();
  });

  it.each([
    ['http://cdn.example', 'option_invalid'],
    ['https://user:word@cdn.example', 'option_invalid'],
    ['https://cdn.example/?a=1', 'option_invalid'],
    ['https://', 'option_invalid'],
    ['https://cdn.example;script-src *', 'option_invalid'],
    ['/nowhere/at/all', 'input_missing'],
    [import.meta.filename, 'input_missing'],
  ])('%s is refused', (images, code) => {
    expect(() => new Ui({ images })).toThrow(expect.objectContaining({ code }));
  });
});
