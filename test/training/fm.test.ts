// Factorization machines from files of rows: reading them, judging, stopping in time, the same bytes again.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { auc, logLoss, squaredLoss } from '../../src/training/fm/judge.ts';
import { readLibsvm } from '../../src/training/fm/libsvm.ts';
import { type FmParameters, initialFmState, isFinished, runFmLoop } from '../../src/training/fm/loop.ts';
import { featuresOf, rowsBetween } from '../../src/training/fm/rows.ts';
import { fmWorld } from './fm-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'sepet-fm-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const parameters: FmParameters = {
  factorsEach: 8,
  loss: 'logistic',
  epochs: 40,
  patience: 3,
  learningRate: 0.3,
  l2: 1e-5,
  seed: 1,
  negatives: 0,
  alpha: 0,
  deterministic: true,
};

describe('libSVM files', () => {
  it('survive CRLF, blank lines, comments, fields, gzip and a missing last line end', async () => {
    const text = '1 3:0.5 7:1\r\n\r\n-1 2:-2 # why\n# nothing\n0.5\n+1 0:4:1e-1 1:5:2';
    for (const path of [file('a.svm', text), file('a.svm.gz', gzipSync(text))]) {
      const rows = await readLibsvm([path]);
      expect([...rows.labels]).toEqual([1, -1, 0.5, 1]);
      expect([...rows.offsets]).toEqual([0, 2, 3, 3, 5]);
      expect([...rows.features]).toEqual([3, 7, 2, 4, 5]);
      expect([...rows.values]).toEqual([0.5, 1, -2, Math.fround(0.1), 2]);
      expect(featuresOf(rows)).toBe(8);
    }
  });

  it('are read one after the other, whatever their pieces', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `${i % 2} ${i}:1 ${i + 1}:${i}`);
    const paths = [
      file('b.svm', lines.slice(0, 9000).join('\n')),
      file('c.svm', lines.slice(9000).join('\n')),
    ];
    const rows = await readLibsvm(paths);
    expect(rows.labels.length).toBe(20_000);
    expect(rows.features.filter((_, i) => i % 2 === 0)).toEqual(Uint32Array.from(lines.keys()));
    const some = rowsBetween(rows, 100, 103);
    expect([...some.features]).toEqual([100, 101, 101, 102, 102, 103]);
    expect([...some.offsets]).toEqual([0, 2, 4, 6]);
    expect([...some.labels]).toEqual([0, 1, 0]);
  });

  const wrong: Record<string, [text: string, said: RegExp]> = {
    'a label that is none': ['1 2:1\nyes 2:1', /line 2: "yes" is no label/],
    'a value that is none': ['1 2:x', /line 1: "2:x" is not index:value/],
    'an index that is none': ['1 -2:1', /"-2:1" is not/],
    'a broken index': ['1 1.5:1', /"1.5:1" is not/],
    'no colon': ['1 7', /"7" is not/],
    'an empty value': ['1 7:', /"7:" is not/],
    infinity: ['1 7:Infinity', /is not index:value/],
    'a feature twice': ['1 7:1 7:2', /feature 7 is there twice/],
    'a feature beyond': ['1 4000000000:1', /beyond 16777216/],
  };
  for (const [name, [text, said]] of Object.entries(wrong))
    it(`name ${name}`, async () => {
      await expect(readLibsvm([file('wrong.svm', text)])).rejects.toMatchObject({
        code: 'line_unreadable',
        message: expect.stringMatching(said),
      });
    });

  it('say what is missing, empty or no gzip', async () => {
    await expect(readLibsvm(['/nowhere.svm'])).rejects.toMatchObject({ code: 'input_missing' });
    await expect(readLibsvm([file('empty.svm', '\n\n')])).rejects.toMatchObject({ code: 'data_empty' });
    await expect(readLibsvm([file('no.svm.gz', '1 2:3')])).rejects.toMatchObject({
      code: 'input_unreadable',
    });
  });
});

describe('judging', () => {
  const random = new Random(4);
  const scores = Float32Array.from({ length: 200 }, () => random.below(40) / 8 - 2);
  const labels = Float32Array.from({ length: 200 }, () => random.below(2));

  it('counts pairs, equal scores half', () => {
    let right = 0;
    let pairs = 0;
    scores.forEach((a, i) => {
      scores.forEach((b, j) => {
        if (!((labels[i] as number) > (labels[j] as number))) return;
        pairs++;
        right += a > b ? 1 : a === b ? 0.5 : 0;
      });
    });
    expect(auc(scores, labels)).toBeCloseTo(right / pairs, 10);
    expect(auc(scores, new Float32Array(200))).toBeNaN();
  });

  it('takes logarithms and squares', () => {
    const odds = Float32Array.of(0, 2, -40, 40);
    expect(logLoss(odds, Float32Array.of(1, 1, 1, 1))).toBeCloseTo(
      (Math.LN2 + Math.log1p(Math.exp(-2)) + 40) / 4,
    );
    expect(squaredLoss(odds, Float32Array.of(1, 0, -40, 41))).toBeCloseTo((1 + 4 + 0 + 1) / 8);
  });
});

describe('the loop', () => {
  const data = fmWorld(3000);

  it('stops when validation gets worse, and keeps the best machine', () => {
    const { position, best } = runFmLoop(data, parameters, initialFmState(data, parameters), { threads: 1 });
    const losses = position.history.map(({ validationLoss }) => validationLoss);
    expect(position.best).toBe(losses.indexOf(Math.min(...losses)));
    expect(isFinished(position, parameters)).toBe(true);
    if (position.epoch < parameters.epochs)
      expect(losses.length - 1 - position.best).toBe(parameters.patience);
    const upToBest = runFmLoop(
      data,
      { ...parameters, epochs: position.best + 1 },
      initialFmState(data, parameters),
      {
        threads: 1,
      },
    );
    expect(best).toEqual(upToBest.best);
    expect(position.history[position.best]?.validationAuc).toBeGreaterThan(0.9);
  });

  it('goes on from any slice to the same bits', () => {
    const short = { ...parameters, epochs: 3, patience: 3 };
    // Four an epoch.
    const how = { threads: 1, sliceFeatures: 600 };
    const whole = runFmLoop(data, short, initialFmState(data, short), how);
    for (let stopAfter = 1; stopAfter < 12; stopAfter++) {
      let slices = 0;
      const onSlice = (): boolean => ++slices < stopAfter;
      const part = runFmLoop(data, short, initialFmState(data, short), { ...how, onSlice });
      expect(part.position).toMatchObject({ epoch: Math.floor(stopAfter / 4), slice: stopAfter % 4 });
      const copy = structuredClone(part);
      const { position, best, machine } = runFmLoop(data, short, copy, how);
      expect({ position, best, machine }).toEqual(whole);
    }
  });

  it('learns numbers by squares', () => {
    const random = new Random(8);
    const truth = Float32Array.from({ length: 40 }, () => random.float() * 4);
    const rows = {
      ...data.train,
      labels: data.train.labels.map((_, r) => truth[data.train.features[2 * r] as number] as number),
    };
    const numbers = { ...data, train: rows, validation: rows };
    const squared = { ...parameters, loss: 'squared' as const };
    const { position } = runFmLoop(numbers, squared, initialFmState(numbers, squared), { threads: 2 });
    expect(position.history[position.best]?.validationLoss).toBeLessThan(0.02);
    expect(position.history[0]).not.toHaveProperty('validationAuc');
  });
});
