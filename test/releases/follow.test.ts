// Servers that follow a label, as users start them: dist must be built (npm test does that first).

import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { originOf } from '../../src/cli/serve-options.ts';
import { publishDelta } from '../../src/releases/deltas.ts';
import { artifactKey } from '../../src/releases/keys.ts';
import { signSubject } from '../../src/releases/sign.ts';
import { openStore } from '../../src/store/open.ts';
import { get, json, keepAlive } from '../http/serving.ts';
import { startS3 } from '../store/s3.ts';
import {
  answer,
  end,
  Following,
  flip,
  label,
  mapped,
  refusals,
  told,
  until,
  untilRevision,
  untilSaid,
} from './following.ts';
import { policyOf, put, writeArtifact } from './world.ts';

let shop: Following;

beforeEach(() => {
  shop = new Following();
});

afterEach(() => shop.remove());

describe('serving by label', () => {
  it('follows the label, fails no request, keeps only what it serves', async () => {
    await shop.publish(1);
    const server = await shop.begin();
    expect(await told(server)).toMatchObject({ manifest: { name: 'shop-1' }, release: { revision: 1 } });
    const agent = keepAlive(1);
    const statuses = new Set<number>();
    let isOver = false;
    const asking = (async () => {
      while (!isOver)
        statuses.add((await get(`${server.url}/v1/products/P1/bought-together`, { agent })).status);
    })();
    const file = await shop.publish(2);
    await untilRevision(server, 2);
    isOver = true;
    await asking;
    agent.destroy();
    expect([...statuses]).toEqual([200]);
    const { artifact, release, manifest } = await told(server);
    expect([manifest.name, release.file]).toEqual(['shop-2', file]);
    expect((await answer(server)).artifact).toBe(artifact);
    await until(() => readdirSync(shop.cached('artifacts')).length === 1);
    if (existsSync('/proc/self/maps')) await until(() => mapped(server) === 1);
    await server.stop();
  });

  it('takes policies by label, and refuses those that do not fit', async () => {
    const artifact = await shop.publish(1);
    const server = await shop.begin('--workers', '0');
    expect((await told(server)).policies).toEqual(['default@1']);
    await put(shop.world.store, label, { policies: [policyOf('acme', 'Acme', 4)] });
    await untilRevision(server, 2);
    expect(json(await get(`${server.url}/v1/policies`))).toMatchObject({ default: 'acme' });
    expect(await answer(server)).toMatchObject({ policy: 'acme@4' });
    const { entry } = await put(shop.world.store, 'test', { policies: [policyOf('nobody', 'Nobody')] });
    await shop.pointAt({ artifact, policies: entry.policies });
    await until(async () => (await refusals(server)) > 0);
    await untilSaid(server, /"level":"error".*Nobody.*Serving revision 2 on.*policy_invalid/);
    expect(await answer(server)).toMatchObject({ policy: 'acme@4' });
    await end(server);
  });

  it('shows a delta', async () => {
    await shop.publish(1);
    const server = await shop.begin();
    const { items } = await answer(server, 'P1', 'fields=price');
    const id = items[0]?.id ?? '';
    const priceNow = async () =>
      (await answer(server, 'P1', 'fields=price')).items.find((item) => item.id === id)?.price;
    await publishDelta(shop.world.store, [{ id, price: 123_456 }], { by: 'a test', currency: 'TRY' });
    await until(async () => (await priceNow()) === 123_456);
    expect((await told(server)).release).toMatchObject({ revision: 1, deltas: 1 });
    await publishDelta(shop.world.store, [{ id, stock: false }], { by: 'a test' });
    await until(async () => (await priceNow()) === undefined);
    await shop.publish(2, { force: 'a test' });
    await untilRevision(server, 2);
    expect((await told(server)).release.deltas).toBe(2);
    expect((await answer(server, id, 'fields=price')).artifact).toBe((await told(server)).artifact);
    await end(server);
  });

  it('follows a label in object storage', async () => {
    const s3 = await startS3();
    try {
      const store = openStore(s3.address);
      const artifact = await writeArtifact(shop.world.path('shop.sepet'), { seed: 1 });
      await put(store, label, { artifact });
      const server = await shop.begin('--store', s3.address, '--pages', 'huge', '--workers', '2');
      await put(store, label, { policies: [policyOf('acme')] });
      await untilRevision(server, 2);
      expect((await told(server)).policies).toEqual(['acme@1']);
      await end(server);
    } finally {
      await s3.stop();
    }
  });
});

describe('what the store says and cannot be served', () => {
  it('is a damaged object: the release before serves on, loudly, until it is repaired', async () => {
    await shop.publish(1);
    const server = await shop.begin();
    const before = await answer(server);
    const artifact = await shop.publish(2, { at: 'test' });
    flip(join(shop.world.address, artifactKey(artifact)));
    await shop.pointAt({ artifact, policies: null });
    await until(async () => (await refusals(server)) >= 2);
    await untilSaid(server, /file_damaged/);
    expect(server.log().match(/file_damaged/g)).toHaveLength(1);
    expect(await answer(server)).toEqual(before);
    expect((await get(`${server.url}/readyz`)).status).toBe(200);
    flip(join(shop.world.address, artifactKey(artifact)));
    await untilRevision(server, 2);
    await end(server);
  });

  it('is a damaged object, at the start: the last good release is served', async () => {
    await shop.publish(1);
    await shop.serveOnce();
    const artifact = await shop.publish(2, { at: 'test' });
    flip(join(shop.world.address, artifactKey(artifact)));
    await shop.pointAt({ artifact, policies: null });
    const server = await shop.begin();
    expect(await told(server)).toMatchObject({ manifest: { name: 'shop-1' }, release: { revision: 1 } });
    await untilSaid(server, /Serving the last good release, revision 1\..*file_damaged/);
    await end(server);
  });

  it('is a label without an artifact', async () => {
    await put(shop.world.store, label, { policies: [policyOf('acme')] });
    await expect(shop.begin()).rejects.toThrow(/no artifact yet.*sepet publish.*\[release_unknown\]/);
    await shop.publish(1);
    const server = await shop.begin();
    await shop.pointAt({ artifact: null, policies: null });
    await until(() => server.log().includes('release_unknown'));
    expect((await told(server)).release.revision).toBe(2);
    await end(server);
  });

  it('is a label that is not there', async () => {
    await shop.publish(1);
    const [cause] = await Promise.allSettled([shop.begin('--label', 'productoin')]);
    expect(String(cause.status === 'rejected' && cause.reason)).toMatch(/"production".*\[label_unknown\]/);
  });
});

describe('signatures', () => {
  it('are required where a key is given', async () => {
    const [ours, theirs] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
    const pem = shop.world.path('ours.pub.pem');
    writeFileSync(pem, ours.publicKey.export({ type: 'spki', format: 'pem' }));
    const keyOf = ({ privateKey }: typeof ours) =>
      privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await shop.publish(1);
    await expect(shop.begin('--require-signature', pem)).rejects.toThrow(/\[signature_missing\]/);
    await shop.publish(1, { signKey: keyOf(theirs) });
    await expect(shop.begin('--require-signature', pem)).rejects.toThrow(/\[signature_invalid\]/);
    await shop.publish(2, { signKey: keyOf(ours) });
    const server = await shop.begin('--require-signature', pem);
    expect((await told(server)).manifest.name).toBe('shop-2');
    const { revision } = (await told(server)).release;
    await put(shop.world.store, label, { policies: [policyOf('acme')] });
    await until(() => server.log().includes('signature_missing'));
    await put(shop.world.store, label, { policies: [policyOf('acme', 'Acme', 2)], signKey: keyOf(ours) });
    await untilRevision(server, revision + 2);
    await publishDelta(shop.world.store, [{ id: 'P2', price: 77 }], { by: 'a test', currency: 'TRY' });
    await untilSaid(server, /sepet delta.*signature_missing/);
    expect((await told(server)).release.deltas).toBe(0);
    await end(server);
  });

  it('that are good are applied to deltas too', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const pem = shop.world.path('pub.pem');
    writeFileSync(pem, publicKey.export({ type: 'spki', format: 'pem' }));
    const signKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await shop.publish(1, { signKey });
    const server = await shop.begin('--require-signature', pem);
    const sign = (subject: string) => signSubject(signKey, subject);
    await publishDelta(shop.world.store, [{ id: 'P2', price: 77 }], { by: 'a test', currency: 'TRY', sign });
    await until(async () => (await told(server)).release.deltas === 1);
    await end(server);
  });

  it('need a key', async () => {
    await shop.publish(1);
    const pem = shop.world.path('none.pem');
    writeFileSync(pem, 'no key');
    await expect(shop.begin('--require-signature', pem)).rejects.toThrow(/\[key_invalid\]/);
  });
});

describe('the options of serve', () => {
  it.each([
    [undefined, {}, /--store and --label/],
    ['a.sepet', { label }, /a\.sepet or the label production: not both/],
    [undefined, { label }, /In which store.*SEPET_STORE/],
    [undefined, { label, store: 'x', policy: ['p.yaml'] }, /policies come from the store/],
    [undefined, { label, store: 'x', verify: true as const }, /nothing is served unverified/],
    ['a.sepet', { pollSeconds: 2 }, /--poll-seconds is of use only with --label/],
    ['a.sepet', { requireSignature: 'x' }, /--require-signature is of use only with --label/],
  ])('say what does not go together: %j %j', (file, options, said) => {
    const refusal = { code: 'option_invalid', message: expect.stringMatching(said) };
    expect(() => originOf(file, options)).toThrow(expect.objectContaining(refusal));
  });

  it('take the store from the environment, which means nothing without a label', () => {
    process.env.SEPET_STORE = '/srv/store';
    expect(originOf(undefined, { label })).toEqual({ store: '/srv/store', label });
    expect(originOf('a.sepet', {})).toEqual({ file: 'a.sepet' });
    delete process.env.SEPET_STORE;
  });
});
