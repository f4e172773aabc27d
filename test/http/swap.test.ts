// A server whose artifact and policies are exchanged while it is asked, with real threads: dist must be built.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SepetError } from '../../src/base/errors.ts';
import { createLog } from '../../src/base/log.ts';
import type { ServedRelease } from '../../src/http/served.ts';
import { type Server, startServer } from '../../src/http/server.ts';
import { defaultPolicy } from '../../src/policy/defaults.ts';
import type { PolicyDocument } from '../../src/policy/document.ts';
import { checkPolicy } from '../../src/policy/parse.ts';
import type { Runner } from '../../src/pool/runner.ts';
import { piscinaRunner } from '../../src/pool/threads.ts';
import { openRecommender } from '../../src/recommend/open.ts';
import type { Recommender } from '../../src/recommend/recommender.ts';
import { temporaryFolder, writeShop } from '../recommend/shop.ts';
import { type Got, get, json, keepAlive } from './serving.ts';

const folder = temporaryFolder();
const worker = new URL('../../dist/src/pool/worker.js', import.meta.url);
const other = [checkPolicy({ name: 'other', revision: 3, limit: 2 })];
const shopSizes = { a: 300, b: 310 } as const;
type Name = keyof typeof shopSizes;

const shops = new Map<Name, { file: string; recommender: Recommender }>();
let server: Server;
let runner: Runner;
let numbers = 0;
const logged: string[] = [];

const shopOf = (name: Name) => {
  const shop = shops.get(name);
  if (shop === undefined) throw new Error(`There is no shop ${name}.`);
  return shop;
};

const release = (revision: number): ServedRelease => ({
  ...{ store: 'file:///srv/store', label: 'production', revision, deltas: revision },
  file: `sha256:${String(revision).padStart(64, '0')}`,
});

/** What the runner and the server are told of one version. */
function versionOf(name: Name, policies: readonly PolicyDocument[] = [defaultPolicy]) {
  const { file, recommender } = shopOf(name);
  const number = ++numbers;
  const version = { number, file, artifact: recommender.info.artifact, policies, pages: 'map' as const };
  const served = { recommender: openRecommender(file, { policy: policies }), policies };
  return { version, served: { ...served, release: release(number) } };
}

async function swapTo(name: Name, policies?: readonly PolicyDocument[]): Promise<void> {
  const { version, served } = versionOf(name, policies);
  expect(await runner.swap(version)).toBe(true);
  server.swap(served);
}

const url = (path: string): string => `http://127.0.0.1:${server.port}${path}`;
const metric = async (name: string): Promise<number> => {
  const text = (await get(url('/metrics'))).body.toString();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1) ?? Number.NaN);
};

beforeAll(async () => {
  for (const [name, products] of Object.entries(shopSizes)) {
    const file = folder.path(`${name}.sepet`);
    await writeShop(file, { seed: products, products });
    shops.set(name as Name, { file, recommender: openRecommender(file, { policy: [defaultPolicy] }) });
  }
});

afterAll(() => folder.remove());

async function start(): Promise<void> {
  const { version, served } = versionOf('a');
  runner = await piscinaRunner({ workers: 2, version, worker, onError: () => {} });
  const log = createLog('json', (line) => logged.push(line));
  server = await startServer({
    ...{
      host: '127.0.0.1',
      port: 0,
      maxBatch: 8,
      queue: 1000,
      resultCacheMb: 1,
      resultCacheSeconds: 60,
      cacheSeconds: 60,
    },
    ...{ ...served, runner, log, sinceContact: () => 1.5 },
  });
}

afterEach(() => server.stop({ drainSeconds: 0, lingerSeconds: 0 }));

describe('a swap of artifacts', () => {
  it('is followed by every path', async () => {
    await start();
    const artifactOf = (name: Name): string => shopOf(name).recommender.info.artifact;
    const before = release(numbers);
    expect(json(await get(url('/v1/artifact')))).toMatchObject({
      artifact: artifactOf('a'),
      release: before,
    });
    expect((await get(url('/v1/products/P305/bought-together'))).status).toBe(404);
    server.damaged(new SepetError('file_damaged', 'a is damaged.'));
    await swapTo('b', other);
    const now = json(await get(url('/v1/artifact')));
    expect(now).toMatchObject({ artifact: artifactOf('b'), products: 310, release: release(numbers) });
    expect(json(await get(url('/v1/policies')))).toMatchObject({ default: 'other' });
    expect((await get(url('/v1/policies/default'))).status).toBe(404);
    const ready = await get(url('/readyz'));
    expect([ready.status, json(ready).artifact]).toEqual([200, artifactOf('b')]);
    const answer = json(await get(url('/v1/products/P305/bought-together')));
    expect(answer).toMatchObject({ artifact: artifactOf('b'), policy: 'other@3', filled: { wanted: 2 } });
  });

  it('is followed by the metrics', async () => {
    await start();
    await swapTo('b');
    server.refused();
    expect(await metric('sepet_swaps_total{result="swapped"}')).toBe(1);
    expect(await metric('sepet_swaps_total{result="refused"}')).toBe(1);
    expect(await metric('sepet_artifact_products')).toBe(310);
    expect(await metric('sepet_release_revision')).toBe(numbers);
    expect(await metric('sepet_deltas_revision')).toBe(numbers);
    expect(await metric('sepet_store_last_contact_seconds')).toBe(1.5);
    const text = (await get(url('/metrics'))).body.toString();
    const served = text.split('\n').filter((line) => line.startsWith('sepet_artifact_info{'));
    expect(served).toHaveLength(1);
    expect(served[0]).toContain(shopOf('b').recommender.info.artifact);
  });

  it('fails no request under load, and no answer is of two versions', async () => {
    await start();
    const expected = new Map(
      [...shops.values()].map(({ recommender }): [string, Map<string, string>] => {
        const products = Array.from({ length: 300 }, (_, i) => `P${i}`);
        const answers = recommender.recommend(products.map((product) => ({ product })));
        return [
          recommender.info.artifact,
          new Map(answers.map((answer, i) => [`P${i}`, JSON.stringify(answer)])),
        ];
      }),
    );
    let isOver = false;
    const got: { product: string; answer: Got }[] = [];
    const agent = keepAlive(8);
    const client = async (first: number): Promise<void> => {
      for (let i = first; !isOver; i = (i + 11) % 300) {
        const product = `P${i}`;
        got.push({ product, answer: await get(url(`/v1/products/${product}/bought-together`), { agent }) });
      }
    };
    const clients = Array.from({ length: 8 }, (_, i) => client(i));
    for (let i = 0; i < 20; i++) await swapTo(i % 2 === 0 ? 'b' : 'a');
    isOver = true;
    await Promise.all(clients);
    agent.destroy();
    const artifacts = new Set<unknown>();
    for (const { product, answer } of got) {
      expect(answer.status).toBe(200);
      const { artifact } = json(answer) as { artifact: string };
      artifacts.add(artifact);
      expect(answer.body.toString()).toBe(expected.get(artifact)?.get(product));
    }
    expect(artifacts.size).toBe(2);
  });

  it('may come while the server drains: what is in flight is answered', async () => {
    await start();
    const { version } = versionOf('b');
    const asked = Array.from({ length: 50 }, (_, i) => get(url(`/v1/products/P${i}/bought-together`)));
    const swapping = runner.swap(version);
    const stopping = server.stop({ drainSeconds: 1, lingerSeconds: 0 });
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(await swapping).toBe(true);
    await stopping;
    expect(await runner.swap(versionOf('a').version)).toBe(false);
  });
});
