// The blend: each part against its plain twin, and the whole on a small world.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FittedBlend, fittedBlendSchema, mergedScore, tierFor } from '../../src/artifact/blend.ts';
import { Random } from '../../src/base/random.ts';
import { factSpec } from '../../src/features/facts.ts';
import { calibrateBeside } from '../../src/training/blend/beside.ts';
import { fitLogistic } from '../../src/training/blend/calibrate.ts';
import { centredPopularity, gatherer } from '../../src/training/blend/candidates.ts';
import { chooseAt, judgeSetting, oddsOf, smoothed, tierEdges } from '../../src/training/blend/choose.ts';
import { readBlend } from '../../src/training/blend/file.ts';
import { cartQuestions, fitMerge, judgeMerge } from '../../src/training/blend/merge.ts';
import { blendedScores, blendMethod, embeddingDepth } from '../../src/training/blend/method.ts';
import { askedItems, gatherAll, observe } from '../../src/training/blend/observed.ts';
import { type BlendWorld, openWorld, shortened } from '../../src/training/blend/world.ts';
import { readInputs } from '../../src/training/build/inputs.ts';
import { mean } from '../../src/training/evaluate/bootstrap.ts';
import { runMethod } from '../../src/training/evaluate/run.ts';
import { validationPart } from '../../src/training/validation-part.ts';
import { type DataFolder, plantedFolder, products } from './train-world.ts';

// Training starts a worker thread, which needs the built files.
const built = (module: string): string =>
  pathToFileURL(fileURLToPath(new URL(`../../dist/src/training/${module}.js`, import.meta.url))).href;
const { tuneBlend } = (await import(
  built('blend/tune')
)) as typeof import('../../src/training/blend/tune.ts');
const { trainFm } = (await import(built('fm/train'))) as typeof import('../../src/training/fm/train.ts');
const { train } = (await import(built('train/train'))) as typeof import('../../src/training/train/train.ts');

let folder: DataFolder;
let world: BlendWorld;
const training = { dims: 8, epochs: 4, negatives: 8, halfLifeDays: 0, deterministic: true };
const tuning = { maxBaskets: 1000, seed: 7 };

beforeAll(async () => {
  folder = await plantedFolder(600, 3);
  await train(folder.dir, { parameters: training, threads: 1 });
  await tuneBlend(folder.dir, tuning);
  world = await openWorld(await validationPart(folder.dir), tuning);
});
afterAll(() => folder.remove());

const blend: FittedBlend = {
  version: 1,
  gamma: 0.25,
  temperature: 0.5,
  calibration: {
    embedding: { log: false, scale: 0.7, offset: -3, unknown: -3 },
    cooccurrence: { log: true, scale: 1, offset: 0.5, unknown: -4 },
  },
  tiers: [
    { orders: 0, weights: { cooccurrence: 1 }, popularity: -0.3, offset: -1 },
    { orders: 20, weights: { embedding: 0.6, cooccurrence: 0.4 }, popularity: 0.2, offset: 0.25 },
  ],
};

describe('the calibration', () => {
  it('finds the curve that trials were drawn from', () => {
    const random = new Random(11);
    const scores = Float64Array.from({ length: 4000 }, () => 4 * random.float() - 2);
    const tried = new Uint32Array(4000).fill(50);
    const right = Uint32Array.from(scores, (x) => {
      let hits = 0;
      for (let i = 0; i < 50; i++) if (random.chance(1 / (1 + Math.exp(-(1.5 * x - 2))))) hits++;
      return hits;
    });
    const { scale, offset } = fitLogistic({ scores, tried, right });
    expect(scale).toBeCloseTo(1.5, 1);
    expect(offset).toBeCloseTo(-2, 1);
  });

  it('gives scores that say nothing, or the contrary, no weight', () => {
    const flat = fitLogistic({ scores: [3, 3], tried: [100, 100], right: [20, 20] });
    expect(flat.scale).toBe(0);
    expect(flat.offset).toBeCloseTo(Math.log(0.25), 1);
    expect(fitLogistic({ scores: [0, 1], tried: [100, 100], right: [80, 20] }).scale).toBe(0);
  });

  it('ends where scores separate', () => {
    const { scale, offset } = fitLogistic({ scores: [0, 1], tried: [10, 10], right: [0, 10] });
    expect(scale).toBeGreaterThan(1);
    expect(Number.isFinite(scale + offset)).toBe(true);
  });

  it('of a source without a weight is that of its own lists, tried in the baskets', async () => {
    const { model, candidates, test } = world;
    const items = askedItems(test);
    const gathered = await gatherAll(items, gatherer(world, { gamma: 0.25, depth: 9 }), () => {});
    const pool = observe(gathered, test, 10);
    const baskets = Array.from(test.heldOut, (_, b) =>
      test.items.subarray(test.offsets[b] as number, test.offsets[b + 1] as number),
    );
    const inOf = (row: number): Float32Array => model.in.subarray(row * model.dims, (row + 1) * model.dims);
    const dot = (a: Float32Array, b: Float32Array): number =>
      a.reduce((sum, x, d) => sum + x * (b[d] as number), 0);
    const cosine = (a: number, b: number): number =>
      dot(inOf(a), inOf(b)) / Math.sqrt(dot(inOf(a), inOf(a)) * dot(inOf(b), inOf(b)));
    const listed = { scores: [] as number[], tried: [] as number[], right: [] as number[] };
    let [tried, right] = [0, 0];
    items.forEach((item, i) => {
      const holding = baskets.filter((basket) => basket.includes(item));
      const hits = (row: number): number => holding.filter((basket) => basket.includes(row)).length;
      const alike = [...candidates]
        .filter((row) => row !== item)
        .sort((a, b) => cosine(item, b) - cosine(item, a))
        .slice(0, 20);
      for (const row of alike) {
        listed.scores.push(cosine(item, row));
        listed.tried.push(holding.length);
        listed.right.push(hits(row));
      }
      for (const row of pool.rows.subarray(pool.offsets[i], pool.offsets[i + 1])) {
        if (alike.includes(row)) continue;
        tried += holding.length;
        right += hits(row);
      }
    });
    const { similar, fm } = calibrateBeside(world, pool, 10);
    const plain = fitLogistic(listed);
    expect(similar?.scale).toBeCloseTo(plain.scale, 3);
    expect(similar?.offset).toBeCloseTo(plain.offset, 3);
    expect(similar?.unknown).toBeCloseTo(Math.log((right + 0.5) / (tried - right + 0.5)), 6);
    expect(fm).toBeUndefined();
  });
});

describe('a blend document', () => {
  it('is read back as it was tuned, with the hashes of what it was tuned for', async () => {
    const found = await readBlend(folder.dir);
    const text = readFileSync(join(folder.dir, 'blend.json'), 'utf8');
    expect(found?.blend).toEqual(fittedBlendSchema.parse(JSON.parse(text)));
    expect(Object.keys(found?.hashes ?? {}).sort()).toEqual([
      'baskets.parquet',
      'model.sepet',
      'products.parquet',
    ]);
  });

  it('has a tier for every number of orders', () => {
    expect([0, 19, 20, 1000].map((orders) => tierFor(blend, orders).offset)).toEqual([-1, -1, 0.25, 0.25]);
  });

  it('merges without overflow', () => {
    expect(mergedScore([1, 2], 0.5)).toBeCloseTo(0.5 * Math.log(Math.exp(2) + Math.exp(4)), 12);
    expect(mergedScore([2000, 2000])).toBeCloseTo(2000 + Math.log(2), 9);
    expect(mergedScore([])).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe('candidates', () => {
  it('have the scores of the plain formulas', () => {
    const items = askedItems(world.test).slice(0, 9);
    const { model, lists } = world;
    const popularity = centredPopularity(world.products.ordersTrain);
    const got = gatherer(world, { gamma: 0.25, depth: 5 }).gather(items);
    items.forEach((item, i) => {
      const rows = got.rows.subarray(got.offsets[i], got.offsets[i + 1]);
      expect(new Set(rows).size).toBe(rows.length);
      expect(rows).not.toContain(item);
      const listed = lists.rows.subarray(lists.offsets[item], lists.offsets[item + 1]);
      for (const row of listed) expect(rows).toContain(row);
      rows.forEach((row, n) => {
        let dot = 0;
        for (let d = 0; d < model.dims; d++)
          dot += (model.in[item * model.dims + d] as number) * (model.out[row * model.dims + d] as number);
        const at = (got.offsets[i] as number) + n;
        expect(got.embedding[at]).toBeCloseTo(dot + 0.25 * (popularity[row] as number), 4);
        const entry = listed.indexOf(row);
        const score = entry < 0 ? Number.NaN : lists.scores[(lists.offsets[item] as number) + entry];
        expect(got.cooccurrence[at]).toEqual(score);
      });
    });
  });

  it('keep the first entries of shortened lists', () => {
    const short = shortened(world.lists, 2);
    const from = world.lists.offsets[0] as number;
    expect([...short.rows.slice(0, short.offsets[1])]).toEqual([...world.lists.rows.slice(from, from + 2)]);
    expect(short.offsets.length).toBe(world.lists.offsets.length);
  });
});

describe('what is chosen', () => {
  it('counts the NDCG that sepet evaluate counts', async () => {
    const items = askedItems(world.test);
    const gathered = await gatherAll(
      items,
      gatherer(world, { gamma: 0.25, depth: embeddingDepth }),
      () => {},
    );
    const observed = observe(gathered, world.test, 10);
    const setting = { embedding: 0.6, popularity: 0.2 };
    const odds = oddsOf(observed, blend.calibration as Parameters<typeof oddsOf>[1]);
    const own = judgeSetting(observed, odds, [...items.keys()], setting, 10);
    const flat = { ...blend, tiers: [{ ...(blend.tiers[1] as (typeof blend.tiers)[number]), orders: 0 }] };
    const { fbt } = await runMethod(blendMethod(flat, world), world.test, {
      k: 10,
      orders: world.products.ordersTrain,
      candidates: world.candidates,
    });
    expect(own.ndcg).toBeCloseTo(mean(fbt.perBasket.ndcg), 6);
    expect(own.shown.length / world.candidates.length).toBeCloseTo(fbt.coverage(world.candidates.length), 9);
  });

  it('is the best of all picks at its lambda, by trying all', () => {
    const random = new Random(5);
    const judged = Array.from({ length: 3 }, () =>
      Array.from({ length: 4 }, () => ({
        ndcg: random.float(),
        shown: Uint32Array.from({ length: 8 }, (_, row) => row).filter(() => random.chance(0.3)),
      })),
    );
    const value = (picks: readonly number[], lambda: number): number => {
      const of = picks.map((pick, tier) => judged[tier]?.[pick] as { ndcg: number; shown: Uint32Array });
      const shown = new Set(of.flatMap((one) => [...one.shown]));
      return of.reduce((sum, one) => sum + one.ndcg, 0) + (lambda * shown.size) / 8;
    };
    const all = Array.from({ length: 64 }, (_, n) => [n % 4, (n >> 2) % 4, n >> 4]);
    for (const lambda of [0, 0.5, 2]) {
      const found = chooseAt(judged, lambda, [0, 0, 0], { rows: 8, catalogue: 8 });
      const best = Math.max(...all.map((picks) => value(picks, lambda)));
      expect(value(found.picks, lambda)).toBeGreaterThan(0.95 * best);
      expect(found.ndcg + lambda * found.coverage).toBeCloseTo(value(found.picks, lambda), 9);
    }
    expect(chooseAt(judged, 0, [0, 0, 0], { rows: 8, catalogue: 8 }).ndcg).toBeCloseTo(
      Math.max(...all.map((picks) => value(picks, 0))),
      9,
    );
  });

  it('prefers what the tiers beside also like', () => {
    const tier = (...ndcg: number[]) => ndcg.map((value) => ({ ndcg: value, shown: new Uint32Array(0) }));
    const [, middle] = smoothed([tier(1, 2), tier(1, 0.9), tier(1, 2)]);
    expect(middle?.[1]?.ndcg).toBeGreaterThan(middle?.[0]?.ndcg ?? 1);
  });

  it('has tiers from doubling orders on, none of them nearly empty', () => {
    expect(tierEdges([5, 12, 25, 300], [100, 100, 100, 100])).toEqual([0, 10, 20, 40]);
    expect(tierEdges([5, 25, 300], [100, 1, 1000])).toEqual([0, 10]);
    expect(tierEdges([3], [10])).toEqual([0]);
  });
});

describe('the merge of a basket', () => {
  it('is judged as the plain sum says, and its fit is no worse than none', async () => {
    const items = askedItems(world.test);
    const gathered = await gatherAll(items, gatherer(world, { gamma: 0.25, depth: 20 }), () => {});
    const scores = blendedScores(blend, gathered, world.products.ordersTrain);
    const tiers = Uint8Array.from(items, (_, i) => i % 2);
    const questions = cartQuestions(new Random(2), world.test, gathered);
    const base = { gathered, scores, tiers, rows: products, questions, k: 10 };
    const factors = [1, 2.5];
    const plain = { hitRate: 0, ndcg: 0 };
    for (const { members, held } of questions.baskets)
      for (const h of held) {
        const cart = [...members].filter((_, n) => n !== h);
        const sums = new Map<number, number>();
        for (const member of cart)
          for (
            let n = gathered.offsets[member] as number;
            n < (gathered.offsets[member + 1] as number);
            n++
          ) {
            const row = gathered.rows[n] as number;
            const weight = (factors[member % 2] as number) * Math.exp((scores[n] as number) / 0.5);
            sums.set(row, (sums.get(row) ?? 0) + weight);
          }
        for (const member of cart) sums.delete(items[member] as number);
        const ranked = [...sums].sort(([, a], [, b]) => b - a).map(([row]) => row);
        const place = ranked.indexOf(items[members[h] as number] as number);
        if (place < 0 || place >= 10) continue;
        plain.hitRate += 1 / questions.questions;
        plain.ndcg += 1 / Math.log2(place + 2) / questions.questions;
      }
    const weights = scores.map((score) => Math.exp(score / 0.5));
    const got = judgeMerge(base, weights, factors);
    expect(got.hitRate).toBeCloseTo(plain.hitRate, 6);
    expect(got.ndcg).toBeCloseTo(plain.ndcg, 6);
    const fit = await fitMerge(base, 2, async () => {});
    const none = judgeMerge(base, scores.map(Math.exp), [1, 1]);
    expect(fit.figures.hitRate + fit.figures.ndcg).toBeGreaterThanOrEqual(none.hitRate + none.ndcg - 5e-4);
  });
});

describe('sepet tune blend', () => {
  it('gives the same blend again, and does not look at the test baskets', async () => {
    const first = readFileSync(join(folder.dir, 'blend.json'), 'utf8');
    const { blend: again, report } = await tuneBlend(folder.dir, tuning);
    expect(again).toEqual(fittedBlendSchema.parse(JSON.parse(first)));
    expect(report.trainBaskets + report.validationBaskets).toBe(540);
    expect(report.blend.ndcgAt10).toBeGreaterThan(0.9 * report.baseline.ndcgAt10);
  });

  it('stops when told and goes on from the model it had trained', async () => {
    const stop = new AbortController();
    const steps: string[] = [];
    const stopped = tuneBlend(folder.dir, {
      ...{ ...tuning, seed: 8, signal: stop.signal },
      onProgress: ({ step }) => {
        steps.push(step);
        if (step === 'gathering candidates') stop.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(steps).not.toContain('training on the earlier baskets');
    expect(existsSync(join(folder.dir, 'validation', 'model.sepet'))).toBe(true);
  });

  it('wants a model of this folder', async () => {
    const other = await plantedFolder(30, 1);
    try {
      await expect(tuneBlend(other.dir, tuning)).rejects.toMatchObject({ code: 'input_missing' });
    } finally {
      other.remove();
    }
  });

  it('calibrates a machine, and is stale once there is another', async () => {
    const other = await plantedFolder(120, 2);
    const machine = (seed: number) =>
      trainFm([other.dir], join(other.dir, 'fm.sepet'), {
        parameters: { epochs: 1, factorsEach: 4, seed, deterministic: true },
        spec: factSpec,
      });
    try {
      await train(other.dir, { parameters: training, threads: 1 });
      await machine(1);
      const { blend: tuned } = await tuneBlend(other.dir, tuning);
      expect(Number.isFinite(tuned.calibration.fm?.offset)).toBe(true);
      expect(tuned.tiers.every(({ weights }) => weights.fm === undefined)).toBe(true);
      expect((await readInputs(other.dir)).blend).toEqual(tuned);
      await machine(2);
      const { blend: kept, staleBlend } = await readInputs(other.dir);
      expect([kept, staleBlend]).toEqual([undefined, true]);
    } finally {
      other.remove();
    }
  });
});
