// The arithmetic of a search: rungs, promotion against a plain oracle, draws from a space, the journal's recovery.

import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { Random } from '../../src/base/random.ts';
import { Journal, journalPath, type TrialResult } from '../../src/training/tune/journal.ts';
import { scaleOf } from '../../src/training/tune/parallel-plot.ts';
import { rungsOf } from '../../src/training/tune/schedule.ts';
import { type Job, leaderboard, search } from '../../src/training/tune/search.ts';
import {
  checkSpace,
  defaultSpace,
  drawTrial,
  readSpace,
  type Space,
  tunables,
} from '../../src/training/tune/space.ts';

const dir = mkdtempSync(join(tmpdir(), 'sepet-tune-schedule-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('rungs', () => {
  it('are those of the bracket in the paper', () => {
    // Li et al. 2018, table 1: R = 81, eta = 3, s = 4.
    expect(rungsOf({ trials: 81, epochs: 81, epochsMin: 1, eta: 3 })).toEqual(
      [81, 27, 9, 3, 1].map((trials, i) => ({ trials, epochs: [1, 3, 9, 27, 81][i] })),
    );
  });

  it('are fewer where trials or epochs end, and one in random search', () => {
    expect(rungsOf({ trials: 10, epochs: 40, epochsMin: 3, eta: 3 })).toEqual([
      { trials: 10, epochs: 4 },
      { trials: 3, epochs: 13 },
      { trials: 1, epochs: 40 },
    ]);
    expect(rungsOf({ trials: 2, epochs: 40, epochsMin: 1, eta: 3 })).toEqual([{ trials: 2, epochs: 40 }]);
    expect(rungsOf({ trials: 9, epochs: 40, epochsMin: 1, eta: 1 })).toEqual([{ trials: 9, epochs: 40 }]);
    expect(() => rungsOf({ trials: 9, epochs: 4, epochsMin: 5, eta: 3 })).toThrow(/fewest/);
  });
});

/** A made-up world: what trial t scores after so many epochs; every seventh fails. Ties happen on purpose. */
const worth =
  (seed: number) =>
  (trial: number, epochs: number): number | undefined => {
    const random = new Random(seed * 1000 + trial);
    const end = random.below(12) / 12;
    return trial % 7 === 6 ? undefined : end * (1 - 1 / (epochs + 1 + random.below(3)));
  };

/** Successive halving as one would say it. */
function plainHalving(
  trials: number,
  epochs: number,
  epochsMin: number,
  eta: number,
  score: ReturnType<typeof worth>,
) {
  const rungs = rungsOf({ trials, epochs, epochsMin, eta });
  const order: number[][] = [];
  let alive = [...Array(trials).keys()];
  for (const [i, rung] of rungs.entries()) {
    expect(alive.length).toBeLessThanOrEqual(rung.trials);
    const sorted = alive
      .map((trial) => ({ trial, value: score(trial, rung.epochs) ?? -1 }))
      .sort((a, b) => (b.value === a.value ? a.trial - b.trial : b.value - a.value));
    order.push(sorted.map(({ trial }) => trial));
    alive = sorted
      .filter(({ value }) => value >= 0)
      .slice(0, rungs[i + 1]?.trials ?? 0)
      .map(({ trial }) => trial);
  }
  // Best first: the last rung, then who fell in the one before, and so on.
  return [...new Set(order.toReversed().flat())];
}

const resultOf = ({ trial, rung, epochs, parameters }: Job, score: number | undefined): TrialResult => ({
  ...{ trial, rung, epochs, parameters, seconds: 0 },
  ...(score === undefined ? { failed: 'training_diverged' } : { figures: { 'fbt.ndcg': score } }),
});

describe('successive halving', () => {
  it('promotes as the plain oracle does, in any order of finishing and cut off anywhere', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = new Random(seed);
      const [trials, epochs, eta] = [1 + random.below(40), 1 + random.below(30), 2 + random.below(3)];
      const score = worth(seed);
      const results: TrialResult[] = [];
      const plan = {
        rungs: rungsOf({ trials, epochs, epochsMin: 1, eta }),
        parametersOf: (trial: number) => ({ trial }),
        ...{ figure: 'fbt.ndcg', parallel: 1 + random.below(4) },
        journal: { results, add: (result: TrialResult) => void results.push(result) },
      };
      const calls: string[] = [];
      let until = random.below(trials + 1);
      const run = async (job: Job): Promise<TrialResult> => {
        await Promise.all(Array.from({ length: random.below(5) }, () => Promise.resolve()));
        if (until-- <= 0) throw new Error('killed');
        calls.push(`${job.trial} ${job.rung}`);
        return resultOf(job, score(job.trial, job.epochs));
      };
      await search({ ...plan, run }).catch((error: Error) => expect(error.message).toBe('killed'));
      until = Number.POSITIVE_INFINITY;
      const ranked = await search({ ...plan, run });
      expect(
        ranked.map(({ trial }) => trial),
        `seed ${seed}`,
      ).toEqual(plainHalving(trials, epochs, 1, eta, score));
      expect(new Set(calls).size, 'nothing is trained twice').toBe(calls.length);
      expect(leaderboard(results.toReversed(), 'fbt.ndcg')).toEqual(ranked);
    }
  });
});

describe('a search space', () => {
  const space = (parameters: object): Space =>
    checkSpace({ version: 1, method: 'word2vec', parameters }, 's');

  it('draws the same from the same seed, within its bounds, the defaults first', () => {
    const drawn = space({
      ...{ dims: { choice: [32, 64] }, learningRate: { log: [0.01, 1] }, alpha: { uniform: [0.6, 1] } },
      ...{ maxBasket: { uniform: [5, 40] }, gamma: 0.3 },
    });
    const trials = Array.from({ length: 500 }, (_, trial) => drawTrial(drawn, 7, trial));
    expect(trials).toEqual(Array.from({ length: 500 }, (_, trial) => drawTrial(drawn, 7, trial)));
    expect(drawTrial(drawn, 8, 1)).not.toEqual(trials[1]);
    // alpha's default is outside, so it is drawn; gamma is fixed.
    expect(trials[0]).toMatchObject({ dims: 64, learningRate: 0.2, maxBasket: 20, gamma: 0.3 });
    for (const { dims, learningRate, alpha, maxBasket } of trials as Record<string, number>[]) {
      expect([32, 64]).toContain(dims);
      expect(learningRate).toBeGreaterThanOrEqual(0.01);
      expect(learningRate).toBeLessThanOrEqual(1);
      expect(alpha).toBeGreaterThanOrEqual(0.6);
      expect(Number.isInteger(maxBasket)).toBe(true);
    }
    // Half of a logarithmic range lies below its geometric middle.
    const low = trials.filter(({ learningRate }) => (learningRate as number) < 0.1).length;
    expect(low).toBeGreaterThan(200);
    expect(low).toBeLessThan(300);
  });

  it('has a default that stands its own check, for every method', () => {
    for (const method of ['word2vec', 'fm'] as const) {
      const first = drawTrial(defaultSpace(method), 1, 0);
      for (const [name, value] of Object.entries(first))
        expect(value, name).toBe(limits[tunables[method][name]?.limit ?? 'dims'].default);
    }
  });

  it.each([
    [{ learningrate: 0.1 }, /no parameter "learningrate".*Did you mean "learningRate"/],
    [{ dims: { choice: [32, 4096] } }, /4096 is not from 1 to 1024/],
    [{ dims: { choice: [32.5] } }, /32\.5 is not a whole number/],
    [{ alpha: { uniform: [1, 0.5] } }, /range 1 to 0\.5 is empty/],
    [{ halfLifeDays: { log: [0, 100] } }, /logarithmic range begins above 0/],
    [{ alpha: { uniform: [0, 1], log: [1, 2] } }, /parameters\.alpha/],
    [{}, /searches nothing/],
  ])('refuses %j', (parameters, says) => {
    expect(() => space(parameters)).toThrow(says);
  });

  it('is read from YAML', () => {
    const file = join(dir, 'space.yaml');
    writeFileSync(file, 'version: 1\nmethod: fm\nparameters:\n  factors: { choice: [8, 16] }\n');
    expect(readSpace(file)).toEqual({ method: 'fm', dimensions: { factors: { choice: [8, 16] } } });
    writeFileSync(file, 'version: [1');
    expect(() => readSpace(file)).toThrow(/not YAML/);
    expect(() => readSpace(join(dir, 'none.yaml'))).toThrow(/There is no search space/);
  });
});

describe('the journal', () => {
  const result = resultOf({ trial: 1, rung: 0, epochs: 2, parameters: { dims: 8 } }, 0.5);

  it('cuts off a half-written line and goes on', () => {
    const path = journalPath(dir, 'model', { seed: 1 });
    expect(path).not.toBe(journalPath(dir, 'model', { seed: 2 }));
    const first = Journal.open(path, { seed: 1 });
    first.add(result);
    first.close();
    const whole = readFileSync(path, 'utf8');
    appendFileSync(path, whole.slice(-30, -10));
    const again = Journal.open(path, { seed: 1 });
    expect(again.results).toEqual([result]);
    again.add({ ...result, trial: 2 });
    again.close();
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(4);
    expect(() => Journal.open(path, { seed: 3 })).toThrow(/not the journal of this search/);
    expect(Journal.open(path, { seed: 3 }, true).results).toEqual([]);
  });

  it('begins anew where not even its head was written', () => {
    const path = join(dir, 'head.jsonl');
    writeFileSync(path, '{"kind":"sepet-se');
    expect(Journal.open(path, { seed: 1 }).results).toEqual([]);
  });
});

describe('the scales of the plot', () => {
  it('place choices by step, ranges by their kind', () => {
    const choice = scaleOf([], { choice: [128, 32, 64] });
    expect([32, 64, 128].map(choice.place)).toEqual([0, 0.5, 1]);
    expect(scaleOf([], { log: [0.01, 1] }).place(0.1)).toBeCloseTo(0.5);
    expect(scaleOf([], { uniform: [0, 2] }).place(0.5)).toBe(0.25);
    expect(scaleOf([3, 7]).place(4)).toBe(0.25);
    expect(scaleOf([3, 3]).place(3)).toBe(0.5);
  });
});
