// The fit of a blend on an opened world: calibrations, the weights of every tier, then the merge.

import type { BlendTier, FittedBlend } from '../../artifact/blend.ts';
import { Random } from '../../base/random.ts';
import { calibrateBeside } from './beside.ts';
import { calibrationOf } from './calibrate.ts';
import { gatherer } from './candidates.ts';
import {
  type Chosen,
  chooseAt,
  type Judged,
  judgeSetting,
  oddsOf,
  settings,
  smoothed,
  tierEdges,
  usualSetting,
} from './choose.ts';
import type { BlendRecord } from './file.ts';
import { cartQuestions, fitMerge } from './merge.ts';
import { blendedScores, embeddingDepth } from './method.ts';
import { askedItems, gatherAll, type Observed, observe } from './observed.ts';
import type { BlendWorld } from './world.ts';

/** Told what is done; throws where the work is to stop. */
export type Tell = (step: string, done?: number, total?: number) => void;

/** Length of the lists that are judged. */
export const judgedLength = 10;
/** The weight of popularity inside the embedding's own score, which decides what it finds; the tiers weigh popularity again. */
const gamma = 0.25;
/** What coverage is worth against NDCG, rising: the first that reaches the coverage wanted is taken. */
const lambdas = [
  0,
  0.0025,
  0.005,
  0.0075,
  ...Array.from({ length: 20 }, (_, i) => 0.01 + i * 0.002),
  0.06,
  0.08,
  0.1,
];

export const round = (value: number): number => Number(value.toFixed(5));

export interface BlendFit {
  readonly blend: FittedBlend;
  /** Different products that were asked. */
  readonly products: number;
  readonly frontier: BlendRecord['frontier'];
}

/** The blend of the best NDCG among those that show `coverageWanted` of the catalogue, or of the most coverage where none does. */
export async function fitBlend(
  world: BlendWorld,
  coverageWanted: number,
  seed: number,
  tell: Tell,
): Promise<BlendFit> {
  const { test, products, candidates } = world;
  const asked = askedItems(test);
  const gathered = await gatherAll(asked, gatherer(world, { gamma, depth: embeddingDepth }), (done) =>
    tell('gathering candidates', done, asked.length),
  );
  const observed = observe(gathered, test, judgedLength);
  const calibration = {
    embedding: calibrationOf(observed, observed.embedding, false),
    cooccurrence: calibrationOf(observed, observed.cooccurrence, true),
  };
  tell('calibrating further sources');
  const beside = calibrateBeside(world, observed, judgedLength);
  const orders = Uint32Array.from(asked, (item) => products.ordersTrain[item] as number);
  const edges = tierEdges(orders, observed.asked);
  const tiers = Uint8Array.from(orders, (count) => edges.filter((edge) => count >= edge).length - 1);
  const frontier = await frontierOf(observed, calibration, tiers, edges.length, {
    rows: products.products,
    catalogue: candidates.length,
    tell,
  });
  const chosen = frontier.find(({ coverage }) => coverage >= coverageWanted) ?? widest(frontier);
  const tierOf = (setting: number, orders: number, offset: number): BlendTier => {
    const { embedding, popularity } = settings[setting] as (typeof settings)[number];
    return {
      orders,
      weights: { embedding, cooccurrence: round(1 - embedding) },
      popularity,
      offset,
    };
  };
  const blend = (temperature: number, offsets: readonly number[]): FittedBlend => ({
    version: 1,
    gamma,
    temperature,
    calibration: { ...calibration, ...beside },
    tiers: edges.map((from, tier) => tierOf(chosen.picks[tier] as number, from, offsets[tier] ?? 0)),
  });
  const merge = await fitMerge(
    {
      gathered,
      scores: blendedScores(blend(1, []), gathered, products.ordersTrain),
      tiers,
      rows: products.products,
      questions: cartQuestions(new Random(seed), test, gathered),
      k: judgedLength,
    },
    edges.length,
    async (done, total) => {
      tell('fitting the merge of baskets', done, total);
      await new Promise(setImmediate);
    },
  );
  return {
    blend: blend(merge.temperature, merge.offsets),
    products: asked.length,
    frontier: frontier.map(({ lambda, ndcg, coverage }) => ({
      lambda: round(lambda),
      ndcg: round(ndcg),
      coverage: round(coverage),
    })),
  };
}

/** Where coverage is not to be had: the most there is. */
const widest = (frontier: readonly Chosen[]): Chosen =>
  frontier.reduce((a, b) => (b.coverage > a.coverage ? b : a));

async function frontierOf(
  observed: Observed,
  calibration: Parameters<typeof oddsOf>[1],
  tiers: Uint8Array,
  tierCount: number,
  { tell, ...sizes }: { readonly rows: number; readonly catalogue: number; readonly tell: Tell },
): Promise<Chosen[]> {
  const odds = oddsOf(observed, calibration);
  const judgements: Judged[][] = [];
  for (let tier = 0; tier < tierCount; tier++) {
    const members = Array.from(tiers.keys()).filter((i) => tiers[i] === tier);
    const ofTier: Judged[] = [];
    for (const setting of settings) {
      ofTier.push(judgeSetting(observed, odds, members, setting, judgedLength));
      tell('trying weights', tier * settings.length + ofTier.length, tierCount * settings.length);
      await new Promise(setImmediate);
    }
    judgements.push(ofTier);
  }
  const smooth = smoothed(judgements);
  let picks = smooth.map(() => usualSetting);
  const frontier: Chosen[] = [];
  for (const lambda of lambdas) {
    const found = chooseAt(smooth, lambda, picks, sizes);
    picks = [...found.picks];
    const ndcg = picks.reduce((sum, pick, tier) => sum + (judgements[tier]?.[pick]?.ndcg ?? 0), 0);
    frontier.push({ ...found, ndcg });
  }
  return frontier;
}
