// /admin: who is let in, and what it does to a running server.

import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mapFile, type SectionInfo } from '../../src/native/index.ts';
import { writeShop } from '../recommend/shop.ts';
import { smallArtifact } from '../shops.ts';
import { outerAddress, send } from './sending.ts';
import { type Got, get, json, keepAlive, type Serving, serve, serveWith } from './serving.ts';

const token = 'a-token-of-more-than-sixteen';
const folder = mkdtempSync(join(tmpdir(), 'sepet-admin-'));
let file: string;
let server: Serving;
const started: Serving[] = [];

async function start(artifact: string, ...flags: string[]): Promise<Serving> {
  server = await serve(artifact, ...flags);
  started.push(server);
  return server;
}

const admin = (method: string, path: string, body?: unknown, options = {}): Promise<Got> =>
  send(method, `${server.url}/admin/${path}`, body, options);
const codeOf = (got: Got) => [got.status, json(got).code];
const metric = async (name: string): Promise<number> => {
  const text = (await get(`${server.url}/metrics`)).body.toString();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1) ?? Number.NaN);
};
const ask = (parameters = ''): Promise<Got> =>
  get(`${server.url}/v1/products/${server.product}/bought-together?${parameters}`);
const answer = async (parameters = '') =>
  json(await ask(parameters)) as { policy: string; artifact: string; explain: { efSearch: number } };

beforeAll(() => {
  file = smallArtifact();
});

afterEach(() => {
  for (const { child } of started.splice(0)) child.kill('SIGKILL');
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('who is let in', () => {
  it('with a token: who has it, and nobody else', async () => {
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, `  ${token}\n`);
    await start(file, '--admin-token-file', tokenFile);
    const missing = await admin('GET', 'settings');
    expect(codeOf(missing)).toEqual([401, 'token_missing']);
    expect(missing.headers['www-authenticate']).toBe('Bearer realm="sepet"');
    const basic = await admin('GET', 'settings', undefined, { headers: { Authorization: `Basic ${token}` } });
    expect(codeOf(basic)).toEqual([401, 'token_missing']);
    const wrong = await admin('GET', 'settings', undefined, {
      headers: { Authorization: `Bearer ${token}x` },
    });
    expect(codeOf(wrong)).toEqual([401, 'token_invalid']);
    expect(wrong.headers['www-authenticate']).toContain('invalid_token');
    const right = await admin('GET', 'settings', undefined, {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect([right.status, json(right), right.headers['cache-control']]).toEqual([
      200,
      { efSearch: null },
      'no-store',
    ]);
    expect(await metric('sepet_admin_refused_total{code="token_invalid"}')).toBe(1);
    expect(await server.said('/admin refused 127.0.0.1')).not.toContain(token);
    const { status } = await admin('POST', 'drain', undefined, { headers: {} });
    expect(status).toBe(401);
    expect((await get(`${server.url}/readyz`)).status).toBe(200);
  });

  it('who guesses is stopped, also when the guess is right; others are not', async () => {
    server = await serveWith([file], { SEPET_ADMIN_TOKEN: token });
    started.push(server);
    const guess = (text: string, localAddress: string) =>
      admin('GET', 'settings', undefined, { headers: { Authorization: `Bearer ${text}` }, localAddress });
    const codes = [];
    for (let i = 0; i < 12; i++) codes.push((await guess(`guess-number-${i}-of-many`, '127.0.0.5')).status);
    expect(codes).toEqual([...Array(10).fill(401), 429, 429]);
    const late = await guess(token, '127.0.0.5');
    expect(codeOf(late)).toEqual([429, 'client_limited']);
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
    expect((await guess(token, '127.0.0.6')).status).toBe(200);
    const lines = server
      .log()
      .split('\n')
      .filter((line) => line.includes('/admin refused'));
    expect(lines.length).toBeLessThan(8);
  });

  it('a token too short, or a file that is not there, is a mistake', async () => {
    const short = join(folder, 'short');
    writeFileSync(short, 'secret\n');
    await expect(serve(file, '--admin-token-file', short)).rejects.toThrow(/16.*\[option_invalid\]/);
    await expect(serveWith([file], { SEPET_ADMIN_TOKEN: 'x' })).rejects.toThrow(/\[option_invalid\]/);
    await expect(serve(file, '--admin-token-file', join(folder, 'none'))).rejects.toThrow(
      /\[input_missing\]/,
    );
  });

  it('without a token: programs of this machine, and neither proxies, pages nor other machines', async () => {
    await start(file, '--host', '0.0.0.0');
    const local = server.url.replace('0.0.0.0', '127.0.0.1');
    const asked = (headers: Record<string, string>) =>
      send('GET', `${local}/admin/settings`, undefined, { headers });
    expect((await asked({})).status).toBe(200);
    expect((await asked({ Origin: local })).status).toBe(200);
    for (const headers of [
      { 'X-Forwarded-For': '127.0.0.1' },
      { Forwarded: 'for=127.0.0.1' },
      { Host: 'rebound.example' },
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
    ] as Record<string, string>[]) {
      const got = await asked(headers);
      expect([JSON.stringify(headers), ...codeOf(got)]).toEqual([
        JSON.stringify(headers),
        403,
        'admin_closed',
      ]);
    }
    const outer = outerAddress();
    if (outer === undefined) return;
    const url = `${local.replace('127.0.0.1', outer)}/admin/settings`;
    const got = await send('GET', url, undefined, { headers: { Host: 'localhost' } });
    expect(codeOf(got)).toEqual([403, 'admin_closed']);
  });
});

describe('settings', () => {
  it('efSearch is live, for requests that name none', async () => {
    await start(file);
    const before = (await ask('limit=3')).headers.etag;
    expect((await answer('explain=1')).explain.efSearch).toBe(200);
    const put = await admin('PUT', 'settings', { efSearch: 120 });
    expect([put.status, json(put)]).toEqual([200, { efSearch: 120 }]);
    expect(json(await admin('GET', 'settings'))).toEqual({ efSearch: 120 });
    expect((await answer('explain=1')).explain.efSearch).toBe(120);
    expect((await answer('explain=1&efSearch=77')).explain.efSearch).toBe(77);
    const posted = await send('POST', `${server.url}/v1/bought-together`, {
      product: server.product,
      explain: true,
    });
    expect(json(posted)).toMatchObject({ explain: { efSearch: 120 } });
    expect((await ask('limit=3')).headers.etag).not.toBe(before);
    await admin('PUT', 'settings', { efSearch: null });
    expect((await answer('explain=1')).explain.efSearch).toBe(200);
    expect((await ask('limit=3')).headers.etag).toBe(before);
  });

  it('what cannot be set is said', async () => {
    await start(file);
    for (const [body, code, said] of [
      [{ efSearch: 5 }, 'option_invalid', '10 to 4096'],
      [{ efSearch: '100' }, 'option_invalid', 'efSearch'],
      [{ efsearch: 100 }, 'option_unknown', 'Did you mean "efSearch"?'],
      [[], 'option_invalid', 'body'],
      ['{"efSearch":', 'body_invalid', 'JSON'],
    ] as const) {
      const got = await admin('PUT', 'settings', body);
      expect(codeOf(got)).toEqual([400, code]);
      expect(json(got).detail).toContain(said);
    }
    expect((await admin('DELETE', 'settings')).headers.allow).toBe('GET, HEAD, PUT');
  });
});

describe('drain', () => {
  it('fails /readyz while requests are answered, and can be taken back', async () => {
    await start(file);
    expect(json(await admin('POST', 'drain'))).toEqual({ drained: true });
    expect(codeOf(await get(`${server.url}/readyz`))).toEqual([503, 'draining']);
    expect((await get(`${server.url}/livez`)).status).toBe(200);
    expect((await ask()).status).toBe(200);
    expect(json(await admin('DELETE', 'drain'))).toEqual({ drained: false });
    expect((await get(`${server.url}/readyz`)).status).toBe(200);
  });
});

describe('policies', () => {
  const pdp = { name: 'pdp', revision: 1, limit: 2 };

  it('are put, replaced and taken back', async () => {
    const own = join(folder, 'pdp.yaml');
    writeFileSync(own, 'name: pdp\nrevision: 7\nlimit: 5\n');
    await start(file, '--policy', own);
    const cart = await admin('PUT', 'policies/cart', { name: 'cart', placement: ['basket'], limit: 3 });
    expect([cart.status, json(cart).changed, json(cart).policies]).toEqual([200, true, ['pdp@7', 'cart@1']]);
    expect((await answer('placement=basket')).policy).toBe('cart@1');
    expect(json(await get(`${server.url}/v1/policies`))).toMatchObject({ default: 'pdp' });
    expect(codeOf(await admin('PUT', 'policies/pdp', pdp))).toEqual([409, 'policy_stale']);
    expect(codeOf(await admin('PUT', 'policies/pdp', { ...pdp, revision: 7 }))).toEqual([
      409,
      'policy_stale',
    ]);
    const same = await admin('PUT', 'policies/pdp', { name: 'pdp', revision: 7, limit: 5 });
    expect([same.status, json(same).changed]).toEqual([200, false]);
    expect((await admin('PUT', 'policies/pdp', { ...pdp, revision: 8 })).status).toBe(200);
    expect((await answer()).policy).toBe('pdp@8');
    const removed = json(await admin('DELETE', 'policies/pdp'));
    expect(removed).toEqual({ removed: 'pdp', restored: 'pdp@7', policies: ['pdp@7', 'cart@1'] });
    expect((await answer()).policy).toBe('pdp@7');
    expect(codeOf(await admin('DELETE', 'policies/pdp'))).toEqual([409, 'policy_fixed']);
    expect(json(await admin('DELETE', 'policies/cart')).policies).toEqual(['pdp@7']);
    expect(codeOf(await admin('DELETE', 'policies/cart'))).toEqual([404, 'policy_unknown']);
  });

  it('that are wrong are refused, and nothing changes', async () => {
    await start(file);
    for (const [name, document, said] of [
      ['pdp', { ...pdp, filtres: [] }, 'filters'],
      ['pdp', { ...pdp, filters: [{ name: 'b', keep: { brand: 'Nobody' } }] }, 'Nobody'],
      ['other', pdp, '"other"'],
    ] as const) {
      const got = await admin('PUT', `policies/${name}`, document);
      expect(got.status).toBe(400);
      expect(json(got).detail).toContain(said);
    }
    expect(json(await get(`${server.url}/v1/policies`))).toMatchObject({ policies: [{ name: 'default' }] });
    const large = JSON.stringify({ ...pdp, description: 'x'.repeat(300_000) });
    expect((await admin('PUT', 'policies/pdp', large)).status).toBe(413);
  });

  it('are tried without being served', async () => {
    await start(file);
    const request = { product: server.product, limit: 3, explain: true };
    const tried = json(await admin('POST', 'policies/try', { policy: pdp, request }));
    expect(tried).toMatchObject({ product: server.product, policy: 'pdp@1', filled: { wanted: 3 } });
    expect(tried.explain).toBeDefined();
    expect((await answer()).policy).toBe('default@1');
    const wrong = await admin('POST', 'policies/try', { policy: { ...pdp, limit: 0 }, request });
    expect(codeOf(wrong)).toEqual([400, 'policy_invalid']);
    const unknown = await admin('POST', 'policies/try', { policy: pdp, request: { product: 'nobody' } });
    expect(codeOf(unknown)).toEqual([404, 'product_unknown']);
    const misspelled = await admin('POST', 'policies/try', { policy: pdp, request: { ...request, limt: 3 } });
    expect(json(misspelled).detail).toContain('limit');
  });
});

describe('reload of a file', () => {
  /** Puts another file in the place of the one that is served, as `mv` does. */
  function replace(target: string, source: string, change?: (bytes: Buffer) => void): void {
    const bytes = readFileSync(source);
    change?.(bytes);
    writeFileSync(`${target}.new`, bytes);
    renameSync(`${target}.new`, target);
  }

  it('serves the new file, failing no request', async () => {
    const live = join(folder, 'live.sepet');
    const other = join(folder, 'other.sepet');
    await writeShop(other, { seed: 3, products: 500 });
    await writeShop(live, { seed: 4, products: 400 });
    const first = join(folder, 'first.sepet');
    copyFileSync(live, first);
    const policy = join(folder, 'live.yaml');
    writeFileSync(policy, 'name: live\nrevision: 1\n');
    await start(live, '--policy', policy, '--workers', '2');
    const before = server.artifact;
    const agent = keepAlive(4);
    const answers: Got[] = [];
    let isOver = false;
    const clients = Array.from({ length: 4 }, async (_, i) => {
      for (let n = i; !isOver; n += 4)
        answers.push(await get(`${server.url}/v1/products/P${n % 400}/bought-together`, { agent }));
    });
    expect(json(await admin('POST', 'reload'))).toMatchObject({ artifact: before, changed: false });
    replace(live, other);
    writeFileSync(policy, 'name: live\nrevision: 2\n');
    // What comes meanwhile stands in line.
    const [reloaded, put] = await Promise.all([
      admin('POST', 'reload'),
      admin('PUT', 'policies/tried', { name: 'tried', limit: 1 }),
    ]);
    expect([reloaded.status, json(reloaded).changed, put.status]).toEqual([200, true, 200]);
    const now = json(await get(`${server.url}/v1/artifact`));
    expect([now.products, now.artifact]).toEqual([500, json(reloaded).artifact]);
    expect(json(reloaded).policies).toContain('live@2');
    for (let i = 0; i < 5; i++) {
      replace(live, i % 2 === 0 ? first : other);
      expect((await admin('POST', 'reload')).status).toBe(200);
    }
    isOver = true;
    await Promise.all(clients);
    agent.destroy();
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map((got) => json(got).artifact))).toEqual(new Set([before, now.artifact]));
    expect(await metric('sepet_artifact_damaged')).toBe(0);
  });

  it('refuses a damaged file, loudly, and serves on', async () => {
    const live = join(folder, 'harmed.sepet');
    const other = join(folder, 'harm.sepet');
    await writeShop(live, { seed: 5, products: 400 });
    await writeShop(other, { seed: 6, products: 400 });
    await start(live);
    const { offset, bytes } = mapFile(other).sections.find(
      ({ name }) => name === 'title.bytes',
    ) as SectionInfo;
    replace(live, other, (content) => {
      const at = offset + (bytes >> 1);
      content[at] = (content[at] ?? 0) ^ 1;
    });
    const got = await admin('POST', 'reload');
    expect(codeOf(got)).toEqual([400, 'file_damaged']);
    expect(await metric('sepet_swaps_total{result="refused"}')).toBe(1);
    const line = (await server.said(/refused.*\n/)).split('\n').find((one) => one.includes('refused'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ level: 'error', code: 'file_damaged' });
    expect((await answer()).artifact).toBe(server.artifact);
    expect((await get(`${server.url}/readyz`)).status).toBe(200);
    const both = await Promise.all([admin('POST', 'reload'), admin('POST', 'reload')]);
    expect(both.map(({ status }) => status)).toEqual([400, 400]);
    rmSync(live);
    expect(codeOf(await admin('POST', 'reload'))).toEqual([404, 'file_not_found']);
    replace(live, other);
    expect(json(await admin('POST', 'reload')).changed).toBe(true);
  });

  it('cannot repair the very artifact that is served, and says so', async () => {
    const live = join(folder, 'late.sepet');
    const good = join(folder, 'good.sepet');
    await writeShop(good, { seed: 7, products: 400 });
    const { offset, bytes } = mapFile(good).sections.find(
      ({ name }) => name === 'title.bytes',
    ) as SectionInfo;
    replace(live, good, (content) => {
      const at = offset + (bytes >> 1);
      content[at] = (content[at] ?? 0) ^ 1;
    });
    await start(live);
    await expect.poll(() => metric('sepet_artifact_damaged')).toBe(1);
    replace(live, good);
    const got = await admin('POST', 'reload');
    expect(codeOf(got)).toEqual([400, 'file_damaged']);
    expect(json(got).detail).toContain('restart');
    expect(codeOf(await get(`${server.url}/readyz`))).toEqual([503, 'file_damaged']);
    const other = join(folder, 'another.sepet');
    await writeShop(other, { seed: 8, products: 400 });
    replace(live, other);
    expect((await admin('POST', 'reload')).status).toBe(200);
    expect((await get(`${server.url}/readyz`)).status).toBe(200);
  });
});
