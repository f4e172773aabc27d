import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { ingest } from '../../src/dataprep/ingest.ts';
import { writeFile } from '../../src/native/index.ts';
import { cooccurrences, measures } from '../../src/tables/cooccurrence.ts';
import {
  type Baskets,
  type ProductTable,
  readBaskets,
  readManifest,
  readProducts,
} from '../../src/tables/dataset.ts';
import { type TestBaskets, testBaskets } from '../../src/training/evaluate/baskets.ts';
import { easeMethod } from '../../src/training/evaluate/ease.ts';
import { type EvaluateOptions, evaluate } from '../../src/training/evaluate/evaluate.ts';
import {
  candidateRows,
  cooccurrenceMethod,
  inInMethod,
  type Method,
  popularityMethod,
  word2vecMethod,
} from '../../src/training/evaluate/methods.ts';
import { type Judged, runMethod } from '../../src/training/evaluate/run.ts';
import { popularityBands, popularitySlicing, type SliceTally } from '../../src/training/evaluate/slices.ts';
import {
  type PlainModel,
  plainCooccurrence,
  plainCosine,
  plainEase,
  plainFbt,
  plainLeaveOneOut,
  plainLists,
  plainMetrics,
  plainWord2vec,
  type Score,
} from './evaluate-reference.ts';

const dims = 6;
const k = 10;
const gamma = 0.5;
const seed = 20_250_901;
const dir = mkdtempSync(join(tmpdir(), 'sepet-evaluate-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const options: EvaluateOptions = { k, gamma, maxBaskets: 1000, seed: 1 };
let products: ProductTable;
let train: Baskets;
let asked: TestBaskets;
let model: PlainModel;

async function writeModel(
  name: string,
  vectors: PlainModel,
  parameters: object = { split: 'train' },
): Promise<string> {
  const { hashes } = await readManifest(dir);
  const manifest = new TextEncoder().encode(
    JSON.stringify({ kind: 'sepet-model', version: 1, parameters, hashes }),
  );
  const path = join(dir, name);
  writeFile(path, [
    { name: 'manifest', data: manifest },
    { name: 'w2v.in', data: vectors.in },
    { name: 'w2v.out', data: vectors.out },
  ]);
  return path;
}

beforeAll(async () => {
  const random = new Random(seed);
  const lines = ['order_id,time,product_id,quantity,price'];
  for (let order = 0; order < 600; order++) {
    const time = new Date(Date.UTC(2025, 0, 1) + order * 7_200_000)
      .toISOString()
      .slice(0, 19)
      .replace('T', ' ');
    for (let i = random.below(5); i >= 0; i--) {
      const product = Math.floor(60 * random.float() ** 2);
      // The last products appear only at the end, so that some test products are new.
      if (product < 55 || order > 560) lines.push(`${order},${time},P${product},1,9.90`);
    }
  }
  const orders = join(dir, 'orders.csv');
  writeFileSync(orders, `${lines.join('\n')}\n`);
  await ingest({ files: [orders], out: dir, testShare: 0.15 });
  products = await readProducts(dir);
  train = await readBaskets(dir, { split: 'train' });
  const split = await readBaskets(dir, { split: 'test' });
  asked = testBaskets(new Random(1), split, products, { maxBasket: 20, maxBaskets: 1000 });
  const vector = (): Float32Array =>
    Float32Array.from({ length: products.products * dims }, () => Math.fround(random.normal()));
  model = { dims, in: vector(), out: vector() };
  await writeModel('model.sepet', model);
});

describe('each method ranks as its plain twin does', () => {
  const twins: [string, () => Promise<Method>, () => { score: Score; weight: Score }][] = [
    [
      'popularity',
      async () => popularityMethod(products, candidateRows(products), 100),
      () => ({
        score: (_, j) => products.ordersTrain[j] ?? 0,
        weight: (_, j) => products.ordersTrain[j] ?? 0,
      }),
    ],
    ...measures.map((name): [string, () => Promise<Method>, () => { score: Score; weight: Score }] => [
      name,
      async () => cooccurrenceMethod(name, (await cooccurrences(dir, [name], { topN: 100 }))[name]),
      () => {
        const score = plainCooccurrence(train, 180)[name] as Score;
        return { score, weight: score };
      },
    ]),
    [
      'word2vec',
      async () => word2vecMethod(model, products, candidateRows(products), { gamma, depth: 100 }),
      () => {
        const score = plainWord2vec(model, products.ordersTrain, gamma);
        return { score, weight: (i, j) => (i === j ? Number.NaN : Math.exp(score(i, j))) };
      },
    ],
    [
      'word2vecInIn',
      async () => inInMethod(model, candidateRows(products), 100),
      () => {
        const score = plainCosine(model);
        return { score, weight: (i, j) => (i === j ? Number.NaN : Math.exp(score(i, j))) };
      },
    ],
    [
      'ease',
      () => easeMethod(train, candidateRows(products), products.products, { lambda: 5, depth: 100 }),
      () => {
        const score = plainEase(train, [...candidateRows(products)], 5);
        return { score, weight: score };
      },
    ],
  ];

  test.each(twins)('%s', async (_, make, plain) => {
    const candidates = candidateRows(products);
    const tallies = await runMethod(await make(), asked, {
      ...{ k, ks: [3, 15], orders: products.ordersTrain, candidates },
      slicings: [popularitySlicing(products.ordersTrain, candidates)],
    });
    const { score, weight } = plain();
    const fbt = plainFbt(asked, [...candidates], score, k);
    const leaveOneOut = plainLeaveOneOut(asked, [...candidates], weight, k);
    expect(asked.heldOut.length, `seed ${seed}`).toBeGreaterThan(30);
    fbt.forEach((value, b) => {
      expect(tallies.fbt.perBasket.ndcg[b], `basket ${b}, seed ${seed}`).toBeCloseTo(value, 6);
    });
    expect([...tallies.leaveOneOut.perBasket.hitRate], `seed ${seed}`).toEqual(leaveOneOut);
    const lists = plainLists(asked, [...candidates], score, 15);
    expectBesides(tallies.fbt, lists, k);
    for (const [length, at] of tallies.at) expectBesides(at.fbt, lists, length);
    expect([...tallies.at.keys()]).toEqual([3, 15]);
    expectSlices(tallies, lists, leaveOneOut);
  });

  type Lists = ReturnType<typeof plainLists>;
  const mean = (values: readonly number[]): number =>
    values.reduce((all, one) => all + one, 0) / values.length;

  /** Precision, recall and what was shown, from their definitions. */
  function expectBesides(tally: Judged['fbt'], lists: Lists, length: number): void {
    const plain = lists.map((own) => {
      const each = own.map(({ list, relevant }) => plainMetrics(list, relevant, length));
      return {
        hitRate: mean(each.map(({ hitRate }) => hitRate)),
        precision: mean(each.map(({ precision }) => precision)),
        recall: mean(each.map(({ recall }) => recall)),
      };
    });
    for (const name of ['hitRate', 'precision', 'recall'] as const)
      plain.forEach((figures, b) => {
        expect(tally.perBasket[name][b], `${name} at ${length}, seed ${seed}`).toBeCloseTo(figures[name], 9);
      });
    const shown = lists.flat().flatMap(({ list }) => list.slice(0, length));
    const orders = products.ordersTrain;
    const all = orders.reduce((sum, n) => sum + n, 0);
    expect(tally.novelty()).toBeCloseTo(mean(shown.map((row) => -Math.log2((orders[row] ?? 0) / all))), 9);
    const catalogue = candidateRows(products).length;
    expect(tally.coverage(catalogue)).toBeCloseTo(new Set(shown).size / catalogue, 12);
  }

  /** Every list is in the band of the product asked, every cart in that of the product held out. */
  function expectSlices(tallies: Judged, lists: Lists, leaveOneOut: readonly number[]): void {
    const { of } = popularitySlicing(products.ordersTrain, candidateRows(products));
    popularityBands.forEach((_, band) => {
      const own = lists.flatMap((each) =>
        each
          .filter(({ seed }) => of[seed] === band)
          .map(({ list, relevant }) => ({
            weight: 1 / each.length,
            hit: plainMetrics(list, relevant, k).hitRate,
          })),
      );
      const held = leaveOneOut.filter((_, b) => {
        const row = asked.items[(asked.offsets[b] ?? 0) + (asked.heldOut[b] ?? 0)] ?? 0;
        return of[row] === band;
      });
      const { fbt, leaveOneOut: carts } = tallies.slices[0] as Judged['slices'][number];
      const total = (tally: SliceTally, name: 'hitRate' | 'weight'): number =>
        tally.column(band, name).reduce((all, one) => all + one, 0);
      expect(fbt.lists[band]).toBe(own.length);
      expect(total(fbt, 'weight')).toBeCloseTo(
        own.reduce((all, { weight }) => all + weight, 0),
        9,
      );
      expect(total(fbt, 'hitRate')).toBeCloseTo(
        own.reduce((all, { weight, hit }) => all + weight * hit, 0),
        9,
      );
      expect(carts.lists[band]).toBe(held.length);
      expect(total(carts, 'hitRate')).toBe(held.reduce((all, one) => all + one, 0));
    });
  }
});

describe('evaluate', () => {
  test('has the promised shape, and says what it left out', async () => {
    const steps = new Set<string>();
    const evaluation = await evaluate(dir, { ...options, onProgress: ({ step }) => steps.add(step) });
    const names = ['popularity', 'conditional', 'salton', 'decayed', 'word2vec', 'word2vecInIn', 'ease'];
    expect(Object.keys(evaluation.methods)).toEqual(names);
    for (const name of names) {
      const { fbt, leaveOneOut } = evaluation.methods[name] ?? {};
      for (const figure of ['hitRateAt10', 'precisionAt10', 'recallAt10', 'ndcgAt10', 'mrr', 'coverage']) {
        expect(fbt?.[figure], `${name} ${figure}`).toBeGreaterThanOrEqual(0);
        expect(fbt?.[figure], `${name} ${figure}`).toBeLessThanOrEqual(1);
        expect(leaveOneOut?.[figure], `${name} ${figure}`).toBeGreaterThanOrEqual(0);
      }
      const [low = 1, high = 0] = evaluation.intervals[name]?.fbt.ndcgAt10 ?? [];
      expect(low).toBeLessThanOrEqual(fbt?.ndcgAt10 ?? -1);
      expect(high).toBeGreaterThanOrEqual(fbt?.ndcgAt10 ?? 2);
    }
    const { bestCooccurrence } = evaluation.comparisons;
    expect(measures).toContain(bestCooccurrence.over);
    expect(bestCooccurrence.of).toBe('word2vec');
    const ratio = (task: 'fbt' | 'leaveOneOut', figure: string): number =>
      (evaluation.methods.word2vec?.[task][figure] ?? 0) /
      (evaluation.methods[bestCooccurrence.over]?.[task][figure] ?? 0);
    expect(bestCooccurrence.ndcgRatio).toBeCloseTo(ratio('fbt', 'ndcgAt10'), 4);
    expect(bestCooccurrence.leaveOneOutRatio).toBeCloseTo(ratio('leaveOneOut', 'hitRateAt10'), 4);
    expect(bestCooccurrence.coverageRatio).toBeCloseTo(ratio('fbt', 'coverage'), 4);
    const [low, high] = bestCooccurrence.leaveOneOutInterval;
    expect(low).toBeLessThan(bestCooccurrence.leaveOneOutRatio);
    expect(high).toBeGreaterThan(bestCooccurrence.leaveOneOutRatio);
    expect(evaluation.data).toMatchObject({ judgedBaskets: asked.heldOut.length, sampled: false });
    expect(evaluation.data.unseenShare).toBeGreaterThan(0);
    expect(Object.keys(evaluation.hashes)).toEqual(
      expect.arrayContaining(['baskets.parquet', 'model.sepet']),
    );
    expect([...steps]).toEqual(expect.arrayContaining(['counting pairs', 'word2vec', 'resampling']));
  });

  test('repeats with a seed, draws other baskets with another, and says that it drew', async () => {
    const figures = async (change: Partial<EvaluateOptions>) => {
      const { methods, intervals, data } = await evaluate(dir, { ...options, maxBaskets: 20, ...change });
      return { methods, intervals, data };
    };
    const first = await figures({});
    expect(await figures({})).toEqual(first);
    expect((await figures({ seed: 2 })).methods).not.toEqual(first.methods);
    expect(first.data).toMatchObject({ judgedBaskets: 20, sampled: true });
  });

  test('tells bands of popularity apart, the new products among them', async () => {
    const { slices, methods } = await evaluate(dir, { ...options, ks: [5, 20] });
    expect(slices.map(({ by, name }) => `${by} ${name}`)).toEqual(
      ['head', 'mid', 'tail', 'cold'].map((name) => `popularity ${name}`),
    );
    const bands = slices.slice(0, 3);
    const lists = (task: 'fbt' | 'leaveOneOut'): number =>
      bands.reduce((sum, slice) => sum + slice[task].lists, 0);
    expect([lists('fbt'), lists('leaveOneOut')]).toEqual([asked.items.length, asked.heldOut.length]);
    const found = bands.reduce(
      (sum, { leaveOneOut }) => sum + leaveOneOut.lists * (leaveOneOut.methods.decayed?.hitRateAt10 ?? 0),
      0,
    );
    expect(found / asked.heldOut.length).toBeCloseTo(methods.decayed?.leaveOneOut.hitRateAt10 ?? -1, 3);
    const cold = slices[3];
    expect(cold?.orders).toEqual([0, 0]);
    expect(cold?.leaveOneOut.lists).toBeGreaterThan(0);
    // Nothing here knows more of a new product than that it was never ordered.
    expect(cold?.leaveOneOut.methods.ease?.hitRateAt10).toBe(0);
    expect(cold?.fbt.methods.ease?.hitRateAt10).toBe(cold?.fbt.methods.popularity?.hitRateAt10);
    for (const figure of ['ndcgAt5', 'hitRateAt20', 'coverageAt20'])
      expect(methods.ease?.fbt, figure).toHaveProperty(figure);
  });

  test('leaves EASE out where more products are ranked than it is for', async () => {
    const catalogue = candidateRows(products).length;
    const names = async (easeProducts: number) =>
      Object.keys((await evaluate(dir, { ...options, easeProducts, maxBaskets: 10 })).methods);
    expect(await names(catalogue)).toContain('ease');
    expect(await names(catalogue - 1)).not.toContain('ease');
  });

  test('names its figures after k', async () => {
    const { methods } = await evaluate(dir, { ...options, k: 5 });
    expect(methods.word2vec?.fbt).toHaveProperty('ndcgAt5');
    expect(methods.word2vec?.fbt).not.toHaveProperty('ndcgAt10');
  });

  test('refuses what it cannot judge, by name', async () => {
    const broken = model.out.slice();
    broken[3 * dims + 1] = Number.NaN;
    const nan = await writeModel('nan.sepet', { ...model, out: broken });
    await expect(evaluate(dir, { ...options, model: nan })).rejects.toMatchObject({
      code: 'vector_not_finite',
      message: expect.stringContaining('row 3'),
    });
    const all = await writeModel('all.sepet', model, { split: 'all' });
    await expect(evaluate(dir, { ...options, model: all })).rejects.toMatchObject({
      code: 'manifest_invalid',
    });
    const short = await writeModel('short.sepet', { ...model, out: model.out.slice(dims) });
    await expect(evaluate(dir, { ...options, model: short })).rejects.toMatchObject({ code: 'file_damaged' });
    const none = { ...options, model: join(dir, 'none.sepet') };
    await expect(evaluate(dir, none)).rejects.toMatchObject({ code: 'input_missing' });
    await expect(evaluate(join(dir, 'none'), options)).rejects.toMatchObject({ code: 'input_missing' });
    await expect(evaluate(dir, { ...options, k: 0 })).rejects.toMatchObject({ code: 'option_invalid' });
    await expect(evaluate(dir, { ...options, gamma: Number.NaN })).rejects.toMatchObject({
      code: 'option_invalid',
    });
    const stop = AbortSignal.abort();
    await expect(evaluate(dir, { ...options, signal: stop })).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('co-occurrence lists', () => {
  test('are cut to their length, and a long basket to a fixed part of it', async () => {
    const all = (await cooccurrences(dir, ['decayed'], { topN: 1000 })).decayed;
    const few = (await cooccurrences(dir, ['decayed'], { topN: 3 })).decayed;
    for (let row = 0; row < products.products; row++) {
      const begin = all.offsets[row] ?? 0;
      const own = all.rows.slice(begin, Math.min(begin + 3, all.offsets[row + 1] ?? 0));
      expect([...few.rows.subarray(few.offsets[row], few.offsets[row + 1])]).toEqual([...own]);
    }
    const cut = (await cooccurrences(dir, ['salton'], { topN: 1000, maxBasket: 2 })).salton;
    const again = (await cooccurrences(dir, ['salton'], { topN: 1000, maxBasket: 2 })).salton;
    expect(cut.rows.length).toBeLessThan(all.rows.length);
    expect(again).toEqual(cut);
    await expect(cooccurrences(dir, ['salton'], { topN: 0 })).rejects.toMatchObject({
      code: 'option_invalid',
    });
  });
});
