// What the tests of training share: a small world of planted pairs, in memory and as a data folder.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../src/base/random.ts';
import { ingest } from '../../src/dataprep/ingest.ts';
import type { TrainingData } from '../../src/training/train/data.ts';
import { settleParameters, type TrainParameters } from '../../src/training/train/parameters.ts';

export const products = 60;

/** Baskets of one to three planted pairs (2i, 2i + 1), one day apart, with a stray product in every third. */
export function plantedBaskets(baskets: number, seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: baskets }, (_, b) => {
    const basket = new Set<number>();
    for (let pairs = 1 + random.below(3); pairs > 0; pairs--) {
      const first = 2 * random.below(products / 2);
      basket.add(first).add(first + 1);
    }
    if (b % 3 === 0) basket.add(random.below(products));
    return [...basket];
  });
}

export function plantedData(baskets: number, seed: number): TrainingData {
  const lists = plantedBaskets(baskets, seed);
  const offsets = new Uint32Array(baskets + 1);
  lists.forEach((list, b) => {
    offsets[b + 1] = (offsets[b] as number) + list.length;
  });
  const timeSeconds = Float64Array.from(lists, (_, b) => b * 86_400);
  return { products, baskets, items: Uint32Array.from(lists.flat()), offsets, timeSeconds };
}

export const small = (asked: Partial<TrainParameters> = {}): TrainParameters =>
  settleParameters(
    { dims: 16, epochs: 20, negatives: 8, halfLifeDays: 0, deterministic: true, ...asked },
    { maxBasket: 20, tokensPerEpoch: 1 },
  );

export interface DataFolder {
  readonly dir: string;
  remove(): void;
}

/** The planted world as orders, ingested. */
export async function plantedFolder(baskets: number, seed: number): Promise<DataFolder> {
  const dir = mkdtempSync(join(tmpdir(), 'sepet-train-'));
  const orders = join(dir, 'orders.csv');
  const start = Date.UTC(2025, 0, 1);
  const lines = plantedBaskets(baskets, seed).flatMap((basket, b) => {
    const time = new Date(start + b * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
    return basket.map((product) => `${b},p${product},${time},1`);
  });
  writeFileSync(orders, `order_id,product_id,time,quantity\n${lines.join('\n')}\n`);
  await ingest({ files: [orders], out: dir, testShare: 0.1 });
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** For how many products the best IN·OUT partner is the planted one. */
export function pairsFound(model: { in: Float32Array; out: Float32Array }, dims: number): number {
  const score = (i: number, j: number): number => {
    let sum = 0;
    for (let t = 0; t < dims; t++)
      sum += (model.in[i * dims + t] as number) * (model.out[j * dims + t] as number);
    return sum;
  };
  let found = 0;
  for (let i = 0; i < products; i++) {
    const others = Array.from({ length: products }, (_, j) => j).filter((j) => j !== i);
    const best = others.reduce((a, b) => (score(i, b) > score(i, a) ? b : a));
    if (best === (i ^ 1)) found++;
  }
  return found;
}
