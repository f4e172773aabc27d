// The factorization machine on Frappe: how well it foretells, how fast it learns and scores, on one thread.

import { Random } from '../src/base/random.ts';
import {
  type FmModel,
  fmScore,
  fmScoreItems,
  fmTrain,
  modelOf,
  newMachine,
  type SparseRows,
} from '../src/native/index.ts';
import { auc } from '../src/training/fm/judge.ts';
import { type Frappe, type FrappeRows, rowsOf } from './frappe.ts';

export interface FmFigures {
  /** Of the fastest pass, with the drawn negatives, without reading the data. */
  readonly fmExamplesPerSecond: number;
  /** Held-out rows against as many with an item drawn uniformly. */
  readonly fmAuc: number;
  /** Every item in 100 contexts. */
  readonly fmScoresPerSecond: number;
  readonly passes: number;
}

const factorsEach = 16;
const passes = 20;

/** Row by row: the context's features, then the item's. */
function joined({ contexts, item }: FrappeRows, items: SparseRows, drawn?: Uint32Array): SparseRows {
  const part = ({ offsets, features }: SparseRows, row: number): number[] => [
    ...features.subarray(offsets[row], offsets[row + 1]),
  ];
  return rowsOf(Array.from(drawn ?? item, (one, row) => [...part(contexts, row), ...part(items, one)]));
}

function scoresOf(model: FmModel, rows: SparseRows): Float32Array {
  const scores = new Float32Array(rows.offsets.length - 1);
  fmScore(model, rows, scores);
  return scores;
}

function areaUnderCurve(model: FmModel, { test, items }: Frappe, random: Random): number {
  const count = items.offsets.length - 1;
  const drawn = test.item.map(() => random.below(count));
  const scores = Float32Array.of(
    ...scoresOf(model, joined(test, items)),
    ...scoresOf(model, joined(test, items, drawn)),
  );
  return auc(
    scores,
    Float32Array.from(scores, (_, i) => Number(i < test.item.length)),
  );
}

/** Scores every item in 100 contexts, and compares with the scores row by row. Throws where they differ. */
function timeScores(model: FmModel, { test, items }: Frappe): number {
  const count = items.offsets.length - 1;
  const some = 100;
  const contexts = {
    offsets: test.contexts.offsets.subarray(0, some + 1),
    features: test.contexts.features.subarray(0, test.contexts.offsets[some]),
  };
  const list = Uint32Array.from({ length: count }, (_, i) => i);
  const scores = new Float32Array(some * count);
  const own = scoresOf(model, joined(test, items));
  let best = 0;
  for (let round = 0; round < 5; round++) {
    const startedMs = performance.now();
    fmScoreItems(model, { contexts, items, list, scores });
    best = Math.max(best, (1000 * scores.length) / (performance.now() - startedMs));
  }
  for (let row = 0; row < some; row++) {
    const score = scores[row * count + (test.item[row] as number)] as number;
    if (!(Math.abs(score - (own[row] as number)) < 1e-4))
      throw new Error(`Row ${row} scores ${score} by its context and ${own[row]} by itself.`);
  }
  return best;
}

export function measureFm(data: Frappe, seed: number): FmFigures {
  const { train, items, features } = data;
  const machine = newMachine(features, { factorsEach, deviation: 0.05, seed });
  const random = new Random(seed);
  const rows = train.item.length;
  const counts = new Float64Array(items.offsets.length - 1).fill(1);
  let best = 0;
  for (let pass = 0; pass < passes; pass++) {
    const order = random.shuffle(Uint32Array.from({ length: rows }, (_, row) => row));
    const startedMs = performance.now();
    const { examples } = fmTrain(machine, {
      ...{ contexts: train.contexts, items, item: train.item, labels: new Float32Array(rows).fill(1) },
      ...{ counts, order, loss: 'logistic', learningRate: 0.1, l2: 1e-5, negatives: 1, alpha: 1 },
      ...{ seed: seed + pass, threads: 1 },
    });
    best = Math.max(best, (1000 * examples) / (performance.now() - startedMs));
  }
  const model = modelOf(machine);
  return {
    fmExamplesPerSecond: Math.round(best),
    fmAuc: areaUnderCurve(model, data, random),
    fmScoresPerSecond: Math.round(timeScores(model, data)),
    passes,
  };
}
