// The calls about labels, releases, policies that are tried, verdicts and events, against a server that follows one label and
// answers for another.

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AdminClient,
  type Client,
  createAdminClient,
  createClient,
  type GivenEvent,
  SepetError,
} from '../../src/client/index.ts';
import { get, json, type Serving, serveWith } from '../http/serving.ts';
import { uiShop } from '../ui/made-shop.ts';

const token = 'a-token-of-operators';
const folder = mkdtempSync(join(tmpdir(), 'sepet-client-'));
const path = (name: string): string => join(folder, name);
let serving: Serving;
let client: Client;
let admin: AdminClient;
let products: readonly string[];

beforeAll(async () => {
  cpSync(join(uiShop(), 'store'), path('store'), { recursive: true });
  serving = await serveWith(
    [
      ...['--label', 'production', '--store', path('store'), '--cache', path('cache')],
      ...['--beside', 'test', '--beside', 'nightly', '--poll-seconds', '0.2', '--drain-seconds', '0'],
      ...['--events', path('events'), '--verdicts', path('verdicts')],
    ],
    { SEPET_ADMIN_TOKEN: token },
  );
  client = createClient({ url: serving.url, timeoutMs: 30_000 });
  admin = createAdminClient({ url: serving.url, token, timeoutMs: 60_000 });
  products = await client.products({ limit: 12 });
});
afterAll(async () => {
  await serving?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const first = (): string => products[0] ?? '';

describe('by label', () => {
  it('tells which labels answer, and which cannot', async () => {
    const labels = await client.labels();
    expect(labels.map(({ label, main }) => [label, main])).toEqual([
      ['production', true],
      ['test', false],
    ]);
    expect(labels[1]).toMatchObject({ name: 'week-40', default: 'pdp', policies: ['pdp@3', 'cart@1'] });
    expect(labels[0]?.artifact).toBe((await client.artifact()).artifact);
    expect((await client.artifact()).release).toMatchObject({ label: 'production', revision: 2 });
    const [missing] = await client.missingLabels();
    expect(missing).toMatchObject({ label: 'nightly', problem: { code: 'label_unknown' } });
  });

  it('answers by the label that is asked for', async () => {
    const [, test] = await client.labels();
    const call = { label: 'test' };
    const answer = await client.boughtTogether(first(), { limit: 3 }, call);
    expect(answer).toMatchObject({ product: first(), artifact: test?.artifact, policy: 'pdp@3' });
    const basket = await client.boughtTogether(products.slice(0, 2), { limit: 3, explain: true }, call);
    expect(basket).toMatchObject({ basket: [products[1]], explain: { items: { length: 3 } } });
    const many = await client.batch([{ product: first(), limit: 3 }, { product: 'no such thing' }], call);
    expect(many[0]).toEqual(answer);
    expect(many[1]).toMatchObject({ code: 'product_unknown' });
    expect((await client.policies(call)).policies.map(({ policy }) => policy)).toEqual(['pdp@3', 'cart@1']);
    expect((await client.policies()).policies.map(({ policy }) => policy)).toEqual(['pdp@2', 'cart@1']);
    const { document } = await client.policy('pdp', call);
    expect(document.rank.map(({ name }) => name)).toEqual(['margin']);
    await expect(client.boughtTogether(first(), {}, { label: 'tets' })).rejects.toMatchObject({
      code: 'label_unknown',
      message: expect.stringMatching(/"test"/),
    });
  });
});

describe('what there is', () => {
  it('draws products by lot, the same for a seed', async () => {
    const drawn = await client.searchProducts({ sample: 'random', seed: 7, limit: 5 });
    expect(drawn.products).toHaveLength(5);
    expect(await client.searchProducts({ sample: 'random', seed: 7, limit: 5 })).toEqual(drawn);
    const other = await client.searchProducts({ sample: 'random', seed: 8, limit: 5 });
    expect(other.products).not.toEqual(drawn.products);
  });

  it('tells what can be filtered by', async () => {
    const facets = await client.facets({ limit: 4 });
    expect(facets.categories).toHaveLength(4);
    expect(facets.brands[0]).toEqual({ brand: expect.any(String), products: expect.any(Number) });
    expect(facets.fields.map(({ field }) => field)).toContain('price');
    expect(facets).toMatchObject({ currency: 'TRY', artifact: (await client.artifact()).artifact });
    expect((await client.facets({ q: 'lapt' })).categories[0]?.category).toMatch(/Laptop/);
  });

  it('takes events, and gives metrics', async () => {
    const event: GivenEvent = { type: 'click', id: 'client-1', items: [first()] };
    expect(await client.sendEvents([event])).toEqual({ accepted: 1, duplicates: 0, refused: [] });
    const again = await client.sendEvents([event, { type: 'click', items: ['a', 'b'] }]);
    expect(again).toMatchObject({
      accepted: 0,
      duplicates: 1,
      refused: [{ index: 1, code: 'event_invalid' }],
    });
    await expect(client.sendEvents([])).rejects.toMatchObject({ code: 'event_invalid' });
    expect(await client.metrics()).toMatch(/^sepet_http_connections \d+$/m);
  });

  it('sends events again only where they count once', async () => {
    let asked = 0;
    const busy = createServer((request, response) => {
      request.resume().on('end', () => {
        asked++;
        response.writeHead(503).end('{"code":"events_unavailable","detail":"Later."}');
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => busy.once('listening', resolve));
    const url = `http://127.0.0.1:${(busy.address() as AddressInfo).port}`;
    const busyClient = createClient({ url, timeoutMs: 30_000 });
    const send = (...ids: (string | undefined)[]) =>
      busyClient.sendEvents(ids.map((id) => ({ type: 'cart', items: ['a'], ...(id && { id }) })));
    await expect(send('1', undefined)).rejects.toMatchObject({ code: 'events_unavailable' });
    expect(asked).toBe(1);
    await expect(send('1', '2')).rejects.toMatchObject({ code: 'events_unavailable' });
    expect(asked).toBe(4);
    busy.close();
  });
});

describe('an operator', () => {
  it('needs the token', async () => {
    await expect(createAdminClient({ url: serving.url }).settings()).rejects.toMatchObject({
      code: 'token_missing',
    });
    const wrong = createAdminClient({ url: serving.url, token: 'another' });
    await expect(wrong.settings()).rejects.toMatchObject({ code: 'token_invalid' });
    expect(() => createAdminClient({ url: '' })).toThrow(expect.objectContaining({ code: 'option_invalid' }));
  });

  it('sets, puts, takes back, reloads', async () => {
    expect(await admin.setSettings({ efSearch: 300 })).toEqual({ efSearch: 300 });
    expect(await admin.settings()).toEqual({ efSearch: 300 });
    expect(await admin.setSettings({ efSearch: null })).toEqual({ efSearch: null });
    const put = await admin.putPolicy('short', { name: 'short', limit: 1 });
    expect(put).toMatchObject({ policy: 'short@1', changed: true });
    expect((await client.boughtTogether(first(), { policy: 'short' })).items).toHaveLength(1);
    expect(await admin.removePolicy('short')).toMatchObject({ removed: 'short' });
    expect(await admin.reload()).toMatchObject({ changed: false });
  });

  it('tries and checks policies, as documents and as text', async () => {
    const text = 'name: tried\nlimit: 2\nfilters:\n  - { name: stock, keep: { inStock: true } }\n';
    const requests = [{ product: first() }, { product: 'P1' }, { products: products.slice(0, 2), limit: 1 }];
    const answers = await admin.tryPolicy(text, requests, { label: 'test' });
    expect(answers.map((one) => (one instanceof SepetError ? one.code : one.items.length))).toEqual([
      2,
      'product_unknown',
      1,
    ]);
    expect(await admin.tryPolicy({ name: 'tried', limit: 2 }, [{ product: first() }])).toMatchObject([
      { policy: 'tried@1', artifact: (await client.artifact()).artifact },
    ]);
    await expect(admin.tryPolicy({ name: 'tried', limt: 2 }, requests)).rejects.toMatchObject({
      code: 'policy_invalid',
    });
    const good = await admin.checkPolicy(text, { label: 'test' });
    expect(good).toMatchObject({ valid: true, policy: 'tried@1', document: { sort: 'score' } });
    const bad = await admin.checkPolicy(text.replace('inStock', 'inStok'));
    expect(bad).toMatchObject({
      valid: false,
      mistakes: [{ line: 4, message: expect.stringMatching(/Did you mean "inStock"/) }],
    });
  });

  it('gives verdicts and reads them', async () => {
    const comparison = { before: { label: 'production' }, after: { label: 'test' } };
    const given = await admin.giveVerdict({ comparison, product: first(), verdict: 'better', by: 'Ada' });
    expect(given.summary).toMatchObject({ better: 1, worse: 0, pValue: 1 });
    await admin.giveVerdict({
      comparison,
      product: products[1] ?? '',
      verdict: 'worse',
      by: 'Ada',
      note: 'dull',
    });
    const one = await admin.verdicts(given.comparison);
    expect(one.comparison).toEqual({ id: given.comparison, ...comparison });
    expect(one.verdicts.map(({ verdict, by }) => [verdict, by])).toEqual([
      ['worse', 'Ada'],
      ['better', 'Ada'],
    ]);
    const { comparisons } = await admin.verdicts();
    expect(comparisons).toMatchObject([{ id: given.comparison, summary: one.summary }]);
  });

  it('looks at labels, saves a policy, promotes it and goes back', async () => {
    const { labels } = await admin.labels();
    expect(labels.map(({ entry, artifact }) => [entry.label, entry.revision, artifact?.name])).toEqual([
      ['production', 2, 'week-39'],
      ['test', 3, 'week-40'],
    ]);
    const policy = { ...(await client.policy('pdp', { label: 'test' })).document, revision: 4, limit: 5 };
    const change = { policy, why: 'shorter lists', by: 'Ada', expected: 3 };
    const saved = await admin.savePolicy('test', 'pdp', change);
    expect(saved).toMatchObject({ moved: true, looked: true, policies: ['pdp@4', 'cart@1'] });
    expect(saved.gates.every(({ passed }) => passed)).toBe(true);
    await expect(
      admin.savePolicy('test', 'pdp', { ...change, policy: { ...policy, revision: 5 } }),
    ).rejects.toMatchObject({ code: 'label_conflict' });
    const diff = await admin.diff('production', 'test', { products: 50, examples: 2 });
    expect(diff.policies.changed).toEqual(['pdp@4']);
    expect(diff.lists).toMatchObject({ compared: 50, examples: { length: 2 } });

    const promoted = await admin.promote('production', { from: 'test', why: 'looks right', expected: 2 });
    expect(promoted).toMatchObject({ moved: true, looked: true, entry: { revision: 3, action: 'promote' } });
    expect((await client.boughtTogether(first())).policy).toBe('pdp@4');
    const { entries } = await admin.history('production', { limit: 2 });
    expect(entries.map(({ entry, policies }) => [entry.revision, entry.why, policies?.names])).toEqual([
      [3, 'looks right', ['pdp@4', 'cart@1']],
      [2, expect.any(String), ['pdp@2', 'cart@1']],
    ]);
    const back = await admin.rollback('production', { why: 'complaints', by: 'Ada' });
    expect(back).toMatchObject({
      looked: true,
      entry: { revision: 4, action: 'rollback', restores: 2 },
    });
    expect((await client.boughtTogether(first())).policy).toBe('pdp@2');
    const dropped = await admin.dropPolicy('test', 'cart', { why: 'no carts here' });
    expect(dropped.policies).toEqual(['pdp@4']);
  });
});

describe('every call', () => {
  it('is one that the server describes', async () => {
    const { paths } = json(await get(`${serving.url}/openapi.json`)) as { paths: Record<string, object> };
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const sent: string[] = [];
    const watching: typeof fetch = async (input, init) => {
      sent.push(`${init?.method ?? 'GET'} ${new URL(String(input)).pathname}`);
      return new Response('{"answers":[],"labels":[],"products":[]}', {
        headers: { 'content-type': 'application/json' },
      });
    };
    const options = { url: serving.url, fetch: watching };
    const [all, every] = [createClient(options), createAdminClient(options)];
    const args: Record<string, unknown[]> = {
      ...{ boughtTogether: ['x'], batch: [[{ product: 'x' }]], searchProducts: [{}], similarBrands: ['x'] },
      ...{ combine: [[]], product: ['x'], policy: ['x'], sendEvents: [[]], putPolicy: ['x', {}] },
      ...{ removePolicy: ['x'], tryPolicy: [{}, []], checkPolicy: [{}], history: ['x'], diff: ['x', 'y'] },
      ...{ savePolicy: ['x', 'x', {}], dropPolicy: ['x', 'x', {}], promote: ['x', {}], rollback: ['x', {}] },
      ...{ setSettings: [{}], giveVerdict: [{}] },
    };
    for (const [name, call] of [...Object.entries(all), ...Object.entries(every)])
      await (call as (...given: unknown[]) => Promise<unknown>)(...(args[name] ?? []));
    const label = { label: 'x' };
    await all.boughtTogether('x', {}, label);
    await all.batch([], label);
    await all.policies(label);
    await all.policy('x', label);
    const shapes = described.map((one) => new RegExp(`^${one.replace(/\{\w+\}/g, '[^/]+')}$`));
    expect(sent.filter((one) => !shapes.some((shape) => shape.test(one)))).toEqual([]);
    expect(new Set(sent).size).toBeGreaterThan(30);
  });
});
