// The thread of trials: what it answers, what it has open, what it dies of. With real threads: dist must be built.

import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeOverlay } from '../../src/catalog/overlay.ts';
import { defaultPolicy } from '../../src/policy/defaults.ts';
import { checkPolicy } from '../../src/policy/parse.ts';
import type { JobResult } from '../../src/pool/answers.ts';
import { readBatch } from '../../src/pool/answers.ts';
import { inlineRunner } from '../../src/pool/runner.ts';
import { Trials } from '../../src/pool/trials.ts';
import { nextNumber, type Version } from '../../src/pool/version.ts';
import { artifactOpener, Versions } from '../../src/pool/versions.ts';
import { openArtifact } from '../../src/recommend/artifact.ts';
import { temporaryFolder, writeShop } from '../recommend/shop.ts';
import { toyVersion, until } from './toy.ts';

const folder = temporaryFolder();
const own = new URL('../../dist/src/pool/trials-worker.js', import.meta.url);
const toyWorker = new URL('../../dist/test/pool/toy-trials-worker.js', import.meta.url);
const deaths: unknown[] = [];
const products = Array.from({ length: 40 }, (_, i) => `P${i}`);

let shops: readonly [Version, Version];
let trials: Trials | undefined;
/** Artifacts that labels point at, as the server would say. */
let artifacts: string[] = [];

async function makeShop(seed: number): Promise<Version> {
  const file = folder.path(`trial-${seed}.sepet`);
  await writeShop(file, { seed, products: 400 });
  const { id } = openArtifact(file);
  return { number: nextNumber(), file, artifact: id, policies: [defaultPolicy], pages: 'map' };
}

function start(options: { worker?: URL; queue?: number; idleMs?: number } = {}): Trials {
  const made = new Trials({
    ...{ artifacts: () => artifacts, onError: (error) => deaths.push(error), worker: own },
    ...options,
  });
  trials = made;
  return made;
}

const ask = (on: Trials, version: Version, product: string): Promise<JobResult> =>
  new Promise((resolve, reject) => {
    const ticket = on.submit(version, { request: { product }, encoding: 'json' }, resolve);
    if (ticket === undefined) reject(new Error('overloaded'));
  });

const text = (result: JobResult): string =>
  result.failure ? result.failure.code : Buffer.from(result.body).toString();
const textOf = async (...asked: Parameters<typeof ask>): Promise<string> => text(await ask(...asked));

/** What a worker of the server would answer, byte for byte. */
async function truth(version: Version, asked: readonly string[]): Promise<string[]> {
  const runner = inlineRunner(new Versions(artifactOpener()), version);
  const jobs = asked.map((product) => ({ request: { product }, encoding: 'json' as const }));
  return readBatch(await runner.run(jobs)).results.map(text);
}

/** Files of the folder that this process has mapped. */
const mapped = (): string[] => {
  const lines = readFileSync('/proc/self/maps', 'utf8').split('\n');
  return [...new Set(lines.flatMap((line) => /trial-\d+(?=\.sepet)/.exec(line)?.[0] ?? []))].sort();
};

beforeAll(async () => {
  shops = [await makeShop(1), await makeShop(2)];
});

afterEach(async () => {
  await trials?.close();
  trials = undefined;
  artifacts = [];
  deaths.length = 0;
});

afterAll(() => folder.remove());

describe('the thread of trials', () => {
  it('answers as the workers would, by whatever version it is asked', async () => {
    artifacts = shops.map(({ artifact }) => artifact);
    const on = start();
    expect(on.isRunning).toBe(false);
    const asked = await Promise.all(
      products.map((product, i) => textOf(on, shops[i % 2] as Version, product)),
    );
    const truths = await Promise.all(shops.map((shop) => truth(shop, products)));
    expect(asked).toEqual(products.map((_, i) => truths[i % 2]?.[i]));
    expect(on.isRunning).toBe(true);
    expect(deaths).toEqual([]);
  });

  it('holds deltas', async () => {
    const [shop] = shops;
    const { catalog } = openArtifact(shop.file);
    const changes = new Map([
      ['P1', { id: 'P1', price: 77 }],
      ['new', { id: 'new', title: 'New', brand: 'Neu', price: 5, stock: true }],
    ]);
    const { overlay } = makeOverlay(catalog, changes as never, 3);
    const version = { ...shop, number: nextNumber(), overlay };
    const on = start();
    expect(await textOf(on, version, 'P1')).toEqual((await truth(version, ['P1']))[0]);
    expect(await textOf(on, shop, 'new')).toBe('product_unknown');
    expect(JSON.parse(await textOf(on, version, 'new')).product).toBe('new');
    // A brand that came with a delta is one that a policy may name.
    const policy = { name: 'x', filters: [{ name: 'b', keep: { brand: 'Neu' } }] };
    expect(await on.inspect(version, policy)).toHaveProperty('document');
    expect((await on.inspect(shop, policy)).mistakes?.[0]?.said).toContain('"Neu"');
  });

  it('tries a policy on a version, and knows it again', async () => {
    const [shop] = shops;
    const on = start();
    const inspected = await on.inspect(shop, 'name: short\nlimit: 2\n');
    if (inspected.mistakes !== undefined) throw new Error('It has no mistakes.');
    const tried = on.tried(shop, inspected);
    expect(JSON.parse(await textOf(on, tried, 'P1'))).toMatchObject({
      policy: 'short@1',
      filled: { wanted: 2 },
    });
    expect(on.tried(shop, inspected)).toBe(tried);
    expect(on.tried(shops[1], inspected)).not.toBe(tried);
    expect(on.tried(shop, { document: checkPolicy({ name: 'short', limit: 3 }), hash: 'other' })).not.toBe(
      tried,
    );
  });

  it('names every mistake of a policy with its place', async () => {
    const on = start();
    const wrong = `name: pdp
filters:
  - { name: a, keep: { brand: [Acme, Acne] } }
  - name: b
    keep:
      category: Home/Lamp
placement: cart
`;
    const found = await on.inspect(shops[0], wrong, [checkPolicy({ name: 'cart', placement: ['cart'] })]);
    expect(found.mistakes?.map(({ line, column, place }) => [line, column, place])).toEqual([
      [3, 38, 'filters.0.keep.brand.1'],
      [6, 7, 'filters.1.keep.category'],
      [7, 1, 'placement'],
    ]);
    expect(found.mistakes?.[1]?.said).toContain('Did you mean "Home/Lamps"?');
    expect(found.mistakes?.[2]?.said).toContain("is cart's already");
    // It may replace the one of its name.
    const itself = [checkPolicy({ name: 'pdp', placement: ['cart'] })];
    expect(await on.inspect(shops[0], { name: 'pdp', placement: 'cart' }, itself)).toMatchObject({
      document: { name: 'pdp' },
      hash: expect.stringMatching(/^sha256:/),
    });
    const broken = await on.inspect(shops[0], 'name: x\nfilters: [');
    expect(broken.mistakes).toEqual([expect.objectContaining({ line: 2, column: expect.any(Number) })]);
  });

  it('outlives text that is made to break a parser', async () => {
    const on = start();
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...[...'bcdefgh'].map((name, i) => {
        const before = 'abcdefgh'[i];
        return `${name}: &${name} [${Array(9).fill(`*${before}`).join(',')}]`;
      }),
    ].join('\n');
    const nested = ['[', '{a: ', '- ', '? ', 'a: '].map((one) =>
      one.repeat(Math.floor(250_000 / one.length)),
    );
    const lines = Array.from({ length: 600 }, (_, i) => `${' '.repeat(i)}a:`).join('\n');
    for (const nasty of [bomb, lines, ...nested, '['.repeat(900), 'x'.repeat(300_000), '\u0000', '&a [*a]']) {
      const { mistakes } = await on.inspect(shops[0], nasty);
      expect(mistakes?.length).toBeGreaterThan(0);
    }
    for (const nothing of [undefined, null, 3, [], true, ''])
      expect((await on.inspect(shops[0], nothing)).mistakes).toHaveLength(1);
    expect(deaths).toEqual([]);
  });

  it('says what keeps a version from being opened, for each answer', async () => {
    const on = start();
    const gone = {
      ...shops[0],
      number: nextNumber(),
      artifact: 'sha256:gone',
      file: folder.path('none.sepet'),
    };
    expect(await Promise.all([textOf(on, gone, 'P1'), textOf(on, gone, 'P2')])).toEqual([
      'file_not_found',
      'file_not_found',
    ]);
    const replaced = { ...shops[0], number: nextNumber(), artifact: 'sha256:another' };
    expect(await textOf(on, replaced, 'P1')).toBe('file_replaced');
    await expect(on.inspect(gone, { name: 'x' })).rejects.toMatchObject({ code: 'file_not_found' });
    const misfit = [checkPolicy({ name: 'x', filters: [{ name: 'b', keep: { brand: 'Nobody' } }] })];
    expect(await textOf(on, { ...shops[0], number: nextNumber(), policies: misfit }, 'P1')).toBe(
      'policy_invalid',
    );
    expect(JSON.parse(await textOf(on, shops[0], 'P1')).product).toBe('P1');
  });

  it.runIf(existsSync('/proc/self/maps'))(
    'lets go of what no label points at, and of all when it ends',
    async () => {
      const [one, other] = shops;
      artifacts = [one.artifact, other.artifact];
      const on = start({ idleMs: 400 });
      await textOf(on, one, 'P1');
      await textOf(on, other, 'P1');
      expect(mapped()).toEqual(expect.arrayContaining(['trial-1', 'trial-2']));
      artifacts = [other.artifact];
      await textOf(on, other, 'P2');
      await until(() => !on.isRunning);
      expect(JSON.parse(await textOf(on, one, 'P1')).artifact).toBe(one.artifact);
    },
  );
});

describe('the queue of trials', () => {
  it('is bounded, counts what is cancelled as gone, and keeps deadlines', async () => {
    const on = start({ worker: toyWorker, queue: 4 });
    const version = toyVersion(nextNumber());
    const slow = ask(on, version, 'slow-1500');
    await until(() => on.waiting === 0);
    const waiting = ['a', 'b', 'c', 'd'].map((product) => {
      const results: string[] = [];
      const job = { request: { product }, encoding: 'json' as const };
      return {
        results,
        ticket: on.submit(
          version,
          job,
          (result) => results.push(text(result)),
          product === 'd' ? performance.now() + 20 : undefined,
        ),
      };
    });
    await expect(ask(on, version, 'e')).rejects.toThrow('overloaded');
    await expect(on.inspect(version, {})).rejects.toMatchObject({ code: 'overloaded' });
    const [first] = waiting;
    if (first?.ticket) first.ticket.cancelled = true;
    const late = ask(on, version, 'e');
    expect(JSON.parse(text(await slow)).product).toBe('slow-1500');
    expect(JSON.parse(text(await late)).product).toBe('e');
    const codes = waiting.map(({ results }) => results.map((one) => (one.startsWith('{') ? 'answer' : one)));
    expect(codes).toEqual([[], ['answer'], ['answer'], ['deadline_exceeded']]);
  });

  it('loses with a thread that dies what that had in hand, and nothing else', async () => {
    const on = start({ worker: toyWorker });
    const one = toyVersion(nextNumber());
    const other = toyVersion(nextNumber());
    const before = ask(on, other, 'a');
    const dies = ask(on, one, 'die');
    const after = ['b', 'c', 'd'].map((product) => ask(on, other, product));
    expect(text(await before)).toContain('"product":"a"');
    expect(text(await dies)).toBe('internal');
    for (const [i, result] of (await Promise.all(after)).entries())
      expect(text(result)).toContain(`"product":"${'bcd'[i]}"`);
    expect(deaths).toEqual([
      expect.objectContaining({ message: expect.stringContaining('exited with code: 7') }),
    ]);
    expect(text(await ask(on, one, 'e'))).toContain('"product":"e"');
  });

  it('takes one poisonous request out of many', async () => {
    const on = start({ worker: toyWorker });
    const version = toyVersion(nextNumber());
    const results = await Promise.all(
      ['a', 'poison', 'strict', 'b'].map((product) => textOf(on, version, product)),
    );
    expect(results.map((one) => (one.startsWith('{') ? JSON.parse(one).product : one))).toEqual([
      'a',
      'internal',
      'option_invalid',
      'b',
    ]);
  });

  it('fails what it has in hand when it is closed, and takes no more', async () => {
    const on = start({ worker: toyWorker });
    const version = toyVersion(nextNumber());
    // Ended in the middle of it.
    const slow = [ask(on, version, 'slow-9000'), ...products.map((product) => ask(on, version, product))];
    await sleep(100);
    await on.close();
    const codes = (await Promise.all(slow)).map(text);
    expect(codes[0]).toBe('internal');
    expect(codes.at(-1)).toBe('shutting_down');
    await expect(ask(on, version, 'a')).rejects.toThrow('overloaded');
    await expect(on.inspect(version, {})).rejects.toMatchObject({ code: 'shutting_down' });
    expect(deaths).toEqual([]);
  });
});
