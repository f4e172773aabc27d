import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nativeInfo, word2vecTrain } from '../../src/native/index.ts';
import { basketWeights, countProducts, tokensPerEpoch } from '../../src/training/train/data.ts';
import { checkpointPath, readCheckpoint, writeState } from '../../src/training/train/files.ts';
import { initialState, runLoop, type State, slicesPerEpoch } from '../../src/training/train/loop.ts';
import { checkResumable, defaultEpochs } from '../../src/training/train/parameters.ts';
import { pairsFound, plantedData, products, small } from './train-world.ts';

const seed = 11;

const trained = (parameters = small(), threads = 1): State => {
  const data = plantedData(600, seed);
  return runLoop(data, parameters, initialState(data, parameters), { threads });
};

describe('training', () => {
  it.each([1, 2])('finds planted pairs with %i threads', (threads) => {
    const model = trained(small(), threads);
    expect(pairsFound(model, 16), `seed ${seed}`).toBeGreaterThanOrEqual(0.95 * products);
    const { losses } = model.position;
    expect(losses).toHaveLength(20);
    expect(losses.at(-1)).toBeLessThan(0.8 * (losses[0] as number));
  });

  it.each(nativeInfo().kernels)('finds them with the %s kernel', (kernel) => {
    const data = plantedData(600, seed);
    const model = runLoop(data, small(), initialState(data, small()), { threads: 1, kernel });
    expect(pairsFound(model, 16), `seed ${seed}`).toBeGreaterThanOrEqual(0.95 * products);
  });

  it('gives the same bits for the same seed and others for another', () => {
    const first = trained();
    expect(trained()).toMatchObject({ in: first.in, out: first.out });
    expect(trained(small({ seed: 2 })).in).not.toEqual(first.in);
  });

  it('leaves products without a basket at zero', () => {
    const data = { ...plantedData(50, seed), products: products + 3 };
    const model = runLoop(data, small(), initialState(data, small()), { threads: 1 });
    expect(model.in.subarray(products * 16).every((value) => value === 0)).toBe(true);
    expect(model.out.subarray(products * 16).every((value) => value === 0)).toBe(true);
    expect(model.in.subarray(0, products * 16).some((value) => value !== 0)).toBe(true);
  });

  it('continues from a checkpoint to the same bits', () => {
    const dir = mkdtempSync(join(tmpdir(), 'sepet-checkpoint-'));
    try {
      const short = plantedData(1500, seed);
      const whole = small({ epochs: 9 });
      const straight = runLoop(short, whole, initialState(short, whole), { threads: 1 });

      let left = 4;
      const stopped = runLoop(short, whole, initialState(short, whole), {
        threads: 1,
        onSlice: () => --left > 0,
      });
      expect(stopped.position.epoch).toBe(4);
      writeState(
        checkpointPath(dir),
        {
          kind: 'sepet-checkpoint',
          version: 1,
          algorithm: 'word2vec',
          parameters: whole,
          hashes: { data: 'x' },
          counts: { products, baskets: short.baskets },
          position: stopped.position,
          kernel: nativeInfo().kernel,
          threads: 1,
          createdAt: new Date(0).toISOString(),
        },
        stopped,
      );
      const checkpoint = readCheckpoint(dir);
      expect(checkpoint?.parameters).toEqual(whole);
      const resumed = runLoop(short, whole, (checkpoint as { state: State }).state, { threads: 1 });
      expect(resumed.in).toEqual(straight.in);
      expect(resumed.out).toEqual(straight.out);
      expect(resumed.position.losses).toEqual(straight.position.losses);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it('continues inside an epoch to the same bits', () => {
    const parameters = small({ dims: 128, negatives: 512, epochs: 1, learningRate: 0.05 });
    const data = plantedData(20_000, seed);
    const slices = slicesPerEpoch(parameters, tokensPerEpoch(data, parameters.maxBasket));
    expect(slices).toBeGreaterThan(2);
    const straight = runLoop(data, parameters, initialState(data, parameters), { threads: 1 });
    const stopped = runLoop(data, parameters, initialState(data, parameters), {
      threads: 1,
      onSlice: ({ position }) => position.slice < 2,
    });
    expect(stopped.position).toMatchObject({ epoch: 0, slice: 2 });
    const resumed = runLoop(data, parameters, stopped, { threads: 1 });
    expect(resumed.in).toEqual(straight.in);
    expect(resumed.out).toEqual(straight.out);
  });

  it('reports an absurd learning rate as divergence, naming a row', () => {
    const parameters = small({ learningRate: 1e5 });
    expect(() => trained(parameters)).toThrowError(
      expect.objectContaining({ code: 'training_diverged', message: expect.stringMatching(/row \d+/) }),
    );
  });
});

describe('the native call', () => {
  const call = () => {
    const data = plantedData(50, seed);
    const parameters = small();
    const state = initialState(data, parameters);
    return {
      ...parameters,
      items: data.items,
      offsets: data.offsets,
      weights: basketWeights(data, 0),
      counts: countProducts(data),
      order: Uint32Array.from({ length: 50 }, (_, b) => b),
      in: state.in,
      out: state.out,
      learningRateEnd: 0,
      threads: 1,
    };
  };

  it('counts what it trains', () => {
    const progress = new BigInt64Array(new SharedArrayBuffer(48));
    const step = word2vecTrain({ ...call(), progress });
    expect(step.tokens).toBe(call().items.length);
    expect(progress[1]).toBe(50n);
    expect(progress[3]).toBe(BigInt(step.tokens));
  });

  it('stops when it is cancelled', () => {
    const progress = new BigInt64Array(new SharedArrayBuffer(48));
    progress[0] = 1n;
    expect(() => word2vecTrain({ ...call(), progress })).toThrowError(
      expect.objectContaining({ code: 'cancelled' }),
    );
  });

  it.each([
    ['a short matrix', { in: new Float32Array(5) }],
    ['an item out of range', { items: call().items.map((item, i) => (i === 3 ? products : item)) }],
    ['another type', { order: new Float32Array(3) as unknown as Uint32Array }],
    ['an unknown kernel', { kernel: 'abacus' as 'scalar' }],
    ['NaN for a rate', { learningRate: Number.NaN }],
  ])('refuses %s', (_, change) => {
    expect(() => word2vecTrain({ ...call(), ...change })).toThrowError(
      expect.objectContaining({ code: 'argument_invalid' }),
    );
  });
});

describe('what training is told', () => {
  it('halves the weight of baskets with age and keeps the mean at one', () => {
    const data = { ...plantedData(361, seed) };
    const weights = basketWeights(data, 180);
    expect((weights[360] as number) / (weights[180] as number)).toBeCloseTo(2, 4);
    expect((weights[180] as number) / (weights[0] as number)).toBeCloseTo(2, 4);
    expect(weights.reduce((a, b) => a + b) / weights.length).toBeCloseTo(1, 4);
    expect(new Set(basketWeights(data, 0))).toEqual(new Set([1]));
  });

  it('takes fewer epochs over more data', () => {
    expect([1, 250_000, 700_000, 1e9].map(defaultEpochs)).toEqual([60, 56, 20, 10]);
  });

  it('refuses to resume with what differs, naming it', () => {
    const checkpoint = { parameters: small(), hashes: { 'baskets.parquet': 'a' } };
    expect(() => checkResumable(checkpoint, {}, { 'baskets.parquet': 'a' })).not.toThrow();
    expect(() => checkResumable(checkpoint, { dims: 16 }, { 'baskets.parquet': 'a' })).not.toThrow();
    const differing = () => checkResumable(checkpoint, { dims: 32, seed: 4 }, { 'baskets.parquet': 'b' });
    expect(differing).toThrowError(expect.objectContaining({ code: 'checkpoint_mismatch' }));
    expect(differing).toThrowError(/--dims 32 \(it has 16\), --seed 4 \(it has 1\), baskets\.parquet/);
  });
});
