// Factorization machines through the border: the formula, the fold, training on what a hidden machine decides, and
// whatever the caller gets wrong.

import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import {
  type FmModel,
  type FmTrainCall,
  fmCounters,
  fmFold,
  fmScore,
  fmScoreItems,
  fmTrain,
  fmWidth,
  modelOf,
  newMachine,
  type SparseRows,
  trainedOf,
} from '../../src/native/index.ts';

const rowsOf = (rows: readonly (readonly number[])[], values?: Float32Array): SparseRows => {
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, r) => {
    offsets[r + 1] = (offsets[r] as number) + row.length;
  });
  return { offsets, features: Uint32Array.from(rows.flat()), ...(values && { values }) };
};

/** w0 + sum of w x + sum over pairs of <v, v'> x x', as it stands in the paper. */
function byPairs(model: FmModel, features: readonly number[], values: readonly number[]): number {
  const width = fmWidth(model.factorsEach);
  let y = model.bias;
  features.forEach((f, i) => {
    y += (model.linear[f] as number) * (values[i] as number);
    for (let j = 0; j < i; j++)
      for (let t = 0; t < width; t++)
        y +=
          (model.factors[f * width + t] as number) *
          (model.factors[(features[j] as number) * width + t] as number) *
          (values[i] as number) *
          (values[j] as number);
  });
  return y;
}

const users = 40;
const items = 30;
const features = users + items;
const itemRows = rowsOf(Array.from({ length: items }, (_, i) => [users + i]));

/** Examples that a hidden machine labels. */
function world(examples: number, seed: number) {
  const random = new Random(seed);
  const hidden = modelOf(newMachine(features, { factorsEach: 4, deviation: 0.6, seed: 77 }));
  const contexts = Array.from({ length: examples }, () => [random.below(users)]);
  const item = Uint32Array.from(contexts, () => random.below(items));
  const labels = Float32Array.from(contexts, ([user = 0], e) =>
    Number(byPairs(hidden, [user, users + (item[e] as number)], [1, 1]) > 0),
  );
  return { contexts: rowsOf(contexts), item, labels, order: Uint32Array.from(contexts.keys()) };
}

const call = (changes: Partial<FmTrainCall> = {}): FmTrainCall => ({
  ...world(2000, 5),
  items: itemRows,
  loss: 'logistic',
  learningRate: 0.3,
  l2: 1e-5,
  negatives: 0,
  alpha: 0.5,
  seed: 1,
  threads: 1,
  ...changes,
});

const startOf = (seed = 1) => newMachine(features, { factorsEach: 8, deviation: 0.1, seed });

describe('scores', () => {
  const random = new Random(3);
  const model = modelOf(newMachine(20, { factorsEach: 5, deviation: 0.5, seed: 9 }));
  model.linear.forEach((_, f) => {
    model.linear[f] = random.float() - 0.5;
  });
  const contexts = [[0, 3, 7], [], [1]];
  const listed = [[10, 12], [15]];
  const values = Float32Array.from({ length: 4 }, () => random.float() * 2 - 0.5);

  it('are the sum over pairs', () => {
    const scores = new Float32Array(3);
    fmScore(model, rowsOf(contexts, values), scores);
    expect(scores[0]).toBeCloseTo(byPairs(model, [0, 3, 7], [...values.subarray(0, 3)]), 5);
    expect(scores[1]).toBeCloseTo(model.bias, 6);
    expect(scores[2]).toBeCloseTo(byPairs(model, [1], [values[3] as number]), 5);
  });

  it('are the same item by item in a context, and by vectors', () => {
    const scores = new Float32Array(6);
    const list = Uint32Array.of(1, 0);
    fmScoreItems(model, { contexts: rowsOf(contexts, values), items: rowsOf(listed), list, scores });
    const queries = fmFold(model, rowsOf(contexts, values));
    const vectors = fmFold(model, rowsOf(listed));
    const k = model.factorsEach;
    let start = 0;
    for (const [c, context] of contexts.entries()) {
      const own = [...values.subarray(start, start + context.length)];
      start += context.length;
      for (const [at, i] of list.entries()) {
        const row = listed[i] as number[];
        const wanted = byPairs(model, [...context, ...row], [...own, ...row.map(() => 1)]);
        expect(scores[c * 2 + at]).toBeCloseTo(wanted, 5);
        let product = vectors[i * (k + 1) + k] as number;
        for (let t = 0; t < k; t++)
          product += (queries[c * (k + 1) + t] as number) * (vectors[i * (k + 1) + t] as number);
        expect(product + model.bias + (queries[c * (k + 1) + k] as number)).toBeCloseTo(wanted, 5);
      }
    }
  });

  it('refuse what does not fit', () => {
    const code = (work: () => void) =>
      expect(work).toThrow(expect.objectContaining({ code: 'argument_invalid' }));
    code(() => fmScore(model, rowsOf([[20]]), new Float32Array(1)));
    code(() => fmScore(model, rowsOf([[1]]), new Float32Array(2)));
    code(() => fmScore(model, rowsOf([[1]], new Float32Array(2)), new Float32Array(1)));
    code(() => fmScore({ ...model, factorsEach: 40 }, rowsOf([[1]]), new Float32Array(1)));
    code(() => fmScore({ ...model, factorsEach: 0 }, rowsOf([[1]]), new Float32Array(1)));
    code(() => fmScore({ ...model, bias: Number.NaN }, rowsOf([[1]]), new Float32Array(1)));
    const one = { contexts: rowsOf([[1]]), items: rowsOf([[2]]), scores: new Float32Array(1) };
    code(() => fmScoreItems(model, { ...one, list: Uint32Array.of(1) }));
    code(() => fmScoreItems(model, { ...one, list: Uint32Array.of(0, 0) }));
  });
});

describe('training', () => {
  it('finds what decides the labels', () => {
    const machine = startOf();
    const first = fmTrain(machine, call());
    let last = first;
    for (let pass = 0; pass < 60; pass++) last = fmTrain(machine, call());
    expect(first.examples).toBe(2000);
    expect(last.loss).toBeLessThan(0.4 * first.loss);
    const unseen = world(500, 6);
    const model = modelOf(machine);
    const right = unseen.labels.filter((label, e) => {
      const user = unseen.contexts.features[e] as number;
      return byPairs(model, [user, users + (unseen.item[e] as number)], [1, 1]) > 0 === label > 0;
    });
    expect(right.length).toBeGreaterThan(430);
  });

  it('gives the same bits on one thread, and others for another seed', () => {
    const [one, same, other] = [startOf(), startOf(), startOf(2)];
    for (const machine of [one, same, other])
      fmTrain(machine, call({ negatives: 2, counts: new Float64Array(items).fill(1) }));
    expect(same.factors).toEqual(one.factors);
    expect(other.factors).not.toEqual(one.factors);
  });

  it('counts, and stops when it is told to', () => {
    const progress = new BigInt64Array(new SharedArrayBuffer(40));
    fmTrain(startOf(), call({ progress }));
    expect(progress[fmCounters.done]).toBe(2000n);
    expect(progress[fmCounters.examples]).toBe(2000n);
    progress[fmCounters.cancel] = 1n;
    expect(() => fmTrain(startOf(), call({ progress }))).toThrow(
      expect.objectContaining({ code: 'cancelled' }),
    );
    expect(progress[fmCounters.done]).toBe(2000n);
  });

  it('says when it diverges', () => {
    expect(() => fmTrain(startOf(), call({ learningRate: 1e9 }))).toThrow(
      expect.objectContaining({ code: 'training_diverged' }),
    );
  });

  const wrong: Record<string, Partial<FmTrainCall>> = {
    'a label between': { labels: new Float32Array(2000).fill(0.5) },
    'too few labels': { labels: new Float32Array(3) },
    'an item that is not there': { item: new Uint32Array(2000).fill(items) },
    'an example that is not there': { order: Uint32Array.of(2000) },
    'negatives without counts': { negatives: 1 },
    'a negative weight': { weights: new Float32Array(2000).fill(-1) },
    'a feature that is not there': { contexts: rowsOf(Array.from({ length: 2000 }, () => [features])) },
    'a value that is none': {
      contexts: rowsOf(
        Array.from({ length: 2000 }, () => [1]),
        new Float32Array(2000).fill(Number.NaN),
      ),
    },
    'no threads': { threads: 0 },
  };
  for (const [name, changes] of Object.entries(wrong))
    it(`refuses ${name}`, () => {
      expect(() => fmTrain(startOf(), call(changes))).toThrow(
        expect.objectContaining({ code: 'argument_invalid' }),
      );
    });
});

describe('what training did not meet', () => {
  const machine = newMachine(6, { factorsEach: 3, deviation: 0.5, seed: 4 });
  // Features 4 and 5 stand in no row.
  const rows = Array.from({ length: 40 }, (_, i) => [i % 4]);
  const labels = Float32Array.from(rows, (_, i) => Number(i % 3 === 0));
  fmTrain(machine, {
    ...{ contexts: rowsOf(rows), labels, order: Uint32Array.from(rows.keys()), loss: 'logistic' },
    ...{ learningRate: 0.1, l2: 0, negatives: 0, alpha: 0, seed: 1, threads: 1 },
  });
  const vector = ({ factors, linear }: FmModel, f: number): number[] => [
    ...factors.subarray(f * fmWidth(3), f * fmWidth(3) + 3),
    linear[f] as number,
  ];

  it('weighs nothing in what is kept', () => {
    const [plain, kept] = [modelOf(machine), trainedOf(machine)];
    for (const f of [0, 1, 2, 3]) expect(vector(kept, f)).toEqual(vector(plain, f));
    for (const f of [4, 5]) {
      expect(vector(plain, f)).not.toEqual([0, 0, 0, 0]);
      expect(vector(kept, f)).toEqual([0, 0, 0, 0]);
    }
  });

  it('weighs what the others of its column do, where it stands for them', () => {
    const shares = Float32Array.of(0.5, 0.25, 0.25, 0);
    const kept = trainedOf(machine, [{ first: 2, shares, fills: [1, 3] }]);
    const of = (f: number): number[] => vector(kept, f);
    of(5).forEach((x, i) => {
      expect(x).toBeCloseTo(0.5 * (of(2)[i] as number) + 0.25 * (of(3)[i] as number), 6);
    });
    expect(of(4)).toEqual([0, 0, 0, 0]);
    expect(of(3)).toEqual(vector(modelOf(machine), 3));
  });
});
