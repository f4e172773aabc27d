// /admin on a server that follows a label: a look at the store on demand, and policies that an operator puts beside those
// of the release, in one line with what the label brings.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publishDelta } from '../../src/releases/deltas.ts';
import { send } from '../http/sending.ts';
import { type Got, get, json, keepAlive, type Serving } from '../http/serving.ts';
import { answer, end, Following, label, refusals, told, until, untilRevision } from './following.ts';
import { policyOf, put } from './world.ts';

let shop: Following;
const patient = ['--poll-seconds', '3600'];
const admin = ({ url }: Serving, method: string, path: string, body?: unknown): Promise<Got> =>
  send(method, `${url}/admin/${path}`, body);
const policiesOf = async (server: Serving) => (await told(server)).policies;

beforeEach(() => {
  shop = new Following();
});

afterEach(() => shop.remove());

describe('reload of a label', () => {
  it('serves what the label says now, long before the next look', async () => {
    await shop.publish(1);
    const server = await shop.begin(...patient);
    expect(json(await admin(server, 'POST', 'reload'))).toMatchObject({ changed: false });
    const file = await shop.publish(2);
    const reloaded = await admin(server, 'POST', 'reload');
    expect(reloaded.status).toBe(200);
    expect(json(reloaded)).toMatchObject({ changed: true, release: { revision: 2, file } });
    expect((await told(server)).manifest.name).toBe('shop-2');
    await end(server);
  });

  it('says what it refuses, counts it, and serves on', async () => {
    const artifact = await shop.publish(1);
    const server = await shop.begin(...patient);
    const { entry } = await put(shop.world.store, 'test', { policies: [policyOf('nobody', 'Nobody')] });
    await shop.pointAt({ artifact, policies: entry.policies });
    for (const times of [1, 2]) {
      const refused = await admin(server, 'POST', 'reload');
      expect([refused.status, json(refused).code]).toEqual([400, 'policy_invalid']);
      expect(await refusals(server)).toBe(times);
    }
    expect((await told(server)).release.revision).toBe(1);
    shop.takeStoreAway();
    expect(json(await admin(server, 'POST', 'reload')).code).toBe('store_unreachable');
    shop.bringStoreBack();
    await put(shop.world.store, label, { policies: [policyOf('acme')] });
    expect(json(await admin(server, 'POST', 'reload'))).toMatchObject({ policies: ['acme@1'] });
    await end(server);
  });
});

describe('policies that are put', () => {
  it('stay with the release through deltas, and go with it', async () => {
    await shop.publish(1);
    const server = await shop.begin(...patient);
    expect((await admin(server, 'PUT', 'policies/tried', { name: 'tried', limit: 2 })).status).toBe(200);
    await publishDelta(shop.world.store, [{ id: 'P2', price: 77 }], { by: 'a test', currency: 'TRY' });
    expect(json(await admin(server, 'POST', 'reload'))).toMatchObject({ changed: true });
    expect((await told(server)).release.deltas).toBe(1);
    expect(await policiesOf(server)).toEqual(['default@1', 'tried@1']);
    expect((await answer(server, 'P1', 'policy=tried')).items).toHaveLength(2);
    await shop.publish(2, { force: 'a test' });
    await admin(server, 'POST', 'reload');
    expect(await policiesOf(server)).toEqual(['default@1']);
    await end(server);
  });

  it('and releases that come at the same time stand in one line: no request fails, none sees two versions', async () => {
    await shop.publish(1);
    const server = await shop.begin('--poll-seconds', '0.1', '--workers', '2');
    const agent = keepAlive(4);
    const wrong: unknown[] = [];
    const pairs = new Set<string>();
    let isOver = false;
    const asking = Array.from({ length: 4 }, async (_, i) => {
      for (let n = i; !isOver; n += 4) {
        const got = await get(`${server.url}/v1/products/P${n % 50}/bought-together`, { agent });
        if (got.status === 200) pairs.add(`${json(got).artifact} ${json(got).policy}`);
        else wrong.push(got.status);
      }
    });
    const putting = (async () => {
      const codes: number[] = [];
      for (let revision = 2; !isOver; revision++) {
        const document = { name: 'default', revision, limit: 1 + (revision % 5) };
        codes.push((await admin(server, 'PUT', 'policies/default', document)).status);
        if (revision % 3 === 0) codes.push((await admin(server, 'POST', 'reload')).status);
        if (revision % 4 === 0) await admin(server, 'DELETE', 'policies/default');
      }
      return codes;
    })();
    for (let seed = 2; seed <= 6; seed++) {
      await shop.publish(seed, { force: 'a test' });
      await untilRevision(server, seed);
    }
    isOver = true;
    const codes = await putting;
    await Promise.all(asking);
    agent.destroy();
    expect(wrong).toEqual([]);
    expect(new Set(codes)).toEqual(new Set([200]));
    expect(codes.length).toBeGreaterThan(10);
    expect(new Set([...pairs].map((pair) => pair.split(' ')[0])).size).toBeGreaterThan(3);
    const { manifest, release } = await told(server);
    expect([manifest.name, release.revision]).toEqual(['shop-6', 6]);
    await until(async () => (await admin(server, 'POST', 'reload')).status === 200);
    await end(server);
  });
});
