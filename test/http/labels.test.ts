// Labels beside the one that is served: what they answer, how they move, what is said of one that cannot be had.

import { join } from 'node:path';
import { unpack } from 'msgpackr';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publishDelta } from '../../src/releases/deltas.ts';
import { artifactKey } from '../../src/releases/keys.ts';
import { end, Following, flip, mapped, until, untilSaid } from '../releases/following.ts';
import { policyOf, put } from '../releases/world.ts';
import { sepet } from '../shops.ts';
import { send } from './sending.ts';
import { type Got, get, json, keepAlive, type Serving, serve } from './serving.ts';

let shop: Following;

beforeEach(() => {
  shop = new Following();
});

afterEach(() => shop.remove());

interface LabelPage {
  readonly label: string;
  readonly main: boolean;
  readonly name?: string;
  readonly artifact?: string;
  readonly policies?: readonly string[];
  readonly release?: { readonly revision: number; readonly deltas: number };
  readonly problem?: { readonly code: string; readonly detail: string };
}

const by = (server: Serving, label: string, body: object, path = ''): Promise<Got> =>
  send('POST', `${server.url}/v1/labels/${label}/bought-together${path}`, body);
const codeOf = (got: Got) => [got.status, json(got).code];
const labels = async ({ url }: Serving): Promise<LabelPage[]> =>
  json(await get(`${url}/v1/labels`)).labels as LabelPage[];
const pageOf = async (server: Serving, label: string): Promise<LabelPage> => {
  const found = (await labels(server)).find((one) => one.label === label);
  if (found === undefined) throw new Error(`No ${label}.`);
  return found;
};
/** Until the label is at a revision. */
const at = (server: Serving, label: string, revision: number): Promise<number> =>
  until(async () => (await pageOf(server, label)).release?.revision === revision);
const path = (seed: number): string => shop.world.path(`shop-${seed}.sepet`);
const queried = (seed: number, product: string, ...flags: string[]): string =>
  sepet('query', path(seed), product, ...flags, '--json').trim();

/** Production is shop 1, test is shop 2 with a policy. */
async function beginBoth(...flags: string[]): Promise<Serving> {
  await shop.publish(1);
  await shop.publish(2, { at: 'test', policies: [policyOf('acme')] });
  const server = await shop.begin('--beside', 'test', ...flags);
  await at(server, 'test', 1);
  return server;
}

describe('a label beside', () => {
  it('answers by its release, as `sepet query` does; the other by its own', async () => {
    const server = await beginBoth();
    const policy = shop.world.path('acme.yaml');
    const { writePolicy } = await import('../releases/world.ts');
    writePolicy(policy, 'acme');
    for (const product of ['P1', 'P7', 'P23']) {
      const beside = await by(server, 'test', { product });
      expect([beside.status, beside.headers['cache-control']]).toEqual([200, 'private, no-store']);
      expect(beside.body.toString()).toBe(queried(2, product, '--policy', policy));
      const own = await by(server, 'production', { product });
      expect(own.body.toString()).toBe(queried(1, product));
      expect(own.body).toEqual((await get(`${server.url}/v1/products/${product}/bought-together`)).body);
    }
    const explained = json(await by(server, 'test', { products: ['P1', 'P2'], limit: 3, explain: true }));
    expect(explained).toMatchObject({ policy: 'acme@1', basket: ['P2'], explain: { efSearch: 200 } });
    await end(server);
  });

  it('is told of, with its policies', async () => {
    const server = await beginBoth();
    const [own, beside] = await labels(server);
    expect(own).toMatchObject({
      ...{ label: 'production', main: true, name: 'shop-1', products: 60, dims: 8 },
      ...{ policies: ['default@1'], default: 'default', release: { revision: 1, deltas: 0 } },
    });
    expect(own?.artifact).toBe(server.artifact);
    expect(beside).toMatchObject({
      ...{ label: 'test', main: false, name: 'shop-2', products: 60, dims: 8 },
      ...{ policies: ['acme@1'], default: 'acme', release: { label: 'test', revision: 1 } },
      artifact: json(await by(server, 'test', { product: 'P1' })).artifact,
    });
    const list = json(await get(`${server.url}/v1/labels/test/policies`));
    expect(list).toMatchObject({ default: 'acme', policies: [{ policy: 'acme@1', filters: 1 }] });
    const one = json(await get(`${server.url}/v1/labels/test/policies/acme`));
    expect(one.document).toMatchObject({ name: 'acme', filters: [{ keep: { brand: 'Acme' } }] });
    expect(codeOf(await get(`${server.url}/v1/labels/test/policies/acne`))).toEqual([404, 'policy_unknown']);
    expect((await get(`${server.url}/v1/labels/production/policies`)).body).toEqual(
      (await get(`${server.url}/v1/policies`)).body,
    );
    await end(server);
  });

  it('answers batches, in MessagePack too, each request by itself', async () => {
    const server = await beginBoth();
    const products = Array.from({ length: 60 }, (_, i) => `P${i}`);
    const requests = [...products.map((product) => ({ product })), { product: 'none' }, { limit: 3 }];
    const got = await by(server, 'test', { requests }, '/batch');
    const { answers } = json(got) as { answers: { artifact: string; product: string; code?: string }[] };
    expect(answers.slice(0, 60).map(({ product }) => product)).toEqual(products);
    expect(new Set(answers.slice(0, 60).map(({ artifact }) => artifact)).size).toBe(1);
    expect(answers.slice(60).map(({ code }) => code)).toEqual(['product_unknown', 'option_invalid']);
    const packed = await send(
      'POST',
      `${server.url}/v1/labels/test/bought-together/batch`,
      { requests },
      { headers: { Accept: 'application/msgpack' } },
    );
    expect(unpack(packed.body)).toEqual(json(got));
    const own = await by(server, 'production', { requests: [{ product: 'P1' }] }, '/batch');
    expect(json(own)).toMatchObject({ answers: [{ artifact: server.artifact }] });
    await end(server);
  });

  it('knows deltas, as the one that is served does', async () => {
    const server = await beginBoth();
    await publishDelta(shop.world.store, [{ id: 'P2', price: 77 }], { by: 'a test', currency: 'TRY' });
    await until(async () => (await labels(server)).every(({ release }) => release?.deltas === 1));
    const prices = async (label: string) => {
      const answer = json(
        await by(server, label, { product: 'P1', fields: ['price'], limit: 60, explain: true }),
      );
      const { items } = answer as { items: { id: string; price?: number }[] };
      return items.find(({ id }) => id === 'P2')?.price;
    };
    expect(await prices('production')).toBe(77);
    const tried = await send('POST', `${server.url}/admin/policies/try`, {
      policy: { name: 'all' },
      request: { product: 'P1', fields: ['price'], limit: 60 },
      label: 'test',
    });
    const { items } = json(tried) as { items: { id: string; price?: number }[] };
    expect(items.find(({ id }) => id === 'P2')?.price).toBe(77);
    await end(server);
  });

  it('moves while it is asked: no request fails, and what it was before is let go of', async () => {
    const server = await beginBoth();
    const agent = keepAlive(3);
    const artifacts = new Set<string>();
    const wrong: unknown[] = [];
    let isOver = false;
    const asking = Array.from({ length: 3 }, async (_, i) => {
      for (let n = i; !isOver; n += 3) {
        const url = `${server.url}/v1/labels/test/bought-together`;
        const got = await send('POST', url, { product: `P${n % 50}` }, { agent });
        if (got.status === 200) artifacts.add(String(json(got).artifact));
        else wrong.push([got.status, json(got)]);
      }
    });
    await until(() => artifacts.size === 1);
    for (let seed = 3; seed <= 6; seed++) {
      await shop.publish(seed, { at: 'test', force: 'a test' });
      await at(server, 'test', seed - 1);
      const { artifact } = await pageOf(server, 'test');
      await until(() => artifacts.has(artifact ?? ''));
    }
    isOver = true;
    await Promise.all(asking);
    agent.destroy();
    expect(wrong).toEqual([]);
    expect(artifacts.size).toBe(5);
    // Production's, and the one that the label points at now; what came last may have been of the one before.
    await until(async () => {
      await by(server, 'test', { product: 'P1' });
      return mapped(server) === 2;
    });
    expect((await by(server, 'production', { product: 'P1' })).body.toString()).toBe(queried(1, 'P1'));
    await end(server);
  });

  it('is answered for by each of several processes', async () => {
    const server = await beginBoth('--instances', '2');
    await until(async () => {
      const pages = await Promise.all(Array.from({ length: 10 }, () => pageOf(server, 'test')));
      return pages.every(({ problem }) => problem === undefined);
    });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => by(server, 'test', { product: 'P1' })),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
    await server.stop();
  });
});

describe('a label that cannot be had', () => {
  it('does not keep the server from starting, says why, and is there once it is', async () => {
    await shop.publish(1);
    const server = await shop.begin('--beside', 'tset');
    await untilSaid(server, /has no label \\"tset\\".*tset is tried again/);
    const missing = await by(server, 'tset', { product: 'P1' });
    expect(codeOf(missing)).toEqual([404, 'label_unknown']);
    expect(json(missing).detail).toContain('has no label "tset"');
    expect((await pageOf(server, 'tset')).problem).toMatchObject({ code: 'label_unknown', status: 404 });
    expect(codeOf(await get(`${server.url}/v1/labels/tset/policies`))).toEqual([404, 'label_unknown']);
    expect((await get(`${server.url}/readyz`)).status).toBe(200);
    await shop.publish(2, { at: 'tset' });
    await at(server, 'tset', 1);
    expect((await by(server, 'tset', { product: 'P1' })).status).toBe(200);
    // A typing mistake of who asks.
    const unknown = await by(server, 'productoin', { product: 'P1' });
    expect(codeOf(unknown)).toEqual([404, 'label_unknown']);
    expect(json(unknown).detail).toContain('Did you mean "production"?');
    await end(server);
  });

  it('that is damaged is refused with its code, and taken once it is whole', async () => {
    await shop.publish(1);
    const file = await shop.publish(2, { at: 'test' });
    const stored = join(shop.world.address, artifactKey(file));
    flip(stored);
    const server = await shop.begin('--beside', 'test');
    await until(async () => (await pageOf(server, 'test')).problem?.code === 'file_damaged');
    expect(codeOf(await by(server, 'test', { product: 'P1' }))).toEqual([400, 'file_damaged']);
    expect((await by(server, 'production', { product: 'P1' })).status).toBe(200);
    flip(stored);
    await at(server, 'test', 1);
    expect((await by(server, 'test', { product: 'P1' })).status).toBe(200);
    // A move that is no good leaves what was there.
    const { entry } = await put(shop.world.store, 'other', { policies: [policyOf('nobody', 'Nobody')] });
    const { moveLabel } = await import('../../src/releases/label.ts');
    await moveLabel(shop.world.store, 'test', () => ({
      ...{ artifact: file, policies: entry.policies, action: 'publish', why: 'a test' },
    }));
    await untilSaid(server, /Nobody/);
    expect((await pageOf(server, 'test')).release?.revision).toBe(1);
    expect((await by(server, 'test', { product: 'P1' })).status).toBe(200);
    await end(server);
  });

  it.each([
    [['--beside', 'production'], /production is the label that is served/],
    [['--beside', 'test', '--beside', 'test'], /test is named twice/],
    [['--beside', '.x'], /cannot be a label/],
    [['--beside-file', 'a=b.sepet'], /--beside\./],
  ])('%j is a mistake', async (flags, said) => {
    await shop.publish(1);
    await expect(shop.begin(...flags)).rejects.toThrow(said);
  });
});

describe('a file beside', () => {
  it('is answered for, verified, and tried again while it is not there', async () => {
    await shop.publish(1);
    await shop.publish(2, { at: 'test' });
    const none = path(3);
    const server = await serve(path(1), '--beside-file', `test=${path(2)}`, '--beside-file', `next=${none}`);
    await until(async () => (await pageOf(server, 'test')).problem === undefined);
    expect(await labels(server)).toEqual([
      expect.objectContaining({ label: 'served', main: true, name: 'shop-1' }),
      expect.objectContaining({ label: 'test', main: false, name: 'shop-2', products: 60, dims: 8 }),
      expect.objectContaining({
        label: 'next',
        problem: expect.objectContaining({ code: 'file_not_found' }),
      }),
    ]);
    for (const [label, seed] of [
      ['served', 1],
      ['test', 2],
    ] as const)
      expect((await by(server, label, { product: 'P5' })).body.toString()).toBe(queried(seed, 'P5'));
    expect(codeOf(await by(server, 'next', { product: 'P1' }))).toEqual([404, 'file_not_found']);
    await shop.publish(3, { at: 'test', force: 'a test' });
    expect((await send('POST', `${server.url}/admin/reload`)).status).toBe(200);
    expect((await by(server, 'next', { product: 'P5' })).body.toString()).toBe(queried(3, 'P5'));
    await server.stop();
    await expect(serve(path(1), '--beside', 'test')).rejects.toThrow(/--beside is of use only with --label/);
    await expect(serve(path(1), '--beside-file', 'test')).rejects.toThrow(/LABEL=FILE/);
    await expect(serve(path(1), '--beside-file', `served=${path(2)}`)).rejects.toThrow(
      /is the label that is served/,
    );
  });
});
