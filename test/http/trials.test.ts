// Policies that nobody is served by: tried on requests and labels, held against artifacts, while customers are answered.

import { afterEach, describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../src/policy/defaults.ts';
import { policyHash } from '../../src/policy/hash.ts';
import { checkPolicy } from '../../src/policy/parse.ts';
import { end, Following, told, until } from '../releases/following.ts';
import { policyOf } from '../releases/world.ts';
import { sepet, smallArtifact } from '../shops.ts';
import { send } from './sending.ts';
import { type Got, get, json, keepAlive, type Serving, serve } from './serving.ts';

let server: Serving;
let shop: Following | undefined;

afterEach(async () => {
  await end(server);
  shop?.remove();
  shop = undefined;
});

const admin = (path: string, body: unknown): Promise<Got> =>
  send('POST', `${server.url}/admin/policies/${path}`, body);
const codeOf = (got: Got) => [got.status, json(got).code];
interface Answer {
  readonly product: string;
  readonly policy: string;
  readonly artifact: string;
  readonly code?: string;
}
const answersOf = (got: Got): Answer[] => {
  expect(got.status).toBe(200);
  return json(got).answers as Answer[];
};

/** Production is shop 1, test is shop 2, of which only the first knows the policy `acme`. */
async function beginBoth(...flags: string[]): Promise<Following> {
  shop = new Following();
  await shop.publish(1, { policies: [policyOf('acme')] });
  await shop.publish(2, { at: 'test' });
  server = await shop.begin('--beside', 'test', ...flags);
  await until(
    async () =>
      (await send('POST', `${server.url}/v1/labels/test/bought-together`, { product: 'P1' })).status === 200,
  );
  return shop;
}

describe('a policy is tried', () => {
  it('as text or as data, on one request or on many, on any label', async () => {
    const { world } = await beginBoth();
    const text = '# mine\nname: acme\nrevision: 9\nlimit: 4\n';
    const policy = { name: 'acme', revision: 9, limit: 4 };
    const one = await admin('try', { policy: text, request: { product: 'P3' } });
    expect(json(one)).toMatchObject({ product: 'P3', policy: 'acme@9', filled: { wanted: 4 } });
    expect((await admin('try', { policy, request: { product: 'P3' } })).body).toEqual(one.body);
    expect((await admin('try', { policy, request: { product: 'P3' }, label: 'production' })).body).toEqual(
      one.body,
    );
    const beside = await admin('try', { policy, request: { product: 'P3' }, label: 'test' });
    expect(json(beside).artifact).not.toBe(json(one).artifact);
    const { writeFileSync } = await import('node:fs');
    const file = world.path('acme.yaml');
    writeFileSync(file, text);
    for (const [got, seed] of [
      [one, 1],
      [beside, 2],
    ] as const)
      expect(`${got.body}\n`).toBe(
        sepet('query', world.path(`shop-${seed}.sepet`), 'P3', '--policy', file, '--json'),
      );
    const requests = [
      ...Array.from({ length: 62 }, (_, i) => ({ product: `P${i % 60}` })),
      { product: 'x' },
      { limit: 2 },
    ];
    const many = answersOf(await admin('try', { policy, requests, label: 'test' }));
    expect(many.slice(0, 62).map(({ product }) => product)).toEqual(
      requests.slice(0, 62).map((one) => 'product' in one && one.product),
    );
    expect(new Set(many.slice(0, 62).map((answer) => `${answer.policy} ${answer.artifact}`)).size).toBe(1);
    expect(many.slice(62).map(({ code }) => code)).toEqual(['product_unknown', 'option_invalid']);
    // Nothing is served by it.
    expect(await told(server)).toMatchObject({ policies: ['acme@1'] });
  });

  it('and whatever is wrong is said', async () => {
    await beginBoth();
    const policy = { name: 'x' };
    const request = { product: 'P1' };
    for (const [body, status, code, said] of [
      [{ policy }, 400, 'option_invalid', 'request or requests'],
      [{ policy, request, requests: [request] }, 400, 'option_invalid', 'one of both'],
      [{ policy, requests: [] }, 400, 'option_invalid', '1 to 64'],
      [{ policy, requests: Array(65).fill(request) }, 400, 'option_invalid', '1 to 64'],
      [{ policy, request, lable: 'test' }, 400, 'option_unknown', '"label"'],
      [{ policy, request, label: 'tests' }, 404, 'label_unknown', 'Did you mean "test"?'],
      [{ policy: { name: 'x', limit: 0 }, request }, 400, 'policy_invalid', 'limit'],
      [{ policy: 'name: x\nlimit: 0\n', requests: [request] }, 400, 'policy_invalid', 'line 2'],
      [{ policy: 'name: x\nblocks: [', request }, 400, 'policy_invalid', 'not YAML'],
      [{ policy: policyOf('x', 'Nobody'), requests: [request] }, 400, 'policy_invalid', '"Nobody"'],
      [{ policy, request: { product: 'x' } }, 404, 'product_unknown', '"x"'],
      [{ policy, request: { product: 'P1', limt: 3 } }, 400, 'option_unknown', 'limit'],
      [{ request }, 400, 'option_invalid', 'policy'],
    ] as const) {
      const got = await admin('try', body);
      expect([...codeOf(got), json(got).detail]).toEqual([status, code, expect.stringContaining(said)]);
    }
  });
});

describe('a policy is checked', () => {
  it('against its schema with lines and columns, all mistakes at once', async () => {
    await beginBoth();
    const policy = `name: pdp
limit: 1000
filtrs: []
filters:
  - name: stock
    keep: { inStok: true }
`;
    const got = await admin('check', { policy });
    expect(got.status).toBe(200);
    expect(json(got)).toEqual({
      valid: false,
      mistakes: [
        { message: expect.stringContaining('limit'), line: 2, column: 1, path: 'limit' },
        { message: expect.stringContaining('Did you mean "filters"?'), line: 3, column: 1, path: 'filtrs' },
        {
          message: expect.stringContaining('Did you mean "inStock"?'),
          line: 6,
          column: 13,
          path: 'filters.0.keep.inStok',
        },
      ],
    });
  });

  it('against the artifact of the label, and the placements of its other policies', async () => {
    shop = new Following();
    await shop.publish(1, {
      policies: [policyOf('acme'), checkPolicy({ name: 'cart', placement: ['cart'] })],
    });
    server = await shop.begin();
    const policy = `name: pdp
placement: [cart]
filters:
  - { name: a, keep: { brand: [Acme, Acne] } }
  - { name: b, keep: { field: { name: margn, min: 0.1 } } }
  - { name: c, drop: { category: Hom/Lamps } }
`;
    const { mistakes } = json(await admin('check', { policy, label: 'production' })) as {
      mistakes: { message: string; line: number; path: string }[];
    };
    expect(mistakes.map(({ line, path }) => [line, path])).toEqual([
      [2, 'placement'],
      [4, 'filters.0.keep.brand.1'],
      [5, 'filters.1.keep.field.name'],
      [6, 'filters.2.drop.category'],
    ]);
    expect(mistakes[1]?.message).toMatch(/names the brand "Acne".*Did you mean "Acme"\?/);
    expect(json(await admin('check', { policy: 'name: x\na: b: c' }))).toEqual({
      valid: false,
      mistakes: [expect.objectContaining({ line: 2, message: expect.stringContaining('not YAML') })],
    });
    expect(codeOf(await admin('check', { policy, label: 'nope' }))).toEqual([404, 'label_unknown']);
    expect(codeOf(await admin('check', { polcy: policy }))).toEqual([400, 'option_unknown']);
  });

  it('and told as it would be served', async () => {
    await beginBoth();
    const { origin: _, ...plain } = defaultPolicy;
    for (const policy of [plain, JSON.stringify(plain)]) {
      expect(json(await admin('check', { policy }))).toEqual({
        valid: true,
        policy: 'default@1',
        hash: policyHash(defaultPolicy),
        document: JSON.parse(JSON.stringify(plain)),
      });
    }
  });
});

describe('customers', () => {
  it('are answered while 64 expensive requests are tried', async () => {
    server = await serve(smallArtifact(), '--workers', '1');
    const popular = json(await get(`${server.url}/v1/products?limit=64`)).products as { id: string }[];
    const policy = {
      ...{ name: 'dear', limit: 100, efSearch: 4096, candidates: { count: 9000, max: 100_000 } },
      diversity: { mmr: 0.5, max: { brand: 90 } },
    };
    const requests = popular.map(({ id: product }) => ({ product, explain: true }));
    const startedMs = performance.now();
    let isOver = false;
    const tried = admin('try', { policy, requests }).then((got) => {
      isOver = true;
      return got;
    });
    const agent = keepAlive(1);
    const tookMs: number[] = [];
    for (let i = 0; !isOver; i++) {
      const askedMs = performance.now();
      // Each its own question, so that none is kept.
      const url = `${server.url}/v1/products/${popular[i % 64]?.id}/bought-together?limit=${1 + (i % 100)}`;
      const got = await get(url, { agent });
      expect(got.status).toBe(200);
      tookMs.push(performance.now() - askedMs);
    }
    agent.destroy();
    const tryMs = performance.now() - startedMs;
    const answers = answersOf(await tried);
    expect(answers.map(({ product, policy }) => [product, policy])).toEqual(
      popular.map(({ id }) => [id, 'dear@1']),
    );
    expect(tookMs.length).toBeGreaterThan(20);
    const sorted = tookMs.toSorted((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(tryMs / 10);
    // Were they tried where customers are answered, one of these would have waited for all of it.
    expect(sorted.at(-1)).toBeLessThan(0.75 * tryMs);
  });

  it('see whole releases while labels move and policies are tried on them', async () => {
    await beginBoth('--workers', '2');
    const following = shop as Following;
    const wrong: unknown[] = [];
    const seen = { production: new Set<string>(), test: new Set<string>(), served: new Set<string>() };
    let isOver = false;
    const trying = Array.from({ length: 4 }, async (_, i) => {
      for (let n = i; !isOver; n += 4) {
        const label = n % 2 === 0 ? 'production' : 'test';
        const policy = `name: tried\nrevision: ${n % 7}\nlimit: ${1 + (n % 5)}\n`;
        const requests = Array.from({ length: 16 }, (_, k) => ({ product: `P${(n + k) % 60}` }));
        const got = await admin('try', { policy, requests, label });
        if (got.status !== 200) {
          wrong.push([got.status, json(got)]);
          continue;
        }
        const answers = answersOf(got);
        const kinds = new Set(answers.map((one) => `${one.artifact} ${one.policy}`));
        if (kinds.size !== 1 || answers.some(({ code }) => code !== undefined))
          wrong.push([...kinds, ...answers.map(({ code }) => code)]);
        for (const { artifact } of answers) seen[label].add(artifact);
      }
    });
    const agent = keepAlive(2);
    const asking = Array.from({ length: 2 }, async (_, i) => {
      for (let n = i; !isOver; n += 2) {
        const got = await get(`${server.url}/v1/products/P${n % 60}/bought-together?limit=${1 + (n % 40)}`, {
          agent,
        });
        if (got.status === 200) seen.served.add(`${json(got).artifact} ${json(got).policy}`);
        else wrong.push(got.status);
      }
    });
    for (let seed = 3; seed <= 7; seed++) {
      await following.publish(seed, { at: 'test', force: 'a test' });
      await following.publish(seed + 10, { policies: [policyOf('acme', 'Acme', seed)], force: 'a test' });
      await until(async () => (await told(server)).release.revision === seed - 1);
      const { artifact } = await told(server);
      await until(() => seen.production.has(artifact));
    }
    isOver = true;
    await Promise.all([...trying, ...asking]);
    agent.destroy();
    expect(wrong).toEqual([]);
    expect(seen.production.size).toBe(6);
    expect(seen.test.size).toBeGreaterThan(3);
    // A policy's revision goes with its artifact: none was ever seen with another.
    expect(seen.served.size).toBe(6);
    expect(server.log()).not.toMatch(/died|lost|refused/);
  });
});
