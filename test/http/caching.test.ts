// What of answers is kept, here and on the way, and how long a caller waits: against a real server.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallArtifact } from '../shops.ts';
import { type Got, get, json, type Serving, serve } from './serving.ts';

let server: Serving;

const ask = (query = '', headers: Record<string, string> = {}): Promise<Got> =>
  get(`${server.url}/v1/products/${encodeURIComponent(server.product)}/bought-together${query}`, { headers });

async function counted(): Promise<Record<string, number>> {
  const text = (await get(`${server.url}/metrics`)).body.toString();
  const lines = text.matchAll(/^sepet_cache_requests_total\{result="(\w+)"\} (\d+)/gm);
  return Object.fromEntries([...lines].map(([, result, count]) => [result, Number(count)]));
}

/** What was counted while `work` ran. */
async function during(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await counted();
  await work();
  const after = await counted();
  return Object.fromEntries(Object.entries(after).map(([name, n]) => [name, n - (before[name] ?? 0)]));
}

beforeAll(async () => {
  server = await serve(smallArtifact(), '--workers', '1');
});

afterAll(async () => {
  await server?.stop();
});

describe('an answer', () => {
  it('is kept, and the same from there', async () => {
    const answers: Got[] = [];
    const count = await during(async () => {
      for (let i = 0; i < 3; i++) answers.push(await ask('?limit=7'));
    });
    expect(count).toEqual({ hit: 2, miss: 1, joined: 0 });
    const [first, ...others] = answers;
    for (const other of others) expect(other).toMatchObject({ status: 200, body: first?.body });
    expect(others[0]?.headers).toMatchObject({
      etag: first?.headers.etag,
      'content-type': 'application/json',
    });
  });

  it('is kept once, however the same is asked for', async () => {
    const count = await during(async () => {
      await ask('?limit=8&gamma=0.4');
      await ask('?gamma=0.4&limit=8');
      await ask('?gamma=0.4&limit=%38');
      await ask('?gamma=0.4&limit=8');
    });
    expect(count).toEqual({ hit: 3, miss: 1, joined: 0 });
  });

  it('is another one in another encoding', async () => {
    const [plain, packed] = [await ask(), await ask('', { accept: 'application/vnd.msgpack' })];
    expect(plain.headers['content-type']).toBe('application/json');
    expect(packed.headers['content-type']).toBe('application/vnd.msgpack');
    expect(packed.body.equals(plain.body)).toBe(false);
    expect(packed.headers.etag).not.toBe(plain.headers.etag);
    expect([plain.headers.vary, packed.headers.vary]).toEqual(['Accept', 'Accept']);
  });

  it('may be kept by caches on the way, which can ask whether it still holds', async () => {
    const { headers, body } = await ask('?limit=3');
    expect(headers['cache-control']).toBe('public, s-maxage=60, stale-while-revalidate=300');
    const etag = String(headers.etag);
    expect(etag).toMatch(/^"[0-9a-z]+-[0-9a-z]+"$/);
    for (const known of [etag, `W/${etag}`, `"old", ${etag}`]) {
      const again = await ask('?limit=3', { 'if-none-match': known });
      expect([again.status, again.body.length]).toEqual([304, 0]);
      expect(again.headers).toMatchObject({
        etag,
        vary: 'Accept',
        'cache-control': headers['cache-control'],
      });
      expect(again.headers['content-type']).toBeUndefined();
    }
    const changed = await ask('?limit=3', { 'if-none-match': '"old"' });
    expect([changed.status, changed.body]).toEqual([200, body]);
  });

  it('still holds where nothing is asked of a worker', async () => {
    const other = await serve(smallArtifact(), '--workers', '0', '--result-cache-mb', '0');
    const path = `${other.url}/v1/products/${other.product}/bought-together`;
    const { etag = '' } = (await get(path)).headers;
    expect((await get(path, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await get(path, { headers: { 'if-none-match': '"x"' } })).status).toBe(200);
    const text = (await get(`${other.url}/metrics`)).body.toString();
    expect(text).not.toContain('sepet_cache_bytes');
    await other.stop();
  });

  it.each(['?bought=P1', '?explain=1', `?overrides=${encodeURIComponent('{"gamma":0}')}`])(
    'that is personal or tried out is not kept: %s',
    async (query) => {
      const count = await during(async () => {
        for (let i = 0; i < 2; i++) {
          const { status, headers } = await ask(query);
          expect(status).toBe(200);
          expect(headers['cache-control']).toBe('private, no-store');
          expect(headers.etag).toBeUndefined();
        }
      });
      expect(count).toEqual({ hit: 0, miss: 0, joined: 0 });
    },
  );

  it('that is none carries no tag and is not kept', async () => {
    const path = `${server.url}/v1/products/nobody/bought-together`;
    const [first, second] = [await get(path), await get(path)];
    for (const { status, headers } of [first, second]) {
      expect([status, headers.etag, headers['cache-control']]).toEqual([404, undefined, undefined]);
    }
  });

  it('to HEAD has the headers of GET', async () => {
    const [got, head] = [
      await ask('?limit=4'),
      await get(`${server.url}/v1/products/${server.product}/bought-together?limit=4`, { method: 'HEAD' }),
    ];
    expect(head.body.length).toBe(0);
    const { date: _, ...headers } = got.headers;
    expect(head.headers).toMatchObject(headers);
  });

  it('that many ask for at once is computed once', async () => {
    const count = await during(() =>
      Promise.all(Array.from({ length: 40 }, () => ask('?limit=99&efSearch=4000'))),
    );
    expect(count.miss).toBe(1);
    expect((count.joined ?? 0) + (count.hit ?? 0)).toBe(39);
  });
});

describe('a deadline', () => {
  it('lets work be that nobody waits for any more', async () => {
    const slow = await serve(smallArtifact(), '--workers', '1', '--max-batch', '1', '--result-cache-mb', '0');
    const path = `${slow.url}/v1/products/${slow.product}/bought-together?explain=1&limit=100&efSearch=4000`;
    const asked = Array.from({ length: 300 }, () => get(path, { headers: { 'x-request-timeout-ms': '5' } }));
    const answers = await Promise.all(asked);
    const late = answers.filter(({ status }) => status === 504);
    expect(late.length).toBeGreaterThan(0);
    for (const answer of late) expect(json(answer)).toMatchObject({ code: 'deadline_exceeded', status: 504 });
    expect(answers.filter(({ status }) => status === 200).length).toBe(300 - late.length);
    expect((await get(path)).status).toBe(200);
    await slow.stop();
  });

  it.each(['0', '-1', '1.5', 'soon', '60001'])('of %s is a mistake', async (value) => {
    const answer = await ask('?limit=11', { 'x-request-timeout-ms': value });
    expect(answer.status).toBe(400);
    expect(json(answer)).toMatchObject({ code: 'option_invalid' });
  });
});
