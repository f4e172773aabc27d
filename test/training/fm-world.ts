// Rows whose labels a hidden machine decides: two features each, of 40 users and 30 things.

import { Random } from '../../src/base/random.ts';
import { fmScore, modelOf, newMachine } from '../../src/native/index.ts';
import type { FmData } from '../../src/training/fm/loop.ts';
import { type FmRows, rowsBetween } from '../../src/training/fm/rows.ts';

const users = 40;
const things = 30;

export function fmRows(count: number, seed: number): FmRows {
  const random = new Random(seed);
  const hidden = modelOf(newMachine(users + things, { factorsEach: 4, deviation: 0.6, seed: 77 }));
  const offsets = Uint32Array.from({ length: count + 1 }, (_, row) => 2 * row);
  const features = Uint32Array.from({ length: 2 * count }, (_, i) =>
    i % 2 === 0 ? random.below(users) : users + random.below(things),
  );
  const scores = new Float32Array(count);
  fmScore(hidden, { offsets, features }, scores);
  const labels = scores.map((score) => Number(score > 0));
  return { offsets, features, values: new Float32Array(2 * count).fill(1), labels };
}

/** A fifth of the rows is for validation. */
export function fmData(rows: FmRows): FmData {
  const count = rows.labels.length;
  const split = Math.floor(0.8 * count);
  return {
    train: rowsBetween(rows, 0, split),
    validation: rowsBetween(rows, split, count),
    features: users + things,
  };
}

export const fmWorld = (count: number): FmData => fmData(fmRows(count, 5));

export function libsvmOf({ offsets, features, values, labels }: FmRows): string {
  const lines = Array.from(labels, (label, row) => {
    const pairs = [];
    for (let i = offsets[row] as number; i < (offsets[row + 1] as number); i++)
      pairs.push(`${features[i]}:${values[i]}`);
    return `${label > 0 ? 1 : -1} ${pairs.join(' ')}`;
  });
  return `${lines.join('\n')}\n`;
}
