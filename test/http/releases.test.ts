// Releases from the server: a real server that follows a label of a real store, and the way of a policy through it: saved,
// refused, promoted, rolled back, seen in the history and in a diff.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLabel } from '../../src/releases/label.ts';
import { promote } from '../../src/releases/promote.ts';
import { end, Following, label, told } from '../releases/following.ts';
import { policyOf, put, writeArtifact } from '../releases/world.ts';
import { sepetCommand } from '../shops.ts';
import { send } from './sending.ts';
import { type Got, get, json, type Serving, serveWith } from './serving.ts';

let shop: Following;
/** What is seen at once was looked for at once. */
const patient = ['--poll-seconds', '3600'];

const admin = ({ url }: Serving, method: string, path: string, body?: unknown): Promise<Got> => {
  // Node's own client says no length of a body that it sends with DELETE.
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = text !== undefined && { 'Content-Length': Buffer.byteLength(text) };
  return send(method, `${url}/admin/${path}`, text, { headers: { ...headers } });
};
const codeOf = (got: Got) => [got.status, json(got).code];

interface Told {
  readonly entry: Record<string, unknown> & { readonly revision: number };
  readonly policies?: { readonly names: readonly string[] };
}
const historyOf = async (server: Serving, of = label): Promise<Told[]> =>
  json(await admin(server, 'GET', `labels/${of}/history`)).entries as Told[];
const limited = (revision: number, limit = 3, name = 'pdp') => ({ name, revision, limit });
const save = (server: Serving, policy: unknown, more: object = {}, name = 'pdp', of = label) =>
  admin(server, 'PUT', `labels/${of}/policies/${name}`, { policy, why: 'a test', ...more });

beforeEach(async () => {
  shop = new Following();
  await shop.publish(1);
});

afterEach(() => shop.remove());

describe('a policy that is saved', () => {
  it('is a new revision, served at once, by whom and why', async () => {
    const server = await shop.begin(...patient);
    const saved = await save(server, limited(1), { by: 'Ayşe', expected: 1 });
    expect(json(saved)).toMatchObject({
      ...{ moved: true, looked: true, replacedBuiltIn: true, policies: ['pdp@1'] },
      entry: { label, revision: 2, action: 'publish', why: 'a test', from: { policies: null } },
      gates: [{ gate: 'policies', passed: true }],
    });
    expect(saved.status).toBe(200);
    expect((await told(server)).policies).toEqual(['pdp@1']);
    expect((await told(server)).release.revision).toBe(2);
    const [newest] = await historyOf(server);
    expect(newest?.entry.by).toMatch(/^Ayşe via .+/);
    expect(newest?.policies?.names).toEqual(['pdp@1']);
    await end(server);
  });

  it('leaves the others as they are, as text or as JSON', async () => {
    await put(shop.world.store, label, { policies: [policyOf('first'), policyOf('cart')] });
    const server = await shop.begin(...patient);
    expect(json(await save(server, 'name: cart\nrevision: 2\nlimit: 4\n', {}, 'cart'))).toMatchObject({
      ...{ replacedBuiltIn: false, policies: ['first@1', 'cart@2'] },
    });
    expect(json(await save(server, limited(1)))).toMatchObject({
      policies: ['first@1', 'cart@2', 'pdp@1'],
    });
    const again = json(await save(server, limited(1)));
    expect(again).toMatchObject({ moved: false, entry: { revision: 4 } });
    expect((await told(server)).policies).toEqual(['first@1', 'cart@2', 'pdp@1']);
    await end(server);
  });

  it('is refused where it is stale, called otherwise, or wrong', async () => {
    const server = await shop.begin(...patient);
    await save(server, limited(2));
    expect(codeOf(await save(server, limited(2, 5)))).toEqual([409, 'policy_stale']);
    expect(json(await save(server, limited(1, 5))).detail).toMatch(/revision 3 or a higher/);
    expect(codeOf(await save(server, limited(3), {}, 'cart'))).toEqual([400, 'option_invalid']);
    expect(codeOf(await save(server, { ...limited(3), limmit: 3 }))).toEqual([400, 'policy_invalid']);
    const brand = Array.from({ length: 900 }, (_, i) => `${i}${'x'.repeat(400)}`);
    const long = { ...limited(3), filters: [{ name: 'brand', keep: { brand } }] };
    expect(json(await save(server, long)).detail).toMatch(/longer than 262144 bytes/);
    const wrong = json(await save(server, 'name: pdp\nrevision: 3\nsort: prise\n'));
    expect([wrong.code, wrong.detail]).toEqual(['policy_invalid', expect.stringMatching(/line 3.*"price"/)]);
    expect(codeOf(await save(server, limited(3), {}, 'pdp', 'prodution'))).toEqual([404, 'label_unknown']);
    for (const body of [{ policy: limited(3) }, { why: 'none' }, { policy: limited(3), why: ' \n' }])
      expect(codeOf(await admin(server, 'PUT', `labels/${label}/policies/pdp`, body))).toEqual([
        400,
        'option_invalid',
      ]);
    expect(codeOf(await save(server, limited(3), { by: 'a\u202eb' }))).toEqual([400, 'option_invalid']);
    expect(json(await save(server, limited(3), { whi: 'x' })).detail).toMatch(/Did you mean "why"/);
    expect(await historyOf(server)).toHaveLength(2);
    await end(server);
  });

  it('is refused by the gates with every name that the artifact lacks, and nothing moves', async () => {
    const server = await shop.begin(...patient);
    const policy = {
      name: 'pdp',
      filters: [
        { name: 'a', keep: { brand: 'Acmee' } },
        { name: 'b', keep: { category: 'Nowhere' } },
      ],
    };
    const refused = await save(server, policy);
    expect(codeOf(refused)).toEqual([422, 'release_refused']);
    const { detail, gates } = json(refused);
    expect(detail).toMatch(/filters\.0\.keep\.brand.*filters\.1\.keep\.category/s);
    expect(gates).toMatchObject([{ gate: 'policies', passed: false }]);
    expect(await historyOf(server)).toHaveLength(1);
    await end(server);
  });

  it('of two editors one wins, and the other hears of it', async () => {
    const server = await shop.begin(...patient);
    const both = await Promise.all([
      save(server, limited(1, 3), { by: 'a', expected: 1 }),
      save(server, limited(1, 4), { by: 'b', expected: 1 }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const lost = both.find(({ status }) => status === 409) as Got;
    expect(json(lost)).toMatchObject({ code: 'label_conflict' });
    expect(json(lost).detail).toMatch(/revision 2 \(publish by [ab] via /);
    expect(codeOf(await save(server, limited(2), { expected: 7 }))).toEqual([409, 'label_conflict']);
    expect(await historyOf(server)).toHaveLength(2);
    await end(server);
  });

  it('meets another process that publishes to the label meanwhile', async () => {
    const server = await shop.begin(...patient);
    const results = await Promise.all([
      ...Array.from({ length: 4 }, (_, i) => save(server, limited(1, 1 + i, `p${i}`), {}, `p${i}`)),
      ...[10, 11].map(async (i) => {
        try {
          await put(shop.world.store, label, { policies: [policyOf(`q${i}`)] });
          return 200;
        } catch (error) {
          return (error as { status: number }).status;
        }
      }),
    ]);
    const statuses = results.map((one) => (typeof one === 'number' ? one : one.status));
    expect(statuses.filter((status) => status !== 200 && status !== 409)).toEqual([]);
    const won = statuses.filter((status) => status === 200).length;
    expect((await readLabel(shop.world.store, label))?.entry.revision).toBe(1 + won);
    await end(server);
  });

  it('is served by every process before it is acknowledged', async () => {
    const server = await shop.begin(...patient, '--instances', '2');
    for (let revision = 1; revision <= 3; revision++) {
      expect(json(await save(server, limited(revision)))).toMatchObject({ moved: true, looked: true });
      // A connection each, so that both are asked.
      const seen = await Promise.all(
        Array.from({ length: 12 }, async () => (await told(server)).policies[0]),
      );
      expect(new Set(seen)).toEqual(new Set([`pdp@${revision}`]));
    }
    await end(server);
  });

  it('can be taken out again, but for the one that answers who asks for none', async () => {
    await put(shop.world.store, label, { policies: [policyOf('first'), policyOf('cart')] });
    const server = await shop.begin(...patient);
    const remove = (name: string, more: object = {}) =>
      admin(server, 'DELETE', `labels/${label}/policies/${name}`, { why: 'not needed', ...more });
    expect(codeOf(await remove('first'))).toEqual([409, 'policy_fixed']);
    expect(json(await remove('carte')).detail).toMatch(/Did you mean "cart"/);
    expect(codeOf(await remove('cart', { expected: 1 }))).toEqual([409, 'label_conflict']);
    expect(json(await remove('cart', { by: 'Ali' }))).toMatchObject({ moved: true, policies: ['first@1'] });
    expect((await told(server)).policies).toEqual(['first@1']);
    await end(server);
  });
});

describe('labels', () => {
  it('are promoted and rolled back, and the server follows at once', async () => {
    await promote(shop.world.store, { from: label, to: 'test', why: 'a start' });
    const server = await shop.begin(...patient, '--beside', 'test');
    await save(server, limited(1), {}, 'pdp', 'test');
    const beside = async () =>
      (json(await get(`${server.url}/v1/labels`)).labels as { label: string; policies: string[] }[]).map(
        (one) => [one.label, one.policies],
      );
    expect(await beside()).toEqual([
      [label, ['default@1']],
      ['test', ['pdp@1']],
    ]);
    const promoted = await admin(server, 'POST', `labels/${label}/promote`, {
      ...{ from: 'test', why: 'it is better', by: 'Ali', expected: 1 },
    });
    expect(json(promoted)).toMatchObject({
      ...{ moved: true, looked: true },
      entry: { revision: 2, action: 'promote', source: { label: 'test', revision: 2 } },
    });
    expect((await told(server)).policies).toEqual(['pdp@1']);
    const stale = { from: 'test@1', why: 'late', expected: 1 };
    expect(codeOf(await admin(server, 'POST', `labels/${label}/promote`, stale))).toEqual([
      409,
      'label_conflict',
    ]);
    const back = await admin(server, 'POST', `labels/${label}/rollback`, { why: 'it is not' });
    expect(json(back)).toMatchObject({ moved: true, entry: { revision: 3, restores: 1 } });
    expect((await told(server)).policies).toEqual(['default@1']);
    const forth = { to: 2, why: 'it is', expected: 3 };
    expect(json(await admin(server, 'POST', `labels/${label}/rollback`, forth))).toMatchObject({
      entry: { revision: 4, restores: 2 },
    });
    expect(codeOf(await admin(server, 'POST', `labels/${label}/rollback`, { to: 9, why: 'x' }))).toEqual([
      404,
      'release_unknown',
    ]);
    expect(codeOf(await admin(server, 'POST', `labels/${label}/promote`, { from: 'tst', why: 'x' }))).toEqual(
      [404, 'label_unknown'],
    );
    const all = json(await admin(server, 'GET', 'labels'));
    expect((all.labels as Told[]).map(({ entry }) => [entry.label, entry.revision])).toEqual([
      [label, 4],
      ['test', 2],
    ]);
    expect((await historyOf(server)).map(({ entry }) => entry.revision)).toEqual([4, 3, 2, 1]);
    const two = json(await admin(server, 'GET', `labels/${label}/history?limit=2`)).entries;
    expect(two).toHaveLength(2);
    expect(codeOf(await admin(server, 'GET', 'labels/tst/history'))).toEqual([404, 'label_unknown']);
    await end(server);
  });

  it('are compared, while production answers', async () => {
    await shop.publish(2, { at: 'test' });
    const server = await shop.begin(...patient, '--beside', 'test');
    const tookMs: number[] = [];
    let isOver = false;
    const asking = (async () => {
      for (let i = 0; !isOver; i++) {
        const startedMs = performance.now();
        const got = await get(`${server.url}/v1/products/P${i % 50}/bought-together`);
        expect(got.status).toBe(200);
        tookMs.push(performance.now() - startedMs);
      }
    })();
    const startedMs = performance.now();
    const diffs = await Promise.all(
      Array.from({ length: 4 }, () =>
        admin(server, 'GET', `diff?from=${label}&to=test&products=50&examples=2`),
      ),
    );
    const comparedMs = performance.now() - startedMs;
    isOver = true;
    await asking;
    expect(diffs.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const store = ['--store', shop.world.address];
    const command = ['diff', label, 'test', '--products', '50', '--examples', '2', '--json', ...store];
    const printed = execFileSync(process.execPath, [sepetCommand, ...command], { encoding: 'utf8' });
    for (const one of diffs) expect(json(one)).toEqual(JSON.parse(printed));
    // Were it compared where it is answered, each comparison would have held one answer up, and they nearly all the time.
    const slowest = tookMs.toSorted((a, b) => b - a).slice(0, diffs.length);
    expect(tookMs.length).toBeGreaterThan(10 * diffs.length);
    expect(slowest.reduce((sum, ms) => sum + ms)).toBeLessThan(0.75 * comparedMs);
    // Names of files are none here.
    const file = encodeURIComponent(shop.world.path('shop-1.sepet'));
    expect(codeOf(await admin(server, 'GET', `diff?from=${file}&to=test`))).toEqual([404, 'release_unknown']);
    expect(codeOf(await admin(server, 'GET', 'diff?from=test'))).toEqual([400, 'option_invalid']);
    await end(server);
  });
});

describe('where it is not possible', () => {
  it('a server of a file has no releases', async () => {
    const server = await serveWith([shop.world.path('shop-1.sepet'), '--workers', '1']);
    expect(codeOf(await admin(server, 'GET', 'labels'))).toEqual([404, 'releases_off']);
    expect(codeOf(await save(server, limited(1)))).toEqual([404, 'releases_off']);
    expect(codeOf(await admin(server, 'GET', 'diff?from=a&to=b'))).toEqual([404, 'releases_off']);
    await end(server);
  });

  it('the token is asked for', async () => {
    const token = 'a-token-of-sixteen-or-more';
    const server = await shop.beginWith({ SEPET_ADMIN_TOKEN: token }, ...patient);
    for (const [method, path] of [
      ['GET', 'labels'],
      ['GET', `labels/${label}/history`],
      ['GET', `diff?from=${label}&to=${label}`],
      ['PUT', `labels/${label}/policies/pdp`],
      ['DELETE', `labels/${label}/policies/pdp`],
      ['POST', `labels/${label}/promote`],
      ['POST', `labels/${label}/rollback`],
    ] as const)
      expect([path, ...codeOf(await admin(server, method, path))]).toEqual([path, 401, 'token_missing']);
    const headers = { Authorization: `Bearer ${token}` };
    const got = await send('GET', `${server.url}/admin/labels`, undefined, { headers });
    expect(got.status).toBe(200);
    await end(server);
  });

  it('a store that is away is said to be', async () => {
    const server = await shop.begin(...patient);
    shop.takeStoreAway();
    expect(codeOf(await save(server, limited(1)))).toEqual([503, 'store_unreachable']);
    expect(codeOf(await admin(server, 'GET', 'labels'))[0]).toBe(503);
    shop.bringStoreBack();
    expect((await save(server, limited(1))).status).toBe(200);
    await end(server);
  });
});

describe('with --require-signature', () => {
  it('policies are not saved, what is signed moves, what is not does not', async () => {
    const [key, publicKey] = [shop.world.path('key.pem'), shop.world.path('pub.pem')];
    execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', key]);
    execFileSync('openssl', ['pkey', '-in', key, '-pubout', '-out', publicKey]);
    const signKey = readFileSync(key, 'utf8');
    const { store } = shop.world;
    const signed = await writeArtifact(shop.world.path('signed.sepet'), { seed: 3, name: 'signed' });
    await put(store, 'live', { artifact: signed, signKey });
    await put(store, 'live', { policies: [policyOf('acme')], signKey });
    await put(store, 'test', { policies: [policyOf('other', 'Acme', 2)] });
    const follows = ['--store', shop.world.address, '--label', 'live', '--workers', '1', ...patient];
    const cache = ['--cache', join(shop.world.path('serving'), 'signed')];
    const server = await serveWith([...follows, ...cache, '--require-signature', publicKey]);
    const refused = await save(server, limited(1), {}, 'pdp', 'live');
    expect(codeOf(refused)).toEqual([403, 'signature_missing']);
    expect(json(refused).detail).toMatch(/sepet publish --label live --sign-key/);
    const unsigned = { from: label, why: 'by mistake' };
    expect(codeOf(await admin(server, 'POST', 'labels/live/promote', unsigned))).toEqual([
      403,
      'signature_missing',
    ]);
    const back = await admin(server, 'POST', 'labels/live/rollback', { why: 'as before' });
    expect(json(back)).toMatchObject({ moved: true, looked: true, entry: { revision: 3 } });
    const again = await admin(server, 'POST', 'labels/live/promote', { from: 'live@2', why: 'x' });
    expect(codeOf(again)).toEqual([400, 'option_invalid']);
    const copied = await admin(server, 'POST', 'labels/next/promote', { from: 'live@2', why: 'x' });
    expect(json(copied)).toMatchObject({ moved: true, entry: { label: 'next', revision: 1 } });
    await end(server);
  });
});
