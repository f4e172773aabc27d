// The baskets that bench:train trains on: Online Retail where it is at hand, else a seeded imitation of its shape.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Random, WeightedChoice } from '../src/base/random.ts';
import { ingest } from '../src/dataprep/ingest.ts';
import { readManifest } from '../src/tables/dataset.ts';
import { readTrainingData, type TrainingData } from '../src/training/train/data.ts';

const onlineRetail = '../shared/data/online-retail/online-retail-2010-2011.csv.gz';

export interface BenchData {
  readonly name: string;
  readonly data: TrainingData;
}

export async function benchData(seed: number): Promise<BenchData> {
  const file = resolve(onlineRetail);
  if (!existsSync(file))
    return { name: `synthetic in the shape of Online Retail (no ${onlineRetail})`, data: imitation(seed) };
  const dir = mkdtempSync(join(tmpdir(), 'sepet-bench-'));
  try {
    await ingest({ files: [file], out: dir, preset: 'online-retail' });
    return {
      name: 'Online Retail, training split',
      data: await readTrainingData(dir, await readManifest(dir), 'train'),
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** 16,460 baskets over 3,800 Zipf-distributed products, their lengths log-normal around 16. */
function imitation(seed: number): TrainingData {
  const random = new Random(seed);
  const products = 3800;
  const baskets = 16_460;
  const choice = new WeightedChoice(Array.from({ length: products }, (_, i) => (i + 20) ** -0.8));
  const items: number[] = [];
  const offsets = new Uint32Array(baskets + 1);
  const timeSeconds = Float64Array.from({ length: baskets }, (_, b) => b * 1800);
  for (let b = 0; b < baskets; b++) {
    const length = Math.min(200, Math.max(2, Math.round(Math.exp(2.8 + random.normal()))));
    const basket = new Set<number>();
    while (basket.size < length) basket.add(choice.draw(random));
    items.push(...basket);
    offsets[b + 1] = items.length;
  }
  return { products, baskets, items: Uint32Array.from(items), offsets, timeSeconds };
}
