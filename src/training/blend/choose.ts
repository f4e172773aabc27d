// Which weights each tier of products gets. NDCG is a sum over the products asked, so every setting of every tier is judged once; coverage is
// a union, so tiers are then chosen together, by coordinate ascent on NDCG + lambda · coverage, for rising lambda.

import { type Calibration, calibrated } from '../../artifact/blend.ts';
import type { Observed } from './observed.ts';

/** Weights of a tier: of the embedding, 1 less that of co-occurrence, and of popularity. */
export interface Setting {
  readonly embedding: number;
  readonly popularity: number;
}

const embeddingShares = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75];
const popularityWeights = [-0.6, -0.5, -0.4, -0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3, 0.4];
export const settings: readonly Setting[] = embeddingShares.flatMap((embedding) =>
  popularityWeights.map((popularity) => ({ embedding, popularity })),
);

/** Where validation says nothing else: halfway, popularity as the sources have it. */
export const usualSetting = settings.findIndex(
  ({ embedding, popularity }) => embedding === 0.4 && popularity === 0,
);

/** Of one setting on one tier. */
export interface Judged {
  /** What the tier's products add to the mean NDCG. */
  readonly ndcg: number;
  /** Rows that any of their lists shows, each once. */
  readonly shown: Uint32Array;
}

export interface Chosen {
  readonly lambda: number;
  /** Of each tier, the number of its setting. */
  readonly picks: readonly number[];
  readonly ndcg: number;
  /** Share of the catalogue that is shown. */
  readonly coverage: number;
}

/** Orders from which tiers begin, doubling from 10 on; a tier that has less than `share` of the products asked goes on until it has. */
export function tierEdges(orders: ArrayLike<number>, asked: ArrayLike<number>, share = 0.01): number[] {
  let [total, most] = [0, 0];
  for (let i = 0; i < orders.length; i++) {
    total += asked[i] as number;
    most = Math.max(most, orders[i] as number);
  }
  const edges = [0];
  let inTier = 0;
  for (let from = 10; from <= most; from *= 2) {
    const last = edges.at(-1) as number;
    inTier = 0;
    let above = 0;
    for (let i = 0; i < orders.length; i++) {
      if ((orders[i] as number) >= from) above += asked[i] as number;
      else if ((orders[i] as number) >= last) inTier += asked[i] as number;
    }
    if (above < share * total) break;
    if (inTier >= share * total) edges.push(from);
  }
  return edges;
}

const discounts = (k: number): Float64Array =>
  Float64Array.from({ length: k }, (_, p) => 1 / Math.log2(p + 2));

/** The log-odds of all candidates by both sources. */
export function oddsOf(observed: Observed, calibration: Record<'embedding' | 'cooccurrence', Calibration>) {
  const odds = (source: 'embedding' | 'cooccurrence'): Float32Array =>
    Float32Array.from(observed[source], (score) => calibrated(calibration[source], score));
  return { embedding: odds('embedding'), cooccurrence: odds('cooccurrence') };
}

export type Odds = ReturnType<typeof oddsOf>;

/** Judges one setting on the products `tier` (places in `observed.items`), with lists of `k`. */
export function judgeSetting(
  observed: Observed,
  odds: Odds,
  tier: readonly number[],
  setting: Setting,
  k: number,
): Judged {
  const { offsets, rows, popularity, gain } = observed;
  const { embedding, cooccurrence } = odds;
  const discount = discounts(k);
  const best = new Float64Array(k);
  const at = new Uint32Array(k);
  const shown = new Set<number>();
  const [we, wc, wp] = [setting.embedding, 1 - setting.embedding, setting.popularity];
  let ndcg = 0;
  for (const i of tier) {
    let count = 0;
    for (let n = offsets[i] as number; n < (offsets[i + 1] as number); n++) {
      const score =
        we * (embedding[n] as number) + wc * (cooccurrence[n] as number) + wp * (popularity[n] as number);
      if (count === k && score <= (best[k - 1] as number)) continue;
      let p = count < k ? count++ : k - 1;
      for (; p > 0 && (best[p - 1] as number) < score; p--) {
        best[p] = best[p - 1] as number;
        at[p] = at[p - 1] as number;
      }
      best[p] = score;
      at[p] = n;
    }
    for (let p = 0; p < count; p++) {
      const n = at[p] as number;
      ndcg += (discount[p] as number) * (gain[n] as number);
      shown.add(rows[n] as number);
    }
  }
  return { ndcg, shown: Uint32Array.from(shown) };
}

/**
 * NDCG of every setting of every tier, half of it borrowed from the tiers beside it: what wins by chance in one tier alone is
 * not chosen. Scaled, so that the best of a tier stays what it is.
 */
export function smoothed(judged: readonly (readonly Judged[])[]): Judged[][] {
  const bests = judged.map((tier) => Math.max(Number.MIN_VALUE, ...tier.map(({ ndcg }) => ndcg)));
  const relative = (tier: number, setting: number): number =>
    (judged[tier]?.[setting]?.ndcg ?? 0) / (bests[tier] as number);
  return judged.map((settingsOfTier, tier) =>
    settingsOfTier.map((own, setting) => {
      const beside = [tier - 1, tier + 1].filter((other) => judged[other] !== undefined);
      const borrowed = beside.reduce((sum, other) => sum + relative(other, setting), 0);
      const value = (relative(tier, setting) + borrowed / 2) / (1 + beside.length / 2);
      return { shown: own.shown, ndcg: value * (bests[tier] as number) };
    }),
  );
}

const passes = 6;

/** The best picks at one lambda, from `start` on. `judged` holds for each tier every setting. `rows` is the size of the product table. */
export function chooseAt(
  judged: readonly (readonly Judged[])[],
  lambda: number,
  start: readonly number[],
  { rows, catalogue }: { readonly rows: number; readonly catalogue: number },
): Chosen {
  const picks = [...start];
  const tiersShowing = new Uint16Array(rows);
  const of = (tier: number): Judged => (judged[tier] as readonly Judged[])[picks[tier] as number] as Judged;
  const count = (tier: number, by: number): void => {
    for (const row of of(tier).shown) tiersShowing[row] = (tiersShowing[row] as number) + by;
  };
  for (let tier = 0; tier < judged.length; tier++) count(tier, 1);
  for (let pass = 0; pass < passes; pass++) {
    const before = picks.join();
    for (let tier = 0; tier < judged.length; tier++) {
      count(tier, -1);
      const worth = ({ ndcg, shown }: Judged): number => {
        let added = 0;
        for (const row of shown) if (tiersShowing[row] === 0) added++;
        return ndcg + (lambda * added) / catalogue;
      };
      let best = worth(of(tier));
      (judged[tier] as readonly Judged[]).forEach((one, setting) => {
        const value = worth(one);
        if (value > best) {
          best = value;
          picks[tier] = setting;
        }
      });
      count(tier, 1);
    }
    if (picks.join() === before) break;
  }
  const ndcg = picks.reduce((sum, _, tier) => sum + of(tier).ndcg, 0);
  return { lambda, picks, ndcg, coverage: tiersShowing.filter((n) => n > 0).length / catalogue };
}
