// Several policies on one server: which one answers, what is told of them, and what a request may change.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policyHash } from '../../src/policy/hash.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { sepet, smallArtifact } from '../shops.ts';
import { type Got, get, json, type Serving, serve } from './serving.ts';

const pdp = `name: pdp
revision: 7
limit: 5
filters:
  - { name: variants, drop: { group: same }, mandatory: true }
  - { name: stock, keep: { inStock: true } }
`;
const cart = `name: cart
placement: [cart, checkout]
limit: 3
rank:
  - { name: margin, field: margin, weight: 0.5 }
`;

const folder = mkdtempSync(join(tmpdir(), 'sepet-policies-'));
let artifact: string;
let flags: string[];
let server: Serving;

function policyFile(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

interface Answer {
  readonly policy: string;
  readonly items: readonly { id: string }[];
  readonly filled: { wanted: number; filteredBy?: Record<string, number> };
}

const ask = (parameters: Record<string, string> = {}): Promise<Got> =>
  get(`${server.url}/v1/products/${server.product}/bought-together?${new URLSearchParams(parameters)}`);
const answer = async (parameters: Record<string, string> = {}): Promise<Answer> =>
  json(await ask(parameters)) as unknown as Answer;

beforeAll(async () => {
  artifact = smallArtifact();
  flags = ['--policy', policyFile('pdp.yaml', pdp), '--policy', policyFile('cart.yaml', cart)];
  server = await serve(artifact, ...flags);
});

afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the policy of a request', () => {
  it.each([
    [{}, 'pdp@7', 5],
    [{ policy: 'cart' }, 'cart@1', 3],
    [{ placement: 'checkout' }, 'cart@1', 3],
    [{ placement: 'elsewhere' }, 'pdp@7', 5],
    [{ policy: 'pdp', placement: 'cart' }, 'pdp@7', 5],
    [{ placement: 'cart', limit: '8' }, 'cart@1', 8],
  ])('%j is answered by %s', async (parameters, policy, wanted) => {
    const got = await answer(parameters);
    expect([got.policy, got.filled.wanted]).toEqual([policy, wanted]);
    expect(got.items).toHaveLength(wanted);
  });

  it('is refused with the nearest name where it is not served', async () => {
    const got = await ask({ policy: 'crat' });
    expect(got.status).toBe(404);
    expect(json(got)).toMatchObject({ code: 'policy_unknown', detail: expect.stringContaining('"cart"') });
  });

  it('may differ from request to request of one batch', async () => {
    const wanted = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 'cart' : 'pdp'));
    const got = await Promise.all(wanted.map((policy) => answer({ policy })));
    expect(got.map(({ policy }) => policy.split('@')[0])).toEqual(wanted);
  });

  it('is the same in `sepet query`, byte for byte', async () => {
    for (const [parameters, options] of [
      [{ placement: 'cart' }, ['--placement', 'cart']],
      [{ policy: 'cart', limit: '4' }, ['--policy-name', 'cart', '--limit', '4']],
      [{ overrides: '{"limit":2}' }, ['--overrides', '{"limit":2}']],
    ] as [Record<string, string>, string[]][]) {
      const line = sepet('query', artifact, server.product, ...flags, ...options, '--json');
      expect(`${(await ask(parameters)).body}\n`).toBe(line);
    }
  });
});

describe('overrides', () => {
  const overrides = (value: unknown) => ({ overrides: JSON.stringify(value) });

  it('change the policy for one request', async () => {
    const got = await answer(overrides({ limit: 2, filters: { stock: { keep: { inStock: false } } } }));
    expect([got.policy, got.filled.wanted]).toEqual(['pdp@7', 2]);
    expect(got.filled.filteredBy?.stock).toBeGreaterThan(0);
    const free = await answer(overrides({ filters: { stock: false } }));
    expect(free.filled.filteredBy ?? {}).not.toHaveProperty('stock');
    const [first] = (await answer()).items;
    const blocked = await answer(overrides({ blocks: [first?.id] }));
    expect(blocked.items.map(({ id }) => id)).not.toContain(first?.id);
    expect((await answer()).items[0]).toEqual(first);
  });

  it.each([
    [{ filters: { variants: false } }, 'policy_invalid', 'mandatory'],
    [{ limitt: 3 }, 'policy_invalid', '"limit"'],
  ])('%j is refused', async (value, code, detail) => {
    const got = await ask(overrides(value));
    expect(got.status).toBe(400);
    expect(json(got)).toMatchObject({ code, detail: expect.stringContaining(detail) });
  });

  it.each(['{', '[]', '3', ''])('%j is no JSON object', async (text) => {
    expect(json(await ask({ overrides: text }))).toMatchObject({
      code: 'option_invalid',
      detail: 'overrides must be a JSON object.',
    });
  });
});

describe('what is told of the policies', () => {
  const document = parsePolicy(cart, 'cart.yaml');

  it('lists them, the default by name', async () => {
    const listed = json(await get(`${server.url}/v1/policies`));
    expect(listed).toEqual({
      default: 'pdp',
      policies: [
        expect.objectContaining({ name: 'pdp', revision: 7, policy: 'pdp@7', filters: 2, rank: 0 }),
        {
          name: 'cart',
          revision: 1,
          policy: 'cart@1',
          hash: policyHash(document),
          placement: ['cart', 'checkout'],
          limit: 3,
          filters: 0,
          rank: 1,
        },
      ],
    });
  });

  it('shows one in full, without where it was read from', async () => {
    const { origin: _, ...plain } = document;
    expect(json(await get(`${server.url}/v1/policies/cart`))).toEqual({
      name: 'cart',
      revision: 1,
      policy: 'cart@1',
      hash: policyHash(document),
      document: JSON.parse(JSON.stringify(plain)),
    });
    const missing = await get(`${server.url}/v1/policies/kart`);
    expect(missing.status).toBe(404);
    expect(json(missing)).toMatchObject({
      code: 'policy_unknown',
      detail: expect.stringContaining('"cart"'),
    });
  });
});

describe('a server is not started', () => {
  it.each([
    ['with two policies of one name', pdp, pdp, 'policy_invalid'],
    ['with two policies of one placement', cart, cart.replace('name: cart', 'name: other'), 'policy_invalid'],
    [
      'with a policy that names what the artifact lacks',
      pdp,
      pdp.replace('pdp', 'b').replace('group: same', 'brand: Nobody'),
      'policy_invalid',
    ],
  ])('%s', async (_, a, b, code) => {
    const files = ['--policy', policyFile('a.yaml', a), '--policy', policyFile('b.yaml', b)];
    await expect(serve(artifact, ...files)).rejects.toThrow(`[${code}]`);
  });
});
