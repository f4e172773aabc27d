// Files that are opened without being verified: opening takes no time whatever the size, and what is damaged gives
// wrong answers or a SepetError. Nothing else, and never without end.

import { readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FittedBlend } from '../../src/artifact/blend.ts';
import { encodeCooccurrence, encodePopularity } from '../../src/artifact/lists.ts';
import { encodeManifest } from '../../src/artifact/manifest.ts';
import { encodeIndex } from '../../src/artifact/vectors.ts';
import { SepetError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { sourceOf } from '../../src/base/sections.ts';
import { encodeCatalog, openCatalog } from '../../src/catalog/catalog.ts';
import { mapFile, writeFile } from '../../src/native/index.ts';
import { checkPolicy } from '../../src/policy/parse.ts';
import { openRecommender } from '../../src/recommend/open.ts';
import { fieldNames } from '../../src/recommend/request.ts';
import { reorderProducts } from '../../src/training/build/rows.ts';
import { cpuMsSince, leastCpuMs } from '../cpu.ts';
import { makeMachine } from './machine.ts';
import { makeInputs, makeLists, shopSections, temporaryFolder, writeShop } from './shop.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

/** Together they use all that a file holds. */
const policies = [
  { name: 'plain' },
  {
    name: 'ranked',
    candidates: { source: ['embedding', 'cooccurrence'], blend: { embedding: 0.7, cooccurrence: 0.3 } },
    filters: [
      { name: 'stock', keep: { inStock: true } },
      { name: 'kind', drop: { category: 'same-leaf' } },
      { name: 'family', keep: { category: 'same-parent' } },
      { name: 'variants', drop: { group: 'same' } },
    ],
    rank: [{ name: 'margin', field: 'margin', weight: 0.1 }],
    diversity: { noAdjacentSame: 'category', max: { brand: 2, category: 4, group: 1 }, mmr: 0.3 },
    pins: ['P3'],
  },
  {
    name: 'short',
    limit: 100,
    candidates: { source: ['cooccurrence'] },
    filters: [{ name: 'margin', keep: { field: { name: 'margin', min: 0.9 } }, unknown: 'drop' }],
    fallback: ['category-popular', 'gender-popular'],
  },
  { name: 'machine', candidates: { source: ['fm', 'similar'], blend: { fm: 0.5, similar: 0.5 } } },
  { name: 'fitted', candidates: { source: ['embedding', 'cooccurrence', 'fm'], blend: 'fitted' } },
].map((policy) => checkPolicy(policy));

const calibration = { log: false, scale: 1, offset: -2, unknown: -4 };
const blend: FittedBlend = {
  ...{ version: 1, gamma: 0.5, temperature: 0.8 },
  calibration: {
    embedding: calibration,
    cooccurrence: { ...calibration, log: true },
    fm: calibration,
    similar: calibration,
  },
  tiers: [
    { orders: 0, weights: { embedding: 0.6, cooccurrence: 0.2, fm: 0.2 }, popularity: -0.1, offset: 0 },
    { orders: 40, weights: { embedding: 0.2, cooccurrence: 0.8 }, popularity: 0, offset: 0.1 },
  ],
};

type Damage = (bytes: Uint8Array, random: Random) => void;

const damages: Record<string, Damage> = {
  'flipped bits': (bytes, random) => {
    for (let i = 0; i < 1 + bytes.length / 50; i++) {
      const at = random.below(bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
    }
  },
  noise: (bytes, random) => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = random.below(256);
  },
  ones: (bytes) => void bytes.fill(0xff),
  zeros: (bytes) => void bytes.fill(0),
  // Not a number, in a float; a large row, in an integer.
  'words of 7FC00001': (bytes) => {
    for (let i = 0; i + 4 <= bytes.length; i += 4) bytes.set([1, 0, 0xc0, 0x7f], i);
  },
};

describe('a damaged file that is not verified', () => {
  const products = 700;
  let whole: Uint8Array;
  let names: { name: string; offset: number; bytes: number }[] = [];
  beforeAll(async () => {
    const file = folder.path('whole.sepet');
    await writeShop(file, {
      ...{ seed: 4, products, parts: { cold: true, similarLength: 5, cellsFrom: 300 } },
      fold: (inputs) => ({ ...inputs, blend, machine: makeMachine(inputs.products, { seed: 4 }) }),
    });
    whole = readFileSync(file);
    names = mapFile(file).sections.filter(({ bytes }) => bytes > 0);
  });

  /** Asks for everything; returns how many answers there were and which errors. */
  function ask(file: string): { answers: number; codes: string[] } {
    const codes: string[] = [];
    let answers = 0;
    const expected = <T>(work: () => T): T | undefined => {
      try {
        return work();
      } catch (error) {
        if (!(error instanceof SepetError)) throw error;
        codes.push(error.code);
        return undefined;
      }
    };
    const recommender = expected(() => openRecommender(file, { policy: policies }));
    expected(() => recommender?.popularIds(20));
    for (const q of ['', 'product 1', 'P']) {
      expected(() => recommender?.searchProducts({ q, brand: ['Acme'] }));
      expected(() => recommender?.searchProducts({ q }));
    }
    for (const brand of ['Acme', 'none']) {
      expected(() => recommender?.similarBrands(brand, 3));
      expected(() =>
        recommender?.combine({ items: [{ brand }, { product: 'P17' }], filters: { inStock: true } }),
      );
    }
    for (const { name: policy } of policies)
      for (const explain of [false, true])
        for (const product of explain ? ['P0', 'P699', 'no such'] : ['P17', 'P699']) {
          // So narrow that 700 products are searched in the graph.
          const basket = explain ? ['P1', 'P698', 'gone'] : [];
          const user = explain ? { country: 'north', age: 44 } : {};
          const context = explain ? { 'time.weekday': '2', 'time.hour': '9' } : {};
          const asked = { product, basket, policy, explain, efSearch: 10, fallback: true, user, context };
          const request = { ...asked, fields: fieldNames };
          const [outcome] = expected(() => recommender?.recommend([request])) ?? [];
          if (outcome === undefined) continue;
          if ('error' in outcome) codes.push(outcome.error.code);
          else answers++;
          JSON.stringify(outcome);
        }
    return { answers, codes };
  }

  it.each(Object.keys(damages))('answers, or says so by a SepetError: %s (seed 12)', (kind) => {
    const random = new Random(12);
    let answers = 0;
    const unexpected = new Set<string>();
    for (const { name, offset, bytes } of names) {
      const changed = Uint8Array.from(whole);
      (damages[kind] as Damage)(changed.subarray(offset, offset + bytes), random);
      const file = folder.path(`${kind} ${name}`.replaceAll(' ', '-'));
      writeFileSync(file, changed);
      const before = process.cpuUsage();
      const asked = ask(file);
      answers += asked.answers;
      for (const code of asked.codes) if (code === 'internal') unexpected.add(name);
      expect(cpuMsSince(before), name).toBeLessThan(5000);
    }
    expect([...unexpected]).toEqual([]);
    // Most sections are not needed by most answers.
    expect(answers).toBeGreaterThan(names.length * 10);
  });
});

const megabytes = 500;
const free = statfsSync(tmpdir());
const hasSpace = free.bavail * free.bsize > 4 * megabytes * 1_000_000;

describe.skipIf(!hasSpace)('a file of 500 MB (skipped without space for it)', () => {
  const products = 76_000;
  const dims = 512;
  const M = 16;

  /** Sections of the right sizes with next to nothing in them: opening without verifying cannot tell. */
  async function writeLarge(file: string): Promise<void> {
    const inputs = makeInputs({ seed: 1, products, dims: 1 });
    const rows = Uint32Array.from({ length: products }, (_, row) => row);
    const encoded = encodeCatalog(reorderProducts(inputs.products, { from: rows }));
    const { columns, categories } = openCatalog(sourceOf(encoded), products);
    const popularity = {
      category: columns.category,
      categoryParent: categories.parent,
      gender: columns.gender,
    };
    const small = await shopSections({ seed: 1, products: 20 });
    const manifest = JSON.parse(new TextDecoder().decode(small[0]?.data as Uint8Array));
    Object.assign(manifest, { dims, digests: {} });
    Object.assign(manifest.counts, { products, trained: products, cooccurrences: 0 });
    writeFile(file, [
      encodeManifest(manifest),
      ...encoded,
      { name: 'vec.in', data: new Float32Array(products * dims).fill(0.1) },
      { name: 'vec.out', data: new Float32Array(products * (dims + 1)).fill(0.1) },
      ...encodeIndex({ graph: emptyGraph(), codes: emptyCodes() }),
      ...encodeCooccurrence(makeLists(products)),
      ...encodePopularity({ ...columns, ...popularity, genders: 4, listLength: 500 }),
    ]);
  }

  /** Every list empty: headers as native/core/hnsw/graph.h and codes.h draw them. */
  function emptyGraph(): Uint8Array {
    const words = new Uint32Array(16 + products * 2 * M + 1).fill(0xffffffff);
    words.set([0, 0, 1, products, M, 200, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    words[words.length - 1] = 0;
    const bytes = new Uint8Array(words.buffer);
    bytes.set(new TextEncoder().encode('SEPHNSW\0'));
    return bytes;
  }

  function emptyCodes(): Uint8Array {
    const positions = 132;
    const bytes = new Uint8Array(64 + products * (128 + 16 * positions));
    new Uint32Array(bytes.buffer).set([0, 0, 1, products, 2 * M, dims + 1, 1, positions, 1, 0]);
    bytes.set(new TextEncoder().encode('SEPCODE\0'));
    return bytes;
  }

  it('is opened in less than 50 ms', async () => {
    const small = folder.path('small.sepet');
    await writeShop(small, { seed: 1, products: 20 });
    openRecommender(small);
    const file = folder.path('large.sepet');
    await writeLarge(file);
    const tookMs = leastCpuMs(() => {
      const opened = openRecommender(file);
      expect(opened.memory().bytes).toBeGreaterThan(megabytes * 1_000_000);
    });
    expect(tookMs).toBeLessThan(50);
  });
});
