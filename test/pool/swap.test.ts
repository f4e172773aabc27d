// Versions exchanged under load, with real threads and real artifacts: dist must be built (npm test does that first).

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { collectGarbage } from '../../src/base/garbage.ts';
import { defaultPolicy } from '../../src/policy/defaults.ts';
import type { PolicyDocument } from '../../src/policy/document.ts';
import { checkPolicy } from '../../src/policy/parse.ts';
import { type JobResult, readBatch } from '../../src/pool/answers.ts';
import { Batcher, type BatchObserver } from '../../src/pool/batcher.ts';
import { helped, inlineRunner, type Runner } from '../../src/pool/runner.ts';
import { Swaps } from '../../src/pool/swaps.ts';
import { piscinaRunner } from '../../src/pool/threads.ts';
import type { Version } from '../../src/pool/version.ts';
import { artifactOpener, Versions } from '../../src/pool/versions.ts';
import { encodeAnswer } from '../../src/recommend/encode.ts';
import { openRecommender } from '../../src/recommend/open.ts';
import { isFailure } from '../../src/recommend/recommender.ts';
import { temporaryFolder, writeShop } from '../recommend/shop.ts';
import { toyVersion, until } from './toy.ts';

const folder = temporaryFolder();
const own = new URL('../../dist/src/pool/worker.js', import.meta.url);
const toyWorker = new URL('../../dist/test/pool/toy-worker.js', import.meta.url);
const products = Array.from({ length: 400 }, (_, i) => `P${i}`);

/** An artifact and what it answers. */
interface Shop {
  readonly file: string;
  readonly artifact: string;
  readonly bodies: ReadonlyMap<string, string>;
}

let shops: readonly [Shop, Shop];
let runner: Runner | undefined;
const deaths: Error[] = [];

async function makeShop(seed: number): Promise<Shop> {
  const file = folder.path(`shop-${seed}.sepet`);
  await writeShop(file, { seed, products: products.length });
  const { info, recommend } = openRecommender(file, { policy: [defaultPolicy] });
  const answers = recommend(products.map((product) => ({ product })));
  const bodies = answers.map((answer, i): [string, string] => {
    if (isFailure(answer)) throw new Error(answer.error.message);
    return [products[i] as string, Buffer.from(encodeAnswer(answer, 'json')).toString()];
  });
  return { file, artifact: info.artifact, bodies: new Map(bodies) };
}

const plain = ({ origin: _, ...document }: PolicyDocument): unknown => structuredClone(document);

let numbers = 0;
const versionOf = ({ file, artifact }: Shop, policies = [defaultPolicy]): Version => ({
  number: ++numbers,
  file,
  artifact,
  policies,
  pages: 'map',
});

async function start(version: Version, { workers = 2, worker = own } = {}): Promise<Runner> {
  runner = await piscinaRunner({ workers, version, worker, onError: (error) => deaths.push(error) });
  return runner;
}

/** Asks for products over and over until it is told to stop; returns every answer. */
function load(on: Runner) {
  /** Requests that were answered, by whom. */
  const by = { worker: 0, loop: 0 };
  const observer: BatchObserver = {
    waited: () => {},
    answered: ({ size, by: whom }) => {
      by[whom] += size;
    },
    lost: () => {},
  };
  const batcher = new Batcher({ runner: on, maxBatch: 16, queue: 10_000, observer });
  const answers: { product: string; result: JobResult }[] = [];
  let isOver = false;
  const client = async (first: number): Promise<void> => {
    for (let i = first; !isOver; i = (i + 7) % products.length) {
      const product = products[i] as string;
      const result = await new Promise<JobResult>((resolve) =>
        batcher.submit({ request: { product }, encoding: 'json' }, resolve),
      );
      answers.push({ product, result });
      await sleep(1);
    }
  };
  const clients = Array.from({ length: 12 }, (_, i) => client(i));
  return {
    ...{ answers, by },
    stop: async () => {
      isOver = true;
      await Promise.all(clients);
    },
  };
}

const ask = async (on: Runner, ...asked: string[]): Promise<string[]> => {
  const jobs = asked.map((product) => ({ request: { product }, encoding: 'json' as const }));
  return readBatch(await on.run(jobs)).results.map((result) =>
    result.failure ? result.failure.code : Buffer.from(result.body).toString(),
  );
};

/** The artifact or toy version that answers. */
const servedBy = async (on: Runner): Promise<string> => JSON.parse((await ask(on, 'P1'))[0] ?? '').artifact;

/** How often this process maps files of the folder; undefined where the system does not tell. */
const mappings = (): number =>
  readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .filter((line) => line.includes('shop-')).length;
const openFiles = (): number => readdirSync('/proc/self/fd').length;

beforeAll(async () => {
  shops = [await makeShop(1), await makeShop(2)];
});

afterEach(async () => {
  await runner?.close();
  runner = undefined;
  deaths.length = 0;
});

afterAll(() => folder.remove());

describe('swapping versions', () => {
  it.each([
    ['of two threads', { workers: 2, helps: false }],
    ['of one thread that the event loop helps', { workers: 1, helps: true }],
  ])('%s many times under load fails no request and mixes no versions', async (_, { workers, helps }) => {
    const first = versionOf(shops[0]);
    const threads = await start(first, { workers });
    const versions = new Versions(artifactOpener());
    const all = helps ? helped(threads, versions, first) : threads;
    const { answers, by, stop } = load(all);
    for (let i = 1; i <= 100; i++) {
      const next = versionOf(shops[i % 2] as Shop);
      if (helps) versions.prepare(next);
      expect(await all.swap(next)).toBe(true);
      if (helps) await versions.keepOnly(next.number);
      await sleep(5);
    }
    await stop();
    expect(by.worker).toBeGreaterThan(0);
    expect(by.loop > 0).toBe(helps);
    const counts = new Map<string, number>();
    for (const { product, result } of answers) {
      if (result.failure) throw new Error(`${product}: ${result.failure.message}`);
      const body = Buffer.from(result.body).toString();
      const { artifact } = JSON.parse(body);
      const shop = shops.find((one) => one.artifact === artifact);
      expect(body).toBe(shop?.bodies.get(product));
      counts.set(artifact, (counts.get(artifact) ?? 0) + 1);
    }
    expect(Math.min(...shops.map(({ artifact }) => counts.get(artifact) ?? 0))).toBeGreaterThan(100);
    expect(deaths).toEqual([]);
  });

  it.runIf(existsSync('/proc/self/maps'))('gives back memory and files, also where nobody asks', async () => {
    const idle = await start(versionOf(shops[0]));
    await idle.swap(versionOf(shops[1]));
    await collectGarbage();
    await until(() => mappings() === 1);
    const files = openFiles();
    const usedBytes = process.memoryUsage.rss();
    for (let i = 0; i < 20; i++) await idle.swap(versionOf(shops[i % 2] as Shop));
    await until(() => mappings() === 1);
    await until(() => openFiles() <= files);
    expect(process.memoryUsage.rss() - usedBytes).toBeLessThan(64 * 2 ** 20);
  });

  it('answers a batch that has begun whole by the version before', async () => {
    const toy = await start(toyVersion(1), { worker: toyWorker, workers: 1 });
    const begun = ask(toy, 'a', 'slow-300', 'b');
    const swapped = toy.swap(toyVersion(2));
    const artifacts = (await begun).map((body) => JSON.parse(body).artifact);
    expect(artifacts).toEqual(Array(3).fill(toyVersion(1).artifact));
    expect(await swapped).toBe(true);
    expect(await servedBy(toy)).toBe(toyVersion(2).artifact);
  });

  it('puts swaps in line, of which the newest wins', async () => {
    const toy = await start(toyVersion(1), { worker: toyWorker });
    const swaps = [2, 3, 4, 5].map((number) => toy.swap(toyVersion(number)));
    expect(await Promise.all(swaps)).toEqual([false, false, false, true]);
    expect(await servedBy(toy)).toBe(toyVersion(5).artifact);
  });

  it('refuses what cannot be opened, and serves on', async () => {
    const toy = await start(toyVersion(1), { worker: toyWorker });
    const broken = expect.objectContaining({ code: 'file_damaged', message: 'broken is damaged.' });
    await expect(toy.swap(toyVersion(2, 'broken'))).rejects.toEqual(broken);
    expect(await servedBy(toy)).toBe(toyVersion(1).artifact);
    await expect(toy.swap(toyVersion(3, 'poison'))).rejects.toMatchObject({ code: 'internal' });
    expect(await toy.swap(toyVersion(4))).toBe(true);
    expect(await servedBy(toy)).toBe(toyVersion(4).artifact);
  });

  it('refuses what ends a thread, and serves on', async () => {
    const toy = await start(toyVersion(1), { worker: toyWorker });
    await expect(toy.swap(toyVersion(2, 'deadly'))).rejects.toThrow(/exited with code: 9/);
    expect(await servedBy(toy)).toBe(toyVersion(1).artifact);
    expect(await toy.swap(toyVersion(3))).toBe(true);
    expect(await servedBy(toy)).toBe(toyVersion(3).artifact);
  });

  it('tells a thread that replaces another the version of its batch', async () => {
    const toy = await start(toyVersion(1), { worker: toyWorker });
    await toy.swap(toyVersion(2));
    await expect(ask(toy, 'die')).rejects.toThrow(/exited with code: 7/);
    const asked = Array.from({ length: 100 }, () => servedBy(toy));
    expect(new Set(await Promise.all(asked))).toEqual(new Set([toyVersion(2).artifact]));
  });

  it('comes to nothing where the runner closes', async () => {
    const toy = await start(toyVersion(1), { worker: toyWorker });
    const swaps = [toy.swap(toyVersion(2, 'slow')), toy.swap(toyVersion(3))];
    await toy.close();
    expect(await Promise.all(swaps)).toEqual([false, false]);
    expect(await toy.swap(toyVersion(4))).toBe(false);
  });

  it.each([0, 1])('exchanges policies alone, with %i workers', async (workers) => {
    const version = versionOf(shops[0]);
    const other = [checkPolicy({ name: 'other', revision: 3, limit: 2 })];
    if (workers === 0) runner = inlineRunner(new Versions(artifactOpener()), version);
    const on = runner ?? (await start(version, { workers }));
    expect(JSON.parse((await ask(on, 'P1'))[0] ?? '')).toMatchObject({ policy: 'default@1' });
    await on.swap(versionOf(shops[0], other));
    const [body = ''] = await ask(on, 'P1');
    expect(JSON.parse(body)).toMatchObject({ policy: 'other@3', filled: { wanted: 2 } });
    const nonsense = [checkPolicy({ name: 'wrong', filters: [{ name: 'x', keep: { brand: ['Nobody'] } }] })];
    await expect(on.swap(versionOf(shops[0], nonsense))).rejects.toMatchObject({ code: 'policy_invalid' });
    expect(await ask(on, 'P1')).toEqual([body]);
  });
});

describe('the line of swaps', () => {
  it('does nothing for what is served already, whatever its number', async () => {
    const calls: string[] = [];
    const note = (what: string) => async (version: Version) => void calls.push(`${what} ${version.number}`);
    const swaps = new Swaps(
      { prepare: note('prepare'), switch: note('switch'), keepOnly: note('keep') },
      versionOf(shops[0], [defaultPolicy]),
    );
    expect(await swaps.swap(versionOf(shops[0], [checkPolicy(plain(defaultPolicy))]))).toBe(true);
    expect(calls).toEqual([]);
    const { number } = versionOf(shops[0]);
    const next = { ...versionOf(shops[1]), number };
    expect(await swaps.swap(next)).toBe(true);
    expect(await swaps.swap({ ...next, number: number + 1 })).toBe(true);
    expect(calls).toEqual([`prepare ${number}`, `switch ${number}`, `keep ${number}`]);
  });

  it('begins the next when what was replaced is gone', async () => {
    let isGone = true;
    const swaps = new Swaps(
      {
        prepare: async () => {
          expect(isGone).toBe(true);
          isGone = false;
        },
        switch: () => {},
        keepOnly: async () => {
          await sleep(30);
          isGone = true;
        },
      },
      toyVersion(1),
    );
    const swapped = [swaps.swap(toyVersion(2)), sleep(5).then(() => swaps.swap(toyVersion(3)))];
    expect(await Promise.all(swapped)).toEqual([true, true]);
  });
});
