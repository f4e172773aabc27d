// Placements, channels and experiments against a real server: which policy answers, what the answer says, what is kept of it.

import { unpack } from 'msgpackr';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/index.ts';
import { sepet, smallArtifact } from '../shops.ts';
import {
  type Answer,
  alsoInB,
  answer as answerOf,
  armOf,
  ask as askOf,
  experimentsFile,
  flags,
  inA,
  inB,
  removeFiles,
  shop,
  visitors,
} from './experimenting.ts';
import { postJson } from './posting.ts';
import { type Got, get, json, type Serving, serve } from './serving.ts';

let server: Serving;
const answer = (query: Record<string, string>): Promise<Answer> => answerOf(server, query);
const ask = (query: Record<string, string>, headers?: Record<string, string>): Promise<Got> =>
  askOf(server, query, headers);

async function metric(name: string): Promise<Record<string, number>> {
  const text = (await get(`${server.url}/metrics`)).body.toString();
  const lines = text.matchAll(new RegExp(`^${name}{(.*)} (\\d+)$`, 'gm'));
  return Object.fromEntries([...lines].map(([, labels, value]) => [labels ?? '', Number(value)]));
}

beforeAll(async () => {
  server = await serve(smallArtifact(), ...flags, '--experiments', experimentsFile, '--access-log', '1');
});
afterAll(async () => {
  await server?.stop();
  removeFiles();
});

describe('the policy of a place', () => {
  it.each([
    [{}, 'pdp@1', 5],
    [{ channel: 'mail' }, 'mail@1', 3],
    [{ channel: 'mail', placement: 'cart' }, 'mail@1', 3],
    [{ placement: 'cart', channel: 'web' }, 'cart@1', 2],
    [{ channel: 'tv' }, 'pdp@1', 5],
    [{ channel: 'mail', policy: 'pdp' }, 'pdp@1', 5],
    [shop, 'pdp@1', 5],
  ])('%j is answered by %s', async (query, policy, items) => {
    const got = await answer(query as Record<string, string>);
    expect([got.policy, got.items.length, 'experiment' in got]).toEqual([policy, items, false]);
    const { product } = server;
    expect(json(await postJson(`${server.url}/v1/bought-together`, { product, ...query }))).toEqual(got);
  });

  it.each(['channel', 'visitor', 'placement'])('%s has 1 to 1024 characters', async (name) => {
    const { product } = server;
    for (const value of ['', 'x'.repeat(1025)]) {
      const detail = expect.stringContaining(`${name} must`);
      for (const got of [
        await ask({ [name]: value }),
        await postJson(`${server.url}/v1/bought-together`, { product, [name]: value }),
      ])
        expect([got.status, json(got)]).toMatchObject([400, { code: 'option_invalid', detail }]);
    }
    expect((await ask({ [name]: 'x'.repeat(1024) })).status).toBe(200);
  });

  it('a body cannot say its arm', async () => {
    const got = await postJson(`${server.url}/v1/bought-together`, {
      product: server.product,
      experiment: 'fresh:A',
    });
    expect(json(got)).toMatchObject({ code: 'option_unknown' });
  });
});

describe('an experiment', () => {
  it("answers by the visitor's arm, always the same", async () => {
    for (let round = 0; round < 2; round++)
      for (const visitor of visitors) {
        const { policy, experiment, items } = await answer({ ...shop, visitor });
        const arm = armOf(visitor);
        expect([experiment, policy, items.length]).toEqual(
          arm === 'A' ? ['fresh:A', 'pdp@1', 5] : ['fresh:B', 'pricey@1', 4],
        );
      }
    const [a, b] = [await answer({ ...shop, visitor: inA }), await answer({ ...shop, visitor: inB })];
    expect(a.items.map(({ id }) => id)).not.toEqual(b.items.map(({ id }) => id));
    const { experiment: _, ...plain } = a;
    expect(plain).toEqual(await answer({ policy: 'pdp' }));
  });

  it('leaves alone who names a policy, is elsewhere, or is nobody', async () => {
    for (const query of [
      { ...shop, visitor: inB, policy: 'mail' },
      { channel: 'web', visitor: inB },
      shop,
      { placement: 'product', visitor: inB },
    ])
      expect(await answer(query as Record<string, string>)).not.toHaveProperty('experiment');
  });

  it('may be of the width of the search alone', async () => {
    const wide = visitors.find((visitor) => armOf(visitor, 'width') === 'B') ?? '';
    const explained = async (query: Record<string, string>): Promise<unknown> => {
      const { experiment, explain } = json(
        await ask({ placement: 'cart', visitor: wide, explain: '1', ...query }),
      ) as {
        experiment: string;
        explain: { efSearch: number };
      };
      return [experiment, explain.efSearch];
    };
    expect(await explained({})).toEqual(['width:B', 20]);
    // What a request says itself holds.
    expect(await explained({ efSearch: '300' })).toEqual(['width:B', 300]);
    expect(await explained({ overrides: '{"efSearch":250}' })).toEqual(['width:B', 250]);
  });

  it('is the same in bodies, batches and MessagePack', async () => {
    const { product, url } = server;
    const [a, b] = [await answer({ ...shop, visitor: inA }), await answer({ ...shop, visitor: inB })];
    const requests = [inA, inB, undefined].map((visitor) => ({
      product,
      ...shop,
      ...(visitor && { visitor }),
    }));
    const plain = await answer(shop);
    for (const [i, expected] of [a, b, plain].entries())
      expect(json(await postJson(`${url}/v1/bought-together`, requests[i]))).toEqual(expected);
    expect(json(await postJson(`${url}/v1/bought-together/batch`, { requests }))).toEqual({
      answers: [a, b, plain],
    });
    const headers = { accept: 'application/msgpack' };
    const packed = await postJson(`${url}/v1/bought-together/batch`, { requests }, headers);
    expect(unpack(packed.body)).toEqual({ answers: [a, b, plain] });
    expect(unpack((await ask({ ...shop, visitor: inB }, headers)).body)).toEqual(b);
    const label = await postJson(`${url}/v1/labels/served/bought-together`, requests[1]);
    expect(json(label)).toEqual(b);
  });

  it('is asked for by the typed client, which also tells what runs', async () => {
    const client = createClient({ url: server.url, timeoutMs: 10_000 });
    const options = { ...shop, visitor: inB };
    const got = await client.boughtTogether(server.product, options);
    expect([got.experiment, got.policy]).toEqual(['fresh:B', 'pricey@1']);
    expect(await client.batch([{ product: server.product, ...options }])).toEqual([got]);
    const page = await client.experiments();
    expect(page.assignments).toEqual([{ channel: ['mail'], policy: 'mail' }]);
    expect(page.experiments[0]).toMatchObject({
      ...{ name: 'fresh', active: true, traffic: 1, placement: ['product'] },
      arms: [
        { name: 'A', experiment: 'fresh:A' },
        { name: 'B', policy: 'pricey', experiment: 'fresh:B' },
      ],
    });
  });

  it('prints the same bytes in the terminal', async () => {
    const options = Object.entries({ ...shop, visitor: inB }).flatMap(([name, value]) => [
      `--${name}`,
      value,
    ]);
    const printed = sepet(
      'query',
      smallArtifact(),
      server.product,
      ...flags,
      '--experiments',
      experimentsFile,
      ...options,
      '--json',
    );
    expect(printed).toBe(`${(await ask({ ...shop, visitor: inB })).body}\n`);
  });

  it('counts requests by arm, and is in the access log without the visitor', async () => {
    const name = 'experiment="fresh",arm="B"';
    const before = (await metric('sepet_experiment_requests_total'))[name] ?? 0;
    for (let i = 0; i < 3; i++) await ask({ ...shop, visitor: inB });
    await postJson(`${server.url}/v1/bought-together`, { product: server.product, ...shop, visitor: inB });
    const after = await metric('sepet_experiment_requests_total');
    expect(Object.keys(after)).toHaveLength(4);
    expect((after[name] ?? 0) - before).toBe(4);
    expect(await metric('sepet_experiment_active')).toEqual({
      'experiment="fresh"': 1,
      'experiment="width"': 1,
    });
    const lines = async (): Promise<Record<string, unknown>[]> => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return server
        .log()
        .split('\n')
        .filter((line) => line.includes('"fresh:B"'))
        .map((line) => JSON.parse(line));
    };
    await expect
      .poll(async () => (await lines()).some(({ method }) => method === 'POST'), { timeout: 10_000 })
      .toBe(true);
    const all = await lines();
    const asked = { ...shop, policy: 'pricey@1', experiment: 'fresh:B' };
    expect(all.find(({ method }) => method === 'GET')).toMatchObject({
      ...asked,
      query: expect.stringContaining('visitor=*'),
    });
    expect(all.find(({ method }) => method === 'POST')).toMatchObject(asked);
    expect(JSON.stringify(all)).not.toContain(inB);
  });
});

describe('what is kept of it', () => {
  it('is shared by the visitors of an arm, never by two arms, and by no cache on the way', async () => {
    const query = (visitor: string) => ({ ...shop, limit: '6', visitor });
    const before = await metric('sepet_cache_requests_total');
    const [a, b, again] = [await ask(query(inA)), await ask(query(inB)), await ask(query(alsoInB))];
    const after = await metric('sepet_cache_requests_total');
    const grown = Object.fromEntries(
      Object.entries(after).map(([name, n]) => [name, n - (before[name] ?? 0)]),
    );
    expect(grown).toEqual({ 'result="hit"': 1, 'result="miss"': 2, 'result="joined"': 0 });
    expect(again.body).toEqual(b.body);
    expect(again.headers.etag).toBe(b.headers.etag);
    expect(a.headers.etag).not.toBe(b.headers.etag);
    for (const { headers } of [a, b, again]) expect(headers['cache-control']).toBe('private, no-cache');
    const known = await ask(query(alsoInB), { 'if-none-match': String(b.headers.etag) });
    expect([known.status, known.headers['cache-control']]).toEqual([304, 'private, no-cache']);
    expect((await ask(query(inA), { 'if-none-match': String(b.headers.etag) })).status).toBe(200);
  });

  it('is public where no experiment is, and found however it is asked for', async () => {
    const plain = await ask({ limit: '7' });
    const visited = await ask({ limit: '7', visitor: inA, channel: 'tv' });
    const again = await ask({ limit: '7', visitor: inA, channel: 'tv' });
    for (const got of [plain, visited, again, await ask({ ...shop, limit: '7' })])
      expect(got.headers['cache-control']).toMatch(/^public/);
    expect([visited.headers.etag, visited.body]).toEqual([plain.headers.etag, plain.body]);
    expect(again.body).toEqual(plain.body);
  });
});
